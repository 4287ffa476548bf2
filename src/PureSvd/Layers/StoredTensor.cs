using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Layers;

/// <summary>A matrix under its checkpoint name, used as the checkpoint stores it.</summary>
/// <param name="Name">The name in the checkpoint.</param>
/// <param name="Matrix">The matrix, whose rows lie end to end.</param>
public readonly record struct StoredTensor(string Name, StoredMatrix Matrix)
{
    /// <summary>Its element type in a file.</summary>
    internal TensorDType DType => Matrix.Kind switch
    {
        ElementKind.F16 => TensorDType.F16,
        ElementKind.BF16 => TensorDType.BF16,
        _ => TensorDType.F32,
    };

    /// <summary>Writes it bit for bit, or rounded to <paramref name="type"/> where that is another.</summary>
    internal unsafe void WriteTo(SafetensorsWriter writer, TensorDType type)
    {
        var row = type == DType ? [] : new float[Matrix.Columns];
        var bytes = Matrix.Columns * Matrix.ElementSize;
        for (var i = 0; i < Matrix.Rows; i++)
        {
            if (type == DType)
            {
                writer.WriteBytes(Name, new ReadOnlySpan<byte>(Matrix.Data + (long)i * bytes, bytes));
            }
            else
            {
                Matrix.CopyRowTo(i, row);
                writer.Write<float>(Name, row);
            }
        }
        Matrix.KeepAlive();
    }
}
