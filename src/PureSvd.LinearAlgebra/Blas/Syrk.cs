using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The product of a matrix with its own transpose: half the work of <see cref="Gemm"/>, and exactly symmetric.</summary>
public static class Syrk
{
    /// <summary>Diagonal blocks of this size are computed whole.</summary>
    private const int DiagonalBlock = 96;

    [ThreadStatic]
    private static ScratchMemory? s_diagonal;

    /// <summary>C ← α·op(A)·op(A)ᵀ + β·C.</summary>
    /// <remarks>n²k flops. Every element has the bits that <see cref="Gemm"/> gives it.</remarks>
    /// <param name="a">[n×k], or [k×n] if transposed.</param>
    /// <param name="opA">How to read A: as is gives AAᵀ, transposed AᵀA.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β; 0 overwrites C, NaN included.</param>
    /// <param name="c">[n×n], of which the lower triangle is read and both are written; does not overlap A.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Multiply<T>(MatrixView<T> a, Operand opA, T alpha, T beta, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MultiplyLower(a, opA, alpha, beta, c, parallelism);
        MirrorLower(c);
    }

    /// <summary>The same for the lower triangle of C alone; what is above the diagonal stays as it is.</summary>
    /// <inheritdoc cref="Multiply"/>
    public static void MultiplyLower<T>(MatrixView<T> a, Operand opA, T alpha, T beta, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = opA == Operand.AsIs ? a.Rows : a.Columns;
        if (c.Rows != n || c.Columns != n)
            throw new ArgumentException($"Syrk: op(A) has {n} rows and C is {c.Rows}×{c.Columns}.");
        Recurse(a, opA, alpha, beta, c, parallelism);
    }

    // [C₁₁  ·  ]   [A₁]
    // [C₂₁  C₂₂] = [A₂]·[A₁ᵀ A₂ᵀ]: C₂₁ is a general product, the diagonal blocks are the same problem of half the size.
    private static void Recurse<T>(MatrixView<T> a, Operand opA, T alpha, T beta, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = c.Rows;
        if (n <= DiagonalBlock)
        {
            MultiplyDiagonal(a, opA, alpha, beta, c, parallelism);
            return;
        }

        // Never a few rows: they would be dot products, with other bits than the general product.
        var half = (n / 2 + DiagonalBlock - 1) / DiagonalBlock * DiagonalBlock;
        if (n - half < DiagonalBlock / 4)
            half = n / 2;
        var a1 = opA == Operand.AsIs ? a.RowRange(0, half) : a.ColumnRange(0, half);
        var a2 = opA == Operand.AsIs ? a.RowRange(half, n - half) : a.ColumnRange(half, n - half);
        Recurse(a1, opA, alpha, beta, c.Slice(0, 0, half, half), parallelism);
        Gemm.Multiply(a2, opA, a1, opA == Operand.AsIs ? Operand.Transposed : Operand.AsIs, alpha, beta, c.Slice(half, 0, n - half, half), parallelism);
        Recurse(a2, opA, alpha, beta, c.Slice(half, half, n - half, n - half), parallelism);
    }

    private static unsafe void MultiplyDiagonal<T>(MatrixView<T> a, Operand opA, T alpha, T beta, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = c.Rows;
        s_diagonal ??= new ScratchMemory();
        var block = new MatrixView<T>(s_diagonal, s_diagonal.Reserve<T>(DiagonalBlock * DiagonalBlock), n, n, n);
        if (beta != T.Zero)
            CopyLower(c, block);
        Gemm.Multiply(a, opA, a, opA == Operand.AsIs ? Operand.Transposed : Operand.AsIs, alpha, beta, block, parallelism);
        CopyLower(block, c);
    }

    private static void CopyLower<T>(MatrixView<T> source, MatrixView<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < source.Rows; i++)
            source.Row(i)[..(i + 1)].CopyTo(destination.Row(i));
        source.KeepAlive();
        destination.KeepAlive();
    }

    private static void MirrorLower<T>(MatrixView<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Block = 64;
        for (var row = 0; row < c.Rows; row += Block)
        {
            var rows = Math.Min(Block, c.Rows - row);
            if (row > 0)
                Transposition.Transpose(c.Slice(row, 0, rows, row), c.Slice(0, row, row, rows));
            for (var i = row; i < row + rows; i++)
                for (var j = row; j < i; j++)
                    c[j, i] = c[i, j];
        }

        c.KeepAlive();
    }
}
