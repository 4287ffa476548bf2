using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>A triangular system of small order with any number of right-hand sides: brought to forward substitution, whatever the side, the triangle and the transpose.</summary>
/// <remarks>
/// The right-hand sides are copied, some at a time, into a strip that stays in the first-level cache, where <see cref="TrsmKernel{T, TVector, TLanes}"/> solves it, and back: rows that lie
/// a power of two apart would drive each other out. X·op(T) = B is op(T)ᵀ·Xᵀ = Bᵀ, so for the right side the copy transposes. An upper triangle is a lower one
/// whose unknowns come in reverse.
/// </remarks>
internal static unsafe class TrsmLeaf
{
    /// <summary>The largest order.</summary>
    internal const int Order = 64;

    private const int MaxWidth = 32;

    [ThreadStatic]
    private static ScratchMemory? s_triangle;

    [ThreadStatic]
    private static ScratchMemory? s_strip;

    /// <summary>B ← op(T)⁻¹·B, or B ← B·op(T)⁻¹ if <paramref name="fromRight"/>.</summary>
    internal static void Solve<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b, bool fromRight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // op(T), or its transpose for the right side, as stored rows and columns.
        var transposed = (opT == Operand.Transposed) != fromRight;
        var forward = (triangle == Triangle.Lower) != transposed;
        if (!unitDiagonal && !HasSafeReciprocals(t))
            SolvePlainly(t, transposed, forward, b, fromRight);
        else if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            Solve<T, Vector512<T>, Lanes512<T>>(t, transposed, forward, unitDiagonal, b, fromRight);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            Solve<T, Vector256<T>, Lanes256<T>>(t, transposed, forward, unitDiagonal, b, fromRight);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            Solve<T, Vector128<T>, Lanes128<T>>(t, transposed, forward, unitDiagonal, b, fromRight);
        else
            Solve<T, T, ScalarLanes<T>>(t, transposed, forward, unitDiagonal, b, fromRight);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Solve<T, TVector, TLanes>(MatrixView<T> t, bool transposed, bool forward, bool unitDiagonal, MatrixView<T> b, bool fromRight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var m = t.Rows;
        var l = (s_triangle ??= new ScratchMemory()).Reserve<T>(Order * Order);
        Pack(t, transposed, forward, unitDiagonal, l);
        var width = TrsmKernel<T, TVector, TLanes>.Width;
        var strip = (s_strip ??= new ScratchMemory()).Reserve<T>(Order * MaxWidth);
        var systems = fromRight ? b.Rows : b.Columns;
        var first = forward ? strip : strip + (nint)(m - 1) * width;
        nint step = forward ? width : -width;
        for (var j = 0; j < systems; j += width)
        {
            var count = Math.Min(width, systems - j);
            if (count < width)
                new Span<T>(strip, m * width).Clear();
            var view = new MatrixView<T>(null, strip, m, count, width);
            var window = fromRight ? b.RowRange(j, count) : b.ColumnRange(j, count);
            if (fromRight)
                Transposition.Transpose(window, view);
            else
                Copy(window, view);
            TrsmKernel<T, TVector, TLanes>.Solve(l, m, first, step);
            if (fromRight)
                Transposition.Transpose(view, window);
            else
                Copy(view, window);
        }
        t.KeepAlive();
        b.KeepAlive();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack<T>(MatrixView<T> t, bool transposed, bool forward, bool unitDiagonal, T* l)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var m = t.Rows;
        for (var i = 0; i < m; i++)
        {
            var row = forward ? i : m - 1 - i;
            var packed = l + (nint)i * m;
            var source = transposed ? t.Data + row : t.Data + row * t.Stride;
            var between = transposed ? t.Stride : 1;
            for (var j = 0; j < i; j++)
                packed[j] = -source[(forward ? j : m - 1 - j) * between];
            packed[i] = unitDiagonal ? T.One : T.One / source[row * between];
        }
    }

    private static void Copy<T>(MatrixView<T> source, MatrixView<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var bytes = (uint)(source.Columns * sizeof(T));
        for (var i = 0; i < source.Rows; i++)
            Unsafe.CopyBlockUnaligned(destination.Data + i * destination.Stride, source.Data + i * source.Stride, bytes);
    }

    /// <summary>Whether the reciprocal of every element of the diagonal is as accurate as a division by it: neither the element nor the reciprocal is denormal.</summary>
    private static bool HasSafeReciprocals<T>(MatrixView<T> t)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < t.Rows; i++)
        {
            var d = t[i, i];
            if (d != T.Zero && T.IsFinite(d) && !(T.IsNormal(d) && T.IsNormal(T.One / d)))
                return false;
        }

        return true;
    }

    /// <summary>With divisions, one element after the other: for a diagonal at the ends of the range of the type.</summary>
    private static void SolvePlainly<T>(MatrixView<T> t, bool transposed, bool forward, MatrixView<T> b, bool fromRight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var m = t.Rows;
        var systems = fromRight ? b.Rows : b.Columns;
        for (var s = 0; s < systems; s++)
        {
            for (var i = 0; i < m; i++)
            {
                var row = forward ? i : m - 1 - i;
                var x = fromRight ? b[s, row] : b[row, s];
                for (var j = 0; j < i; j++)
                {
                    var column = forward ? j : m - 1 - j;
                    x -= (transposed ? t[column, row] : t[row, column]) * (fromRight ? b[s, column] : b[column, s]);
                }

                x /= t[row, row];
                if (fromRight)
                    b[s, row] = x;
                else
                    b[row, s] = x;
            }
        }
    }
}
