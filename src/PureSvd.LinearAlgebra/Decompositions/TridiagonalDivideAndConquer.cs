using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>The eigenproblem of a symmetric tridiagonal matrix by divide and conquer: nearly all of it is matrix products.</summary>
/// <remarks>
/// <para>T = [T₁ 0; 0 T₂] + |e|·u·uᵀ with u = (0 … 0 1 ±1 0 … 0): without the element e in the middle, and with its magnitude taken from the two diagonal elements beside it, T falls
/// apart in two. <see cref="RankOneMerge{T}"/> puts the decompositions of the halves together. Small blocks are left to implicit QL. About 4n³/3 flops without deflation, fewer with it;
/// the last merge is three quarters of them.</para>
/// <para>Vectors are rows: the block (first, n) owns those rows and columns of Qᵀ. Errors are relative to ‖T‖.</para>
/// Sources: J. Cuppen, <i>A divide and conquer method for the symmetric tridiagonal eigenproblem</i> (1981); M. Gu and S. Eisenstat, <i>A divide-and-conquer algorithm for the symmetric
/// tridiagonal eigenproblem</i> (1995); LAPACK xSTEDC.
/// </remarks>
internal sealed class TridiagonalDivideAndConquer<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _d;
    private readonly T[] _e;
    private readonly int _leafSize;
    private readonly T _norm;
    private readonly Parallelism _parallelism;
    private readonly CancellationToken _cancellationToken;
    private readonly PooledMatrix<T> _rows;
    private readonly PooledMatrix<T> _factor;
    private readonly PooledMatrix<T> _packed;

    private TridiagonalDivideAndConquer(T[] d, T[] e, int leafSize, Parallelism parallelism, CancellationToken cancellationToken)
    {
        (_d, _e, _leafSize, _parallelism, _cancellationToken) = (d, e, leafSize, parallelism, cancellationToken);
        var n = d.Length;
        _norm = T.Max(T.Abs(TensorPrimitives.MaxMagnitude<T>(d)), n > 1 ? T.Abs(TensorPrimitives.MaxMagnitude<T>(e)) : T.Zero);
        (_rows, _factor, _packed) = (new PooledMatrix<T>(n, n), new PooledMatrix<T>(n, n), new PooledMatrix<T>(n, n));
        _rows.Clear(parallelism);
    }

    /// <summary>Qᵀ [n×n]: the vectors as rows, in the order of the values.</summary>
    public MatrixView<T> Rows => _rows.View;

    /// <summary>Decomposes the matrix with the diagonal <paramref name="d"/> and <paramref name="e"/> beside it; leaves its eigenvalues, unsorted, in <paramref name="d"/>.</summary>
    /// <param name="d">n elements.</param>
    /// <param name="e">n − 1 elements; destroyed.</param>
    /// <param name="wanted">How many of the largest values need their vectors; the rows of the others may be wrong.</param>
    /// <param name="leafSize">Up to this order QL does it; at least 2.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops between merges.</param>
    public static TridiagonalDivideAndConquer<T> Decompose(T[] d, T[] e, int wanted, int leafSize, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var tree = new TridiagonalDivideAndConquer<T>(d, e, leafSize, parallelism, cancellationToken);

        // Small subtrees side by side, a thread each; the merges above them one after the other, by all threads.
        var depth = 2 + int.Log2(Math.Max(1, parallelism.Threads));
        List<(int First, int Count)> subtrees = [];
        tree.Tear(0, d.Length, depth, subtrees);
        parallelism.For(subtrees.Count, i => tree.Solve(subtrees[i].First, subtrees[i].Count), cancellationToken);
        tree.MergeUp(0, d.Length, depth, wanted);
        return tree;
    }

    /// <summary>Ends the use of all its matrices.</summary>
    public void Dispose()
    {
        _rows.Dispose();
        _factor.Dispose();
        _packed.Dispose();
    }

    /// <summary>A copy of the rows <paramref name="order"/>, in memory of this tree.</summary>
    public MatrixView<T> Ordered(int[] order)
    {
        const int Block = 64;
        var ordered = _packed.View.RowRange(0, order.Length);
        _parallelism.For((order.Length + Block - 1) / Block, block =>
        {
            for (var i = block * Block; i < Math.Min(order.Length, (block + 1) * Block); i++)
                Rows.Row(order[i]).CopyTo(ordered.Row(i));
        });
        return ordered;
    }

    private void Tear(int first, int n, int depth, List<(int First, int Count)> subtrees)
    {
        if (depth == 0 || n <= _leafSize)
        {
            subtrees.Add((first, n));
            return;
        }
        TearMiddle(first, n);
        Tear(first, n / 2, depth - 1, subtrees);
        Tear(first + n / 2, n - n / 2, depth - 1, subtrees);
    }

    private void TearMiddle(int first, int n)
    {
        var middle = first + n / 2;
        var magnitude = T.Abs(_e[middle - 1]);
        _d[middle - 1] -= magnitude;
        _d[middle] -= magnitude;
    }

    private void Solve(int first, int n)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (n <= _leafSize)
        {
            SolveLeaf(first, n);
            return;
        }
        TearMiddle(first, n);
        Solve(first, n / 2);
        Solve(first + n / 2, n - n / 2);
        Merge(first, n, n, Parallelism.Serial);
    }

    private void MergeUp(int first, int n, int depth, int wanted)
    {
        if (depth == 0 || n <= _leafSize)
            return;
        MergeUp(first, n / 2, depth - 1, n);
        MergeUp(first + n / 2, n - n / 2, depth - 1, n);
        _cancellationToken.ThrowIfCancellationRequested();
        Merge(first, n, wanted, _parallelism);
    }

    private void Merge(int first, int n, int wanted, Parallelism parallelism) =>
        new RankOneMerge<T>(
            _d.AsMemory(first, n), Rows.Slice(first, first, n, n), n / 2, _e[first + n / 2 - 1], _norm,
            _factor.View.Slice(first, first, n, n), _packed.View.Slice(first, first, n, n), parallelism).Run(wanted);

    private void SolveLeaf(int first, int n)
    {
        if (n == 0)
            return;
        var d = _d.AsSpan(first, n).ToArray();
        var vectors = new RotationStrips<T>(n);
        TridiagonalQl<T>.Diagonalize(d, _e.AsSpan(first, n - 1).ToArray(), vectors, Parallelism.Serial, _cancellationToken);
        d.CopyTo(_d, first);
        for (var i = 0; i < n; i++)
            vectors.CopyRow(i, T.One, Rows.Row(first + i).Slice(first, n));
    }
}
