using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>The hidden states of a whole calibration sample between two blocks, in a file that vanishes with this: tokens × hidden may be more than memory has, and are read in order.</summary>
internal sealed class HiddenStateFile<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;

    /// <exception cref="InputDataException">The file cannot be made.</exception>
    internal HiddenStateFile(string path)
    {
        _path = path;
        try
        {
            _handle = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            throw OutputStream.CannotWrite(path, e);
        }
    }

    /// <summary>Rows from <paramref name="token"/> on, into contiguous <paramref name="hidden"/>.</summary>
    internal void Read(long token, MatrixView<T> hidden) => Transfer(token, hidden, (bytes, offset) => RandomAccess.Read(_handle, bytes, offset));

    /// <summary>Rows from <paramref name="token"/> on, from contiguous <paramref name="hidden"/>.</summary>
    /// <exception cref="InputDataException">The disk is full.</exception>
    internal void Write(long token, MatrixView<T> hidden) => Transfer(token, hidden, (bytes, offset) =>
    {
        RandomAccess.Write(_handle, bytes, offset);
        return bytes.Length;
    });

    public void Dispose() => _handle.Dispose();

    private void Transfer(long token, MatrixView<T> hidden, Piece move)
    {
        var bytes = MemoryMarshal.AsBytes(hidden.Span);
        var offset = token * hidden.Columns * Marshal.SizeOf<T>();
        try
        {
            while (!bytes.IsEmpty)
            {
                var count = move(bytes, offset);
                if (count == 0)
                    throw new InputDataException(_path, "was cut short by another program while it was used.", remedy: "Compress again.");
                bytes = bytes[count..];
                offset += count;
            }
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            throw OutputStream.CannotWrite(_path, e);
        }
    }

    private delegate int Piece(Span<byte> bytes, long offset);
}
