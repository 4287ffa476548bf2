using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The general matrix product.</summary>
public static class Gemm
{
    /// <summary>C ← α·op(A)·op(B) + β·C.</summary>
    /// <param name="a">[m×k], or [k×m] if transposed.</param>
    /// <param name="opA">How to read A.</param>
    /// <param name="b">[k×n], or [n×k] if transposed.</param>
    /// <param name="opB">How to read B.</param>
    /// <param name="alpha">α.</param>
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
        GemmReference.Multiply(a, opA, b, opB, alpha, beta, c);
    }
}
