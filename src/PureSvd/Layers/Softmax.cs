using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>softmax(x) = exp(x − max x)/Σ.</summary>
internal static class Softmax
{
    /// <summary>It for every row of a product.</summary>
    internal sealed class OfRows<T> : IGemmEpilogue<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>Rows that go through each step together: what a row would wait for, the next ones fill with work.</summary>
        private const int Together = 12;

        internal static readonly OfRows<T> Instance = new();

        public bool TakesWholeRows => true;

        public void Apply(MatrixView<T> block, int row, int column)
        {
            Span<T> values = stackalloc T[Together];
            for (var first = 0; first < block.Rows; first += Together)
            {
                var count = Math.Min(Together, block.Rows - first);
                for (var i = 0; i < count; i++)
                    values[i] = Largest<T>(block.Row(first + i));
                for (var i = 0; i < count; i++)
                    values[i] = Exponentials(block.Row(first + i), values[i]);
                for (var i = 0; i < count; i++)
                    Scale(block.Row(first + i), T.One / values[i]);
            }
            block.KeepAlive();
        }
    }

    /// <summary>row ← softmax(row). Its bits depend on the elements alone, not on the address or on what lies behind the row; a NaN or an infinity in it makes all of it NaN.</summary>
    internal static void Apply<T>(Span<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Scale(row, T.One / Exponentials(row, Largest<T>(row)));

    private static T Largest<T>(ReadOnlySpan<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref var first = ref MemoryMarshal.GetReference(row);
        var (x, i) = (Vector512.Create(T.NegativeInfinity), 0);
        for (; i <= row.Length - Vector512<T>.Count; i += Vector512<T>.Count)
            x = Vector512.MaxNative(x, Vector512.LoadUnsafe(ref first, (nuint)i));
        var half = Vector256.MaxNative(x.GetLower(), x.GetUpper());
        var quarter = Vector128.MaxNative(half.GetLower(), half.GetUpper());
        var largest = quarter[0];
        for (var j = 1; j < Vector128<T>.Count; j++)
            largest = quarter[j] > largest ? quarter[j] : largest;
        for (; i < row.Length; i++)
            largest = row[i] > largest ? row[i] : largest;
        return largest;
    }

    /// <summary>row ← exp(row − max); returns their sum.</summary>
    private static T Exponentials<T>(Span<T> row, T max)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref var first = ref MemoryMarshal.GetReference(row);
        var maxima = Vector512.Create(max);
        var (even, odd) = (Vector512<T>.Zero, Vector512<T>.Zero); // Two sums by turns.
        var i = 0;
        for (; i <= row.Length - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            var e = Exponential.OfNegative(Vector512.LoadUnsafe(ref first, (nuint)i) - maxima);
            e.StoreUnsafe(ref first, (nuint)i);
            (even, odd) = (odd, even + e);
        }
        var sum = Vector512.Sum(even + odd);
        if (i == row.Length)
            return sum;

        Span<T> rest = stackalloc T[Vector512<T>.Count];
        rest.Fill(max);
        row[i..].CopyTo(rest);
        Exponential.OfNegative(Vector512.Create<T>(rest) - maxima).CopyTo(rest);
        rest[..(row.Length - i)].CopyTo(row[i..]);
        for (; i < row.Length; i++)
            sum += row[i];
        return sum;
    }

    private static void Scale<T>(Span<T> row, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref var first = ref MemoryMarshal.GetReference(row);
        var factors = Vector512.Create(factor);
        var i = 0;
        for (; i <= row.Length - Vector512<T>.Count; i += Vector512<T>.Count)
            (Vector512.LoadUnsafe(ref first, (nuint)i) * factors).StoreUnsafe(ref first, (nuint)i);
        for (; i < row.Length; i++)
            row[i] *= factor;
    }

    /// <summary>For P = softmax(S), row by row: dS = P∘(dP − rowsum(dP∘P)), in the place of dP.</summary>
    internal static void Backward<T>(MatrixView<T> p, MatrixView<T> dp)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < p.Rows; i++)
        {
            var row = dp.Row(i);
            TensorPrimitives.Subtract(row, Reductions.Dot<T>(row, p.Row(i)), row);
            TensorPrimitives.Multiply(row, p.Row(i), row);
        }
        p.KeepAlive();
        dp.KeepAlive();
    }
}
