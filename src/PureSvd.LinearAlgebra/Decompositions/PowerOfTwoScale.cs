using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>Brings a matrix to a largest magnitude near 1, or near another power of two, and its results back, without rounding.</summary>
/// <remarks>The squares and products of a decomposition then neither overflow nor lose what matters to underflow, as in the scaling of LAPACK's xGESVD.</remarks>
internal readonly record struct PowerOfTwoScale(int Exponent)
{
    /// <summary>Up to this exponent, of either sign, nothing is gained by taking it out.</summary>
    public const int HarmlessExponent = 8;

    /// <summary>A copy of <paramref name="a"/> (its transpose, if asked for) with a largest magnitude in [1, 2)·2^<paramref name="target"/>, and the scale that was taken out.</summary>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    public static (Matrix<T> Scaled, PowerOfTwoScale Scale) Take<T>(MatrixView<T> a, bool transpose = false, int target = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var scale = new PowerOfTwoScale(Of(a).Exponent - target);
        if (a.Rows == 0 || a.Columns == 0)
            return transpose ? (new Matrix<T>(a.Columns, a.Rows), default) : (new Matrix<T>(a.Rows, a.Columns), default);
        var copy = transpose ? a.Transpose() : a.ToMatrix();
        if (scale.Exponent != 0)
            Multiply(copy.Span, -scale.Exponent);
        return (copy, scale);
    }

    /// <summary>The same into memory of the caller's; a scale that is harmless as it is stays.</summary>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    public static PowerOfTwoScale Copy<T>(MatrixView<T> a, MatrixView<T> destination, bool transpose, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Block = 64;
        if (a.Rows == 0 || a.Columns == 0)
            return default;
        var scale = Of(a);
        if (Math.Abs(scale.Exponent) <= HarmlessExponent)
            scale = default;
        parallelism.For((a.Rows + Block - 1) / Block, block =>
        {
            var (row, rows) = (block * Block, Math.Min(Block, a.Rows - block * Block));
            if (transpose)
                Transposition.Transpose(a.RowRange(row, rows), destination.ColumnRange(row, rows));
            else
                a.RowRange(row, rows).CopyTo(destination.RowRange(row, rows));
            var copy = transpose ? destination.ColumnRange(row, rows) : destination.RowRange(row, rows);
            for (var i = 0; i < copy.Rows && scale.Exponent != 0; i++)
                Multiply(copy.Row(i), -scale.Exponent);
        });
        return scale;
    }

    /// <summary>The exponent of the largest magnitude of <paramref name="a"/>; 0 for a matrix of zeros.</summary>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    public static PowerOfTwoScale Of<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => OfRows(a, lower: false);

    /// <summary>The same of its lower triangle alone.</summary>
    /// <exception cref="NonFiniteMatrixException">The triangle has a NaN or an infinity.</exception>
    public static PowerOfTwoScale OfLower<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => OfRows(a, lower: true);

    private static PowerOfTwoScale OfRows<T>(MatrixView<T> a, bool lower)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var largest = T.Zero;
        for (var i = 0; i < a.Rows && a.Columns > 0; i++)
        {
            var rowLargest = T.Abs(TensorPrimitives.MaxMagnitude<T>(lower ? a.Row(i)[..(i + 1)] : a.Row(i)));
            if (!T.IsFinite(rowLargest))
                ThrowNonFinite(a, i);
            largest = T.Max(largest, rowLargest);
        }
        return new PowerOfTwoScale(largest == T.Zero ? 0 : T.ILogB(largest));
    }

    /// <summary>Puts the scale back onto <paramref name="values"/>.</summary>
    /// <exception cref="OverflowException">A result is larger than the largest number of the type.</exception>
    public void Restore<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Exponent == 0)
            return;
        Multiply(values, Exponent);
        if (Exponent > 0 && values.Length > 0 && !T.IsFinite(TensorPrimitives.MaxMagnitude<T>(values)))
            throw new OverflowException(FormattableString.Invariant($"A result exceeds the largest number, {Precision<T>.Largest}; scale the matrix down by a power of two."));
    }

    private static void Multiply<T>(Span<T> values, int exponent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var factor = T.ScaleB(T.One, exponent);
        if (T.IsNormal(factor))
        {
            TensorPrimitives.Multiply(values, factor, values);
            return;
        }

        // 2^exponent itself is out of range: from denormals up, or back down to them.
        for (var i = 0; i < values.Length; i++)
            values[i] = T.ScaleB(values[i], exponent);
    }

    private static void ThrowNonFinite<T>(MatrixView<T> a, int row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var j = 0; j < a.Columns; j++)
            if (!T.IsFinite(a[row, j]))
                throw new NonFiniteMatrixException(row, j, double.CreateTruncating(a[row, j]));
    }
}
