using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>softmax(x) = exp(x − max x)/Σ.</summary>
internal static class Softmax
{
    /// <summary>row ← softmax(row). Its bits depend on the elements alone, not on the address or on what lies behind the row; a NaN or an infinity in it makes all of it NaN.</summary>
    internal static void Apply<T>(Span<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Exponentials(row, TensorPrimitives.Max<T>(row));
        TensorPrimitives.Multiply(row, T.One / Reductions.Sum<T>(row), row);
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

    /// <summary>row ← exp(row − max).</summary>
    private static void Exponentials<T>(Span<T> row, T max)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref var first = ref MemoryMarshal.GetReference(row);
        var maxima = Vector512.Create(max);
        var i = 0;
        for (; i <= row.Length - Vector512<T>.Count; i += Vector512<T>.Count)
            Exponential.OfNegative(Vector512.LoadUnsafe(ref first, (nuint)i) - maxima).StoreUnsafe(ref first, (nuint)i);
        if (i == row.Length)
            return;
        Span<T> rest = stackalloc T[Vector512<T>.Count];
        rest.Fill(max);
        row[i..].CopyTo(rest);
        Exponential.OfNegative(Vector512.Create<T>(rest) - maxima).CopyTo(rest);
        rest[..(row.Length - i)].CopyTo(row[i..]);
    }
}
