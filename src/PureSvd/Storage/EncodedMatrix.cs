using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Storage;

/// <summary>Matrices that a checkpoint stores in fewer bits than its element type, as two tensors each; read back, they are ordinary matrices.</summary>
/// <remarks>
/// <para><c>NAME.int8</c> [rows×columns] or <c>NAME.int4</c> [rows×⌈columns/2⌉] (two a byte, the first in the low half, 8 added) with <c>NAME.scale</c> [rows×groups] in bfloat16: w = q·scale, a row being cut into
/// groups of ⌈columns/groups⌉. Or <c>NAME.mask</c> [rows×⌈columns/8⌉], a bit for each element that is not zero, the first in the lowest bit, with <c>NAME.values</c>, these elements row by row.</para>
/// <para>Bytes on disk are what such a matrix really takes, its index included. The kernels do not compute with it: it is widened when it is loaded.</para>
/// </remarks>
internal static class EncodedMatrix
{
    internal const string Int8 = ".int8";
    internal const string Int4 = ".int4";
    internal const string Mask = ".mask";
    internal const string Scale = ".scale";
    internal const string Values = ".values";

    /// <summary>The tensors of which a matrix that is encoded has one.</summary>
    internal static IReadOnlyList<string> Suffixes { get; } = [Int8, Int4, Mask];

    /// <summary>Columns of a group where there are <paramref name="groups"/> in a row.</summary>
    internal static int GroupSize(int columns, int groups) => (columns + groups - 1) / Math.Max(1, groups);

    /// <summary>The matrix whose tensors in <paramref name="checkpoint"/> begin with <paramref name="name"/>, encoded as <paramref name="suffix"/> says.</summary>
    /// <exception cref="InputDataException">A tensor is missing, or of another shape or type than the matrix has.</exception>
    internal static Matrix<T> Read<T>(Checkpoint checkpoint, string name, string suffix, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var packed = suffix switch { Int8 => columns, Int4 => (columns + 1) / 2, _ => (columns + 7) / 8 };
        var codes = Bytes(checkpoint, name + suffix, [rows, packed], suffix == Int8 ? TensorDType.I8 : TensorDType.U8);
        if (suffix == Mask)
        {
            var values = Sizes(checkpoint, name + Values, 1);
            var kept = checkpoint.ReadVector<T>(name + Values, (int)values[0]);
            var set = 0L;
            foreach (var bits in codes)
                set += BitOperations.PopCount(bits);
            return set == kept.Length
                ? DecodeSparse<T>(codes, kept, rows, columns)
                : throw new InputDataException(checkpoint.FileOf(name + suffix).Path, $"marks {set} elements, and there are {kept.Length} values.", $"tensor {Printable.Quote(name + suffix)}", "Compress the original checkpoint again.");
        }
        var groups = Sizes(checkpoint, name + Scale, 2)[1];
        if (groups < 1 || groups > columns)
            throw new InputDataException(checkpoint.FileOf(name + Scale).Path, $"has {groups} scales a row, and the matrix {columns} columns.", $"tensor {Printable.Quote(name + Scale)}", "Compress the original checkpoint again.");
        var scale = checkpoint.ReadMatrix<T>(name + Scale, rows, (int)groups);
        return DecodeIntegers(codes, scale, suffix == Int4, rows, columns);
    }

    /// <summary>w = q·scale.</summary>
    internal static Matrix<T> DecodeIntegers<T>(ReadOnlySpan<byte> codes, Matrix<T> scale, bool nibbles, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var matrix = new Matrix<T>(rows, columns);
        var packed = nibbles ? (columns + 1) / 2 : columns;
        var group = GroupSize(columns, scale.Columns);
        for (var i = 0; i < rows; i++)
        {
            var row = matrix.Row(i);
            var from = codes.Slice(i * packed, packed);
            for (var j = 0; j < columns; j++)
            {
                var q = nibbles ? (from[j / 2] >> (j % 2 * 4) & 15) - 8 : (sbyte)from[j];
                row[j] = T.CreateTruncating(q) * scale[i, j / group];
            }
        }
        return matrix;
    }

    /// <summary>The values where the mask has a bit, zero elsewhere.</summary>
    internal static Matrix<T> DecodeSparse<T>(ReadOnlySpan<byte> mask, ReadOnlySpan<T> values, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var matrix = new Matrix<T>(rows, columns);
        var packed = (columns + 7) / 8;
        var next = 0;
        for (var i = 0; i < rows; i++)
        {
            var row = matrix.Row(i);
            for (var j = 0; j < columns; j++)
            {
                if ((mask[i * packed + j / 8] >> (j % 8) & 1) != 0)
                    row[j] = values[next++];
            }
        }
        return matrix;
    }

    private static ReadOnlySpan<byte> Bytes(Checkpoint checkpoint, string name, long[] shape, TensorDType type)
    {
        var info = checkpoint.Tensors[name];
        return info.DType == type && info.Shape.AsSpan().SequenceEqual(shape)
            ? checkpoint.FileOf(name).Bytes(name)
            : throw new InputDataException(checkpoint.FileOf(name).Path, $"is {info.DType.FormatName()} {info.FormatShape()}, and {type.FormatName()} {Printable.Shape(shape)} is needed.", $"tensor {Printable.Quote(name)}", "Compress the original checkpoint again.");
    }

    private static long[] Sizes(Checkpoint checkpoint, string name, int dimensions)
    {
        if (!checkpoint.Tensors.TryGetValue(name, out var info))
            throw new InputDataException(checkpoint.Directory, "is missing, and the matrix is stored in two parts.", $"tensor {Printable.Quote(name)}", "Compress the original checkpoint again.");
        return info.Shape.Length == dimensions && info.Shape.All(s => s <= int.MaxValue)
            ? info.Shape
            : throw new InputDataException(checkpoint.FileOf(name).Path, $"has the shape {info.FormatShape()}.", $"tensor {Printable.Quote(name)}", "Compress the original checkpoint again.");
    }
}
