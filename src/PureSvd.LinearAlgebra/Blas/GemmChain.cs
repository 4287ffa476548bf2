using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>C ← f(α·A·Bᵀ)·D by strips of rows: what lies between the two products is a strip in the first-level cache, and never a matrix.</summary>
/// <remarks>B and D are packed once, into second-level cache; A is read where it lies. The sums are those of the two products one after the other, bit by bit.</remarks>
internal static unsafe class GemmChain<T, TKernel>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IGemmMicroKernel<T>
{
    [ThreadStatic]
    private static ScratchMemory? s_packed, s_strip;

    /// <summary>The same with a chosen micro-kernel; the shapes fit, and no side is 0.</summary>
    internal static void Multiply(MatrixView<T> a, MatrixView<T> b, T alpha, IGemmEpilogue<T> f, MatrixView<T> d, MatrixView<T> c)
    {
        var (k, between, n) = (a.Columns, b.Rows, d.Columns);
        var (betweenPadded, nPadded) = (RoundUp(between), RoundUp(n));
        var packedB = (s_packed ??= new ScratchMemory()).Reserve<T>((long)k * betweenPadded + (long)between * nPadded + (long)k * TKernel.Rows);
        var packedD = packedB + (nint)k * betweenPadded;
        var packedA = packedD + (nint)between * nPadded;
        new GemmRight<T, TKernel>((nint)b.Data, b.Stride, Operand.Transposed).PackAll(k, between, packedB, betweenPadded);
        new GemmRight<T, TKernel>((nint)d.Data, d.Stride, Operand.AsIs).PackAll(between, n, packedD, nPadded);

        // Rows of the strip that C does not have are computed, where a tile has them, from whatever lies there, and never read.
        var strip = (s_strip ??= new ScratchMemory()).ReserveView<T>((long)TKernel.Rows * betweenPadded, TKernel.Rows, between, betweenPadded);
        for (var i = 0; i < c.Rows; i += TKernel.Rows)
        {
            var height = Math.Min(TKernel.Rows, c.Rows - i);
            if (height == TKernel.Rows)
            {
                MultiplyStrip(height, a.Data + i * a.Stride, a.Stride, 1, k, packedB, betweenPadded, betweenPadded, alpha, strip.Data, betweenPadded);
            }
            else
            {
                var rows = GemmTiles<T, TKernel>.PackedRows(height);
                GemmPacking.PackAcross(a.Data + i * a.Stride, a.Stride, k, height, rows, packedA);
                MultiplyStrip(height, packedA, 1, rows, k, packedB, betweenPadded, betweenPadded, alpha, strip.Data, betweenPadded);
            }
            f.Apply(strip.RowRange(0, height), i, 0);
            MultiplyStrip(height, strip.Data, betweenPadded, 1, between, packedD, nPadded, n, T.One, c.Data + i * c.Stride, c.Stride);
        }
        strip.KeepAlive();
    }

    /// <summary>A strip of C, at most a tile high, by panels that were packed.</summary>
    private static void MultiplyStrip(int height, T* a, nint aStride, nint aStep, int k, T* panels, nint panelsStride, int columns, T alpha, T* c, nint cStride)
    {
        for (var p = 0; p < k; p += TKernel.Depth)
        {
            var depth = Math.Min(TKernel.Depth, k - p);
            for (var j = 0; j < columns; j += TKernel.Columns)
            {
                var panel = panels + p * panelsStride + (nint)j * depth;
                GemmTiles<T, TKernel>.Multiply(height, Math.Min(TKernel.Columns, columns - j), depth, a + p * aStep, aStride, aStep, panel, TKernel.Columns, alpha, p == 0 ? T.Zero : T.One, c + j, cStride, panel);
            }
        }
    }

    private static int RoundUp(int columns) => (columns + TKernel.Columns - 1) / TKernel.Columns * TKernel.Columns;
}
