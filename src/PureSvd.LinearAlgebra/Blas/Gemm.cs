using System.Numerics;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>The general matrix product.</summary>
public static class Gemm
{
    /// <summary>C ← α·op(A)·op(B) + β·C.</summary>
    /// <remarks>
    /// <para>2·m·n·k flops. Nothing is allocated once a thread's packing memory has grown.</para>
    /// <para>Every element of C is the same sequence of roundings whatever the number of threads, the size of the caches, and the other rows and columns
    /// of the product: a row of C has the same bits whether its row of A comes alone or among others. They depend on k and on the kind of vector unit.</para>
    /// <para>Source: K. Goto and R. van de Geijn, <i>Anatomy of High-Performance Matrix Multiplication</i> (ACM TOMS 34(3), 2008);
    /// F. Van Zee and R. van de Geijn, <i>BLIS</i> (ACM TOMS 41(3), 2015).</para>
    /// </remarks>
    /// <param name="a">[m×k], or [k×m] if transposed.</param>
    /// <param name="opA">How to read A.</param>
    /// <param name="b">[k×n], or [n×k] if transposed.</param>
    /// <param name="opB">How to read B.</param>
    /// <param name="alpha">α; at 0 A and B are not read.</param>
    /// <param name="beta">β; 0 overwrites C, NaN included.</param>
    /// <param name="c">[m×n]; overlaps neither A nor B.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Multiply<T>(MatrixView<T> a, Operand opA, MatrixView<T> b, Operand opB, T alpha, T beta, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, k) = opA == Operand.AsIs ? (a.Rows, a.Columns) : (a.Columns, a.Rows);
        var (kb, n) = opB == Operand.AsIs ? (b.Rows, b.Columns) : (b.Columns, b.Rows);
        if (k != kb || c.Rows != m || c.Columns != n)
            throw new ArgumentException($"Gemm: op(A) is {m}×{k}, op(B) is {kb}×{n} and C is {c.Rows}×{c.Columns}.");

        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            Multiply<T, GemmMicroKernel512<T>>(a, opA, b, opB, alpha, beta, c, parallelism, null);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            Multiply<T, GemmMicroKernel256<T>>(a, opA, b, opB, alpha, beta, c, parallelism, null);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            Multiply<T, GemmMicroKernel128<T>>(a, opA, b, opB, alpha, beta, c, parallelism, null);
        else
            Multiply<T, GemmMicroKernelPortable<T>>(a, opA, b, opB, alpha, beta, c, parallelism, null);
    }

    /// <summary>The same with a chosen micro-kernel and block sizes; the shapes fit.</summary>
    internal static unsafe void Multiply<T, TKernel>(MatrixView<T> a, Operand opA, MatrixView<T> b, Operand opB, T alpha, T beta, MatrixView<T> c, Parallelism parallelism, BlockSizes? blockSizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IGemmMicroKernel<T>
    {
        var k = opA == Operand.AsIs ? a.Columns : a.Rows;
        if (c.Rows == 0 || c.Columns == 0)
            return;
        if (k == 0 || alpha == T.Zero)
            Scale(beta, c);
        else
            GemmLoops<T, TKernel>.Multiply(a, opA, b, opB, k, alpha, beta, c, parallelism.Threads, blockSizes ?? BlockSizes.For(sizeof(T), TKernel.Depth));
        a.KeepAlive();
        b.KeepAlive();
        c.KeepAlive();
    }

    private static void Scale<T>(T beta, MatrixView<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < c.Rows; i++)
        {
            var row = c.Row(i);
            if (beta == T.Zero)
                row.Clear();
            else
                System.Numerics.Tensors.TensorPrimitives.Multiply(row, beta, row);
        }
    }
}
