using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Storage;

/// <summary>NumPy's <c>.npy</c>: one array of float32 or float64.</summary>
/// <remarks>Source: <c>numpy.lib.format</c>, versions 1.0 to 3.0.</remarks>
public static class NpyFile
{
    /// <summary>The array of <paramref name="path"/>, whatever its order in the file.</summary>
    /// <exception cref="InputDataException">The file is missing or unreadable, or no array of little-endian float16, float32 or float64.</exception>
    public static NpyArray<T> Read<T>(string path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var stream = InputFile.OpenRead(path);
        try
        {
            var header = NpyHeader.Read(path, stream);
            var values = new T[header.ElementCount];
            ReadElements<T>(stream, header.DType, values);
            return new NpyArray<T>(header.DType, header.Shape, header.IsFortranOrder ? ToRowMajor(values, header.Shape) : values);
        }
        catch (IOException e)
        {
            throw new InputDataException(path, $"cannot be read: {e.Message}", inner: e);
        }
    }

    /// <summary>The array of <paramref name="path"/> as a matrix: 2-D as it is, 1-D as one row, 0-D as 1×1, and of more dimensions the leading ones together as the rows.</summary>
    /// <exception cref="InputDataException">As for <see cref="Read{T}"/>.</exception>
    public static Matrix<T> ReadMatrix<T>(string path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Read<T>(path).ToMatrix();

    /// <summary>The element type of <paramref name="path"/>: F16, F32 or F64.</summary>
    /// <exception cref="InputDataException">As for <see cref="Read{T}"/>.</exception>
    public static TensorDType ReadDType(string path)
    {
        using var stream = InputFile.OpenRead(path);
        return NpyHeader.Read(path, stream).DType;
    }

    /// <summary>Writes <paramref name="values"/>, row-major, as an array of <paramref name="shape"/>: float32 for float, float64 for double.</summary>
    /// <exception cref="ArgumentException">The shape does not fit the values.</exception>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    public static void Write<T>(string path, ReadOnlySpan<T> values, params ReadOnlySpan<int> shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var count = 1L;
        foreach (var size in shape)
            count *= size;
        if (count != values.Length)
            throw new ArgumentException($"{values.Length} values do not make an array of {count}.", nameof(values));
        using var file = new AtomicFile(path);
        file.Stream.Write(NpyHeader.Format(TypeOf<T>(), shape));
        WriteElements(file.Stream, values);
        file.Commit();
    }

    /// <summary>Writes a 2-D array.</summary>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    public static void Write<T>(string path, MatrixView<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var file = new AtomicFile(path);
        file.Stream.Write(NpyHeader.Format(TypeOf<T>(), [matrix.Rows, matrix.Columns]));
        for (var i = 0; i < matrix.Rows; i++)
            WriteElements<T>(file.Stream, matrix.Row(i));
        file.Commit();
    }

    private static TensorDType TypeOf<T>() => typeof(T) == typeof(double) ? TensorDType.F64 : TensorDType.F32;

    private static void ReadElements<T>(FileStream stream, TensorDType type, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var buffer = new byte[1 << 16];
        while (!destination.IsEmpty)
        {
            var count = Math.Min(buffer.Length / type.ByteSize(), destination.Length);
            var bytes = buffer.AsSpan(0, count * type.ByteSize());
            stream.ReadExactly(bytes);
            ElementConversion.Decode(bytes, type, destination[..count]);
            destination = destination[count..];
        }
    }

    private static void WriteElements<T>(Stream stream, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var type = TypeOf<T>();
        Span<byte> buffer = stackalloc byte[1 << 13];
        while (!values.IsEmpty)
        {
            var count = Math.Min(buffer.Length / type.ByteSize(), values.Length);
            var bytes = buffer[..(count * type.ByteSize())];
            ElementConversion.Encode(values[..count], type, bytes);
            stream.Write(bytes);
            values = values[count..];
        }
    }

    // Element (i₀, i₁, …) of a Fortran-ordered array is at i₀ + n₀·(i₁ + n₁·(…)).
    private static T[] ToRowMajor<T>(T[] values, int[] shape)
    {
        if (shape.Length < 2 || values.Length == 0)
            return values;
        var result = new T[values.Length];
        var index = new int[shape.Length];
        var strides = new int[shape.Length];
        strides[0] = 1;
        for (var d = 1; d < shape.Length; d++)
            strides[d] = strides[d - 1] * shape[d - 1];
        var source = 0;
        for (var target = 0; target < result.Length; target++)
        {
            result[target] = values[source];
            for (var d = shape.Length - 1; d >= 0; d--)
            {
                source += strides[d];
                if (++index[d] < shape[d])
                    break;
                source -= strides[d] * shape[d];
                index[d] = 0;
            }
        }
        return result;
    }
}
