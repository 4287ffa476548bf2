using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The product of a matrix with its own transpose: half the work of <see cref="Gemm"/>, and exactly symmetric.</summary>
public static class Syrk
{
    /// <summary>Diagonal blocks of this size are computed whole.</summary>
    private const int DiagonalBlock = 96;

    /// <summary>The largest block on the diagonal that one thread does alone.</summary>
    private const int LargestShare = 512;

    /// <summary>Halve until the diagonal blocks are small enough to be computed whole.</summary>
    private const int ToTheEnd = -1;

    /// <summary>Multiply-adds below which one thread does it all.</summary>
    private const long SerialWork = 1L << 22;

    /// <summary>Elements below which one thread copies one triangle into the other.</summary>
    private const long SerialElements = 1L << 18;

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
        MirrorLower(c, parallelism);
    }

    /// <summary>The same for the lower triangle of C alone; what is above the diagonal stays as it is.</summary>
    /// <inheritdoc cref="Multiply"/>
    public static void MultiplyLower<T>(MatrixView<T> a, Operand opA, T alpha, T beta, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = opA == Operand.AsIs ? a.Rows : a.Columns;
        if (c.Rows != n || c.Columns != n)
            throw new ArgumentException($"Syrk: op(A) has {n} rows and C is {c.Rows}×{c.Columns}.");
        if (Overlap.Exists(c, a))
            throw new ArgumentException($"Syrk: C, {c.Rows}×{c.Columns}, overlaps A.", nameof(c));
        if (parallelism.Threads > 1 && n >> Depth(n, parallelism) >= 3 * DiagonalBlock / 2 && (long)n * n * (opA == Operand.AsIs ? a.Columns : a.Rows) >= SerialWork)
            ShareOut(a, opA, alpha, beta, c, parallelism);
        else
            Recurse(a, opA, alpha, beta, c, ToTheEnd, parallelism);
    }

    // [C₁₁  ·  ]   [A₁]
    // [C₂₁  C₂₂] = [A₂]·[A₁ᵀ A₂ᵀ]: C₂₁ is a general product, the diagonal blocks are the same problem of half the size.
    private static void Recurse<T>(MatrixView<T> a, Operand opA, T alpha, T beta, MatrixView<T> c, int depth, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = c.Rows;
        if (depth == 0 || n == 0)
            return;
        if (depth == ToTheEnd && n <= DiagonalBlock)
        {
            MultiplyDiagonal(a, opA, alpha, beta, c);
            return;
        }

        var half = Half(n);
        var deeper = depth == ToTheEnd ? ToTheEnd : depth - 1;
        var (a1, a2) = (Part(a, opA, 0, half), Part(a, opA, half, n - half));
        Recurse(a1, opA, alpha, beta, c.Slice(0, 0, half, half), deeper, parallelism);
        Gemm.Multiply(a2, opA, a1, opA == Operand.AsIs ? Operand.Transposed : Operand.AsIs, alpha, beta, c.Slice(half, 0, n - half, half), parallelism);
        Recurse(a2, opA, alpha, beta, c.Slice(half, half, n - half, n - half), deeper, parallelism);
    }

    // The large products one after the other, each by all threads; then what is left along the diagonal, a block for each thread.
    private static void ShareOut<T>(MatrixView<T> a, Operand opA, T alpha, T beta, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var depth = Depth(c.Rows, parallelism);
        Recurse(a, opA, alpha, beta, c, depth, parallelism);
        var blocks = 1 << depth;
        parallelism.For(blocks, block =>
        {
            // The path through the halves: the bits of its number, from the highest.
            var (first, count) = (0, c.Rows);
            for (var bit = blocks / 2; bit > 0; bit /= 2)
                (first, count) = (block & bit) == 0 ? (first, Half(count)) : (first + Half(count), count - Half(count));
            Recurse(Part(a, opA, first, count), opA, alpha, beta, c.Slice(first, first, count, count), ToTheEnd, Parallelism.Serial);
        });
    }

    /// <summary>How often to halve until there is a block on the diagonal for each thread, and none too large.</summary>
    private static int Depth(int n, Parallelism parallelism)
    {
        var depth = 0;
        while (1 << depth < parallelism.Threads || n >> depth > LargestShare)
            depth++;
        return depth;
    }

    // Never a few rows: they would be dot products, with other bits than the general product.
    private static int Half(int n)
    {
        const int Fine = DiagonalBlock / 2;
        var half = (n / 2 + Fine - 1) / Fine * Fine;
        return n - half < Fine / 2 ? n / 2 : half;
    }

    private static MatrixView<T> Part<T>(MatrixView<T> a, Operand opA, int first, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => opA == Operand.AsIs ? a.RowRange(first, count) : a.ColumnRange(first, count);

    private static unsafe void MultiplyDiagonal<T>(MatrixView<T> a, Operand opA, T alpha, T beta, MatrixView<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = c.Rows;
        s_diagonal ??= new ScratchMemory();
        var block = s_diagonal.ReserveView<T>(DiagonalBlock * DiagonalBlock, n, n, n);
        if (beta != T.Zero)
            CopyLower(c, block);
        Gemm.Multiply(a, opA, a, opA == Operand.AsIs ? Operand.Transposed : Operand.AsIs, alpha, beta, block, Parallelism.Serial);
        CopyLower(block, c);
    }

    private static void CopyLower<T>(MatrixView<T> source, MatrixView<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < source.Rows; i++)
            source.Row(i)[..(i + 1)].CopyTo(destination.Row(i));
    }

    private static void MirrorLower<T>(MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Block = 64;
        if ((long)c.Rows * c.Rows < SerialElements)
            parallelism = Parallelism.Serial;
        parallelism.For((c.Rows + Block - 1) / Block, c, static (block, c) =>
        {
            var row = block * Block;
            var rows = Math.Min(Block, c.Rows - row);
            if (row > 0)
                Transposition.Transpose(c.Slice(row, 0, rows, row), c.Slice(0, row, row, rows));
            for (var i = row; i < row + rows; i++)
                for (var j = row; j < i; j++)
                    c[j, i] = c[i, j];
        });
    }
}
