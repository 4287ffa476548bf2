using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Numerics;

namespace PureSvd.Storage;

/// <summary>A safetensors file, memory-mapped: opening it reads the header alone, and a tensor is paged in when it is read.</summary>
/// <remarks>
/// Thread-safe until disposed. The file must not be changed while it is open. Whoever holds its address holds this object too, and need not dispose it:
/// the mapping goes with the last of them.
/// Source: the format description of huggingface/safetensors; its checks are made here too, so a file that opens is whole.
/// </remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly SafetensorsHeader _header;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private bool _disposed;

    private SafetensorsFile(string path, MemoryMappedFile map, long length)
    {
        Path = path;
        _map = map;
        _view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        try
        {
            var headerLength = SafetensorsHeader.ReadLength(path, BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(_start, 8)), length);
            _header = SafetensorsHeader.Parse(path, new ReadOnlySpan<byte>(_start + 8, headerLength), length - 8 - headerLength);
        }
        catch
        {
            Unmap();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _header.Tensors;

    /// <summary>The free text under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens <paramref name="path"/> and checks its header.</summary>
    /// <exception cref="InputDataException">It is missing or unreadable, or no whole safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Safetensors files are little-endian, and this machine is not.");
        using var stream = InputFile.OpenRead(path);
        var length = stream.Length;
        if (length < 8)
            throw new InputDataException(path, $"has {length} bytes, and a safetensors file has at least 8.", remedy: "Download or export it again.");
        MemoryMappedFile? map = null;
        try
        {
            map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new SafetensorsFile(path, map, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            map?.Dispose();
            throw new InputDataException(path, $"cannot be mapped into memory: {e.Message}", inner: e);
        }
    }

    /// <summary>What the file says of tensor <paramref name="name"/>.</summary>
    /// <exception cref="InputDataException">There is none of that name.</exception>
    public TensorInfo Info(string name)
        => Tensors.TryGetValue(name, out var info) ? info : throw new InputDataException(Path, "is missing.", $"tensor {Printable.Quote(name)}", "Is this the checkpoint of such a model?");

    /// <summary>destination ← tensor <paramref name="name"/>, row-major; F64, F32, F16 and BF16 convert to float or double, rounded to nearest where that is narrower.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="destination">As many elements as the tensor.</param>
    /// <exception cref="InputDataException">There is no such tensor, or its elements are not real numbers.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    public void Read<T>(string name, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var info = Info(name);
        if (!info.DType.IsFloatingPoint())
            throw new InputDataException(Path, $"has elements of {info.DType.FormatName()}, and real numbers are needed.", $"tensor {Printable.Quote(name)}", "Convert it to F32, F16 or BF16.");
        if (destination.Length != info.ElementCount)
            throw new ArgumentException($"The destination has {destination.Length} elements, and tensor {Printable.Quote(name)} {info.FormatShape()} has {info.ElementCount}.", nameof(destination));
        var source = Address(info);
        var size = info.DType.ByteSize();
        // A span holds 2³¹ − 1 bytes and a tensor may be larger, so it is read in pieces.
        const int Piece = 1 << 26;
        for (var done = 0; done < destination.Length; done += Piece)
        {
            var count = Math.Min(Piece, destination.Length - done);
            ElementConversion.Decode(new ReadOnlySpan<byte>(source + (long)done * size, count * size), info.DType, destination.Slice(done, count));
        }
        GC.KeepAlive(this);
    }

    /// <summary>The first byte of tensor <paramref name="name"/> in the mapping, at no particular alignment; valid until <see cref="Dispose"/>.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="byteCount">Its length in bytes.</param>
    /// <exception cref="InputDataException">There is no such tensor.</exception>
    public byte* Address(string name, out long byteCount)
    {
        var info = Info(name);
        byteCount = info.ByteCount;
        return Address(info);
    }

    /// <summary>The bytes of tensor <paramref name="name"/> in the mapping; valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="InputDataException">There is no such tensor.</exception>
    /// <exception cref="ArgumentException">It has more bytes than a span holds: use <see cref="Address(string, out long)"/>.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var pointer = Address(name, out var byteCount);
        if (byteCount > int.MaxValue)
            throw new ArgumentException($"Tensor {Printable.Quote(name)} has {byteCount} bytes, more than a span holds.", nameof(name));
        return new ReadOnlySpan<byte>(pointer, (int)byteCount);
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        Unmap();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the address back; the handle of the mapping then finalizes itself.</summary>
    ~SafetensorsFile()
    {
        if (!_disposed)
            _view?.SafeMemoryMappedViewHandle.ReleasePointer(); // Null where the constructor could not map.
    }

    private byte* Address(TensorInfo info)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _start + _header.DataStart + info.Begin;
    }

    private void Unmap()
    {
        if (_disposed)
            return;
        _disposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
