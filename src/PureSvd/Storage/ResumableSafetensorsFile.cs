using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using PureSvd.LinearAlgebra;

namespace PureSvd.Storage;

/// <summary>A safetensors file that is filled in any order, by several threads, and over several runs of the program.</summary>
/// <remarks>
/// All of its room is taken when it is created, so a disk that is too small shows before the work and not after it. The header comes first: whoever opens
/// the file cannot tell which tensors are there yet, so it must lie where nobody looks for models, and a journal must say what was written.
/// </remarks>
internal sealed class ResumableSafetensorsFile : IDisposable
{
    private const int BlockElements = 1 << 14;

    private readonly SafetensorsLayout _layout;
    private readonly SafeFileHandle _handle;

    private ResumableSafetensorsFile(string path, SafetensorsLayout layout, SafeFileHandle handle)
    {
        Path = path;
        _layout = layout;
        _handle = handle;
    }

    internal string Path { get; }

    /// <summary>Creates the file, over whatever is there under its name.</summary>
    /// <exception cref="InputDataException">There is no room for it, or the folder cannot be written.</exception>
    internal static ResumableSafetensorsFile Create(string path, SafetensorsLayout layout)
    {
        SafeFileHandle? handle = null;
        try
        {
            File.Delete(path);
            handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, FileOptions.None, preallocationSize: layout.Length);
            RandomAccess.SetLength(handle, layout.Length);
            RandomAccess.Write(handle, layout.Header, 0);
            return new ResumableSafetensorsFile(path, layout, handle);
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            handle?.Dispose();
            throw OutputStream.CannotWrite(path, e);
        }
    }

    /// <summary>Opens what <see cref="Create"/> left; null if that is not there, or is of another layout.</summary>
    internal static ResumableSafetensorsFile? TryReopen(string path, SafetensorsLayout layout)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            var header = new byte[layout.Header.Length];
            if (RandomAccess.GetLength(handle) == layout.Length && RandomAccess.Read(handle, header, 0) == header.Length && header.AsSpan().SequenceEqual(layout.Header))
                return new ResumableSafetensorsFile(path, layout, handle);
            handle.Dispose();
            return null;
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            throw OutputStream.CannotWrite(path, e);
        }
    }

    /// <summary>Writes tensor <paramref name="name"/>, rounded to its element type.</summary>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    internal void Write<T>(string name, MatrixView<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var place = _layout.Find(name);
        var type = place.Spec.DType;
        if (!type.IsFloatingPoint() || (long)values.Rows * values.Columns * type.ByteSize() != place.ByteCount)
            throw new ArgumentException($"Tensor {Printable.Quote(name)} {type.FormatName()} {Printable.Shape(place.Spec.Shape)} cannot hold {values.Rows}×{values.Columns} real numbers.", nameof(values));
        var buffer = ArrayPool<byte>.Shared.Rent(BlockElements * type.ByteSize());
        var offset = _layout.OffsetOf(place);
        for (var i = 0; i < values.Rows; i++)
        {
            for (var row = (ReadOnlySpan<T>)values.Row(i); !row.IsEmpty; row = row[Math.Min(BlockElements, row.Length)..])
            {
                var part = row[..Math.Min(BlockElements, row.Length)];
                var bytes = buffer.AsSpan(0, part.Length * type.ByteSize());
                ElementConversion.Encode(part, type, bytes);
                Write(bytes, offset);
                offset += bytes.Length;
            }
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Writes tensor <paramref name="name"/> as <paramref name="bytes"/>.</summary>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    internal void WriteBytes(string name, ReadOnlySpan<byte> bytes)
    {
        var place = _layout.Find(name);
        if (bytes.Length != place.ByteCount)
            throw new ArgumentException($"Tensor {Printable.Quote(name)} was declared with {place.ByteCount} bytes, and there are {bytes.Length}.", nameof(bytes));
        Write(bytes, _layout.OffsetOf(place));
    }

    /// <summary>Writes tensor <paramref name="name"/> with the bytes of <paramref name="sourceName"/> in <paramref name="source"/>.</summary>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    internal unsafe void Copy(string name, SafetensorsFile source, string sourceName)
    {
        var place = _layout.Find(name);
        var pointer = source.Address(sourceName, out var byteCount);
        if (byteCount != place.ByteCount || source.Info(sourceName).DType != place.Spec.DType)
            throw new ArgumentException($"Tensor {Printable.Quote(name)} was declared with {place.ByteCount} bytes, and the source has {byteCount}.", nameof(name));
        for (var done = 0L; done < byteCount;)
        {
            var count = (int)Math.Min(1 << 22, byteCount - done);
            Write(new ReadOnlySpan<byte>(pointer + done, count), _layout.OffsetOf(place) + done);
            done += count;
        }
        GC.KeepAlive(source);
    }

    /// <summary>SHA-256 of the bytes of <paramref name="names"/> as they are in the file, one after the other.</summary>
    internal string Hash(IEnumerable<string> names)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            foreach (var place in names.Select(_layout.Find))
            {
                for (var done = 0L; done < place.ByteCount;)
                {
                    var count = RandomAccess.Read(_handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, place.ByteCount - done)), _layout.OffsetOf(place) + done);
                    if (count == 0)
                        break;
                    hash.AppendData(buffer, 0, count);
                    done += count;
                }
            }
        }
        catch (IOException e)
        {
            throw OutputStream.CannotWrite(Path, e);
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Flushes through the operating system's cache: what a journal says afterwards is on the disk.</summary>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    internal void Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(_handle);
        }
        catch (IOException e)
        {
            throw OutputStream.CannotWrite(Path, e);
        }
    }

    public void Dispose() => _handle.Dispose();

    private void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            throw OutputStream.CannotWrite(Path, e);
        }
    }
}
