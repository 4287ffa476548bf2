using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureSvd.LinearAlgebra;

/// <summary>A tile of C of any size up to that of the micro-kernel.</summary>
internal static unsafe class GemmTiles<T, TKernel>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IGemmMicroKernel<T>
{
    /// <summary>C ← α·A·B + β·C for a tile [height × width].</summary>
    /// <param name="height">Rows of C; a packed A has <see cref="PackedRows"/>, zeros below.</param>
    /// <param name="width">Columns of C; where fewer than the micro-kernel's, B is a packed panel.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="a">A: packed if there are fewer rows than the micro-kernel's.</param>
    /// <param name="aStride">Elements from one row of A to the next.</param>
    /// <param name="aStep">Elements from one column of A to the next.</param>
    /// <param name="b">B.</param>
    /// <param name="bStride">Elements from one row of B to the next.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β; at 0 C is not read.</param>
    /// <param name="c">C.</param>
    /// <param name="cStride">Elements from one row of C to the next.</param>
    /// <param name="next">What a later tile reads; any address.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Multiply(int height, int width, int k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride, T* next)
    {
        if (height == TKernel.Rows && width == TKernel.Columns)
            TKernel.Multiply(k, a, aStride, aStep, b, bStride, alpha, beta, c, cStride, next);
        else
            MultiplyEdge(height, width, k, a, aStride, aStep, b, bStride, alpha, beta, c, cStride, next);
    }

    /// <summary>Rows of the tile that <paramref name="height"/> rows are packed for.</summary>
    internal static int PackedRows(int height) => height <= TKernel.LowRows ? TKernel.LowRows : TKernel.Rows;

    /// <summary>At an edge the whole tile is computed, beside C, and its valid part copied.</summary>
    [SkipLocalsInit]
    private static void MultiplyEdge(int height, int width, int k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride, T* next)
    {
        var tile = stackalloc T[TKernel.Rows * TKernel.Columns];
        if (beta != T.Zero)
        {
            for (var i = 0; i < height; i++)
                GemmPacking.CopyRow(c + i * cStride, tile + i * TKernel.Columns, width);
        }

        if (height <= TKernel.LowRows)
            TKernel.MultiplyLow(k, a, aStride, aStep, b, bStride, alpha, beta, tile, TKernel.Columns);
        else
            TKernel.Multiply(k, a, aStride, aStep, b, bStride, alpha, beta, tile, TKernel.Columns, next);
        StoreValid(tile, height, width, c, cStride);
    }

    /// <summary>Copies the valid part of a tile. A load that begins inside one stored vector and ends in the next would wait until both have left the processor, so the last vector is masked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreValid(T* tile, int height, int width, T* c, nint cStride)
    {
        if (Avx512F.IsSupported && typeof(T) == typeof(float))
        {
            var whole = width & -Vector512<float>.Count;
            var mask = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(width - whole)).AsSingle();
            for (var i = 0; i < height; i++, tile += TKernel.Columns, c += cStride)
            {
                for (var j = 0; j < whole; j += Vector512<float>.Count)
                    Vector512.Load((float*)tile + j).Store((float*)c + j);
                if (whole < width)
                    Avx512F.MaskStore((float*)c + whole, mask, Vector512.Load((float*)tile + whole));
            }

            return;
        }

        for (var i = 0; i < height; i++)
            GemmPacking.CopyRow(tile + i * TKernel.Columns, c + i * cStride, width);
    }
}
