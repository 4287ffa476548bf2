using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>A product so small that its operands are in the first-level cache: nothing is copied that the micro-kernel can read where it lies.</summary>
/// <remarks>
/// Attention is made of these. A is read in place whichever way it lies, since the micro-kernel broadcasts its elements one by one; B too, if it is not
/// transposed. Only strips at the edges are packed, so that the micro-kernel finds zeros behind them. The order of the sums is that of the large product.
/// </remarks>
internal static unsafe class GemmSmall<T, TKernel>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IGemmMicroKernel<T>
{
    /// <summary>Multiply-adds up to which packing costs more than it brings.</summary>
    private const long MaxWork = 1 << 18;

    /// <summary>Bytes of a panel of B on the stack.</summary>
    private const int MaxPanelSize = 16 << 10;

    /// <summary>Whether the product is one of these: its depth is one block, and so one sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Fits(int m, int n, int k) =>
        k <= TKernel.Depth && k * TKernel.Columns * sizeof(T) <= MaxPanelSize && (long)m * n <= MaxWork && (long)m * n * k <= MaxWork;

    /// <summary>C ← α·op(A)·op(B) + β·C.</summary>
    internal static void Multiply(T* a, nint aStride, Operand opA, T* b, nint bStride, Operand opB, int m, int n, int k, T alpha, T beta, T* c, nint cStride)
    {
        if (opB == Operand.Transposed || m % TKernel.Rows != 0 || n % TKernel.Columns != 0)
        {
            MultiplyPacked(a, aStride, opA, b, bStride, opB, m, n, k, alpha, beta, c, cStride);
            return;
        }

        var (rowStride, step) = opA == Operand.AsIs ? (aStride, (nint)1) : (1, aStride);
        for (var j = 0; j < n; j += TKernel.Columns)
        {
            for (var i = 0; i < m; i += TKernel.Rows)
                TKernel.Multiply(k, a + i * rowStride, rowStride, step, b + j, bStride, alpha, beta, c + i * cStride + j, cStride, b + j);
        }
    }

    /// <summary>The same where B, or a strip at an edge, must be packed.</summary>
    [SkipLocalsInit]
    private static void MultiplyPacked(T* a, nint aStride, Operand opA, T* b, nint bStride, Operand opB, int m, int n, int k, T alpha, T beta, T* c, nint cStride)
    {
        var whole = m / TKernel.Rows * TKernel.Rows;
        var panel = stackalloc T[k * TKernel.Columns];
        var strip = stackalloc T[whole < m ? k * TKernel.Rows : 0];
        var (rowStride, step) = opA == Operand.AsIs ? (aStride, (nint)1) : (1, aStride);
        var low = GemmTiles<T, TKernel>.PackedRows(m - whole);
        if (whole < m && opA == Operand.AsIs)
            GemmPacking.PackAcross(a + whole * aStride, aStride, k, m - whole, low, strip);
        else if (whole < m)
            GemmPacking.PackAlong(a + whole, aStride, k, m - whole, low, strip);

        for (var j = 0; j < n; j += TKernel.Columns)
        {
            var width = Math.Min(TKernel.Columns, n - j);
            var right = panel;
            nint rightStride = TKernel.Columns;
            if (opB == Operand.Transposed)
                GemmPacking.PackAcross(b + j * bStride, bStride, k, width, TKernel.Columns, panel);
            else if (width < TKernel.Columns)
                GemmPacking.PackAlong(b + j, bStride, k, width, TKernel.Columns, panel);
            else
                right = b + j;
            if (right != panel)
                rightStride = bStride;

            for (var i = 0; i < whole; i += TKernel.Rows)
                GemmTiles<T, TKernel>.Multiply(TKernel.Rows, width, k, a + i * rowStride, rowStride, step, right, rightStride, alpha, beta, c + i * cStride + j, cStride, right);
            if (whole < m)
                GemmTiles<T, TKernel>.Multiply(m - whole, width, k, strip, 1, low, right, rightStride, alpha, beta, c + whole * cStride + j, cStride, right);
        }
    }
}
