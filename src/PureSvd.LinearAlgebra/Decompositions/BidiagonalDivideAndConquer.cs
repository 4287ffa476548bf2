using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular value decomposition of an upper bidiagonal matrix by divide and conquer: nearly all of it is matrix products.</summary>
/// <remarks>
/// <para>Without its middle row a bidiagonal matrix falls apart in two, B₁ [nl×(nl+1)] and B₂; with their decompositions at hand, what is left is an arrow: a diagonal, and
/// the middle row z. <see cref="SecularEquation{T}"/> has its values; its vectors follow in closed form, from the z that fits the computed values exactly, so that they are
/// orthogonal however close the values are. Values that z does not touch, or that are equal, are final (deflation).</para>
/// <para>Vectors are rows: node (first, n, extra) owns the rows and columns first … of Uᵀ [n×n] and Vᵀ [(n+extra)×(n+extra)], whose last row, if extra = 1, is the null vector.</para>
/// Errors are relative to the largest singular value. Source: M. Gu and S. Eisenstat (1995); LAPACK xBDSDC, xLASD1–3.
/// </remarks>
internal sealed class BidiagonalDivideAndConquer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Up to this order a merge is too small to be shared.</summary>
    private const int SubtreeSize = 128;

    private readonly T[] _d;
    private readonly T[] _e;
    private readonly int _leafSize;
    private readonly Parallelism _parallelism;
    private readonly IProgress<double>? _progress;
    private readonly CancellationToken _cancellationToken;

    // Squares of the orders merged so far: they sum to about twice that of the whole.
    private double _done;
    private readonly Lock _progressLock = new();

    private BidiagonalDivideAndConquer(T[] d, T[] e, int leafSize, Parallelism parallelism, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        (_d, _e, _leafSize, _parallelism, _progress, _cancellationToken) = (d, e, leafSize, parallelism, progress, cancellationToken);
        Ut = new Matrix<T>(d.Length, d.Length);
        Vt = new Matrix<T>(d.Length, d.Length);
    }

    /// <summary>The left vectors as rows, in the order of the values.</summary>
    public Matrix<T> Ut { get; }

    /// <summary>The right vectors as rows.</summary>
    public Matrix<T> Vt { get; }

    /// <summary>Decomposes the matrix with the diagonal <paramref name="d"/> and the superdiagonal <paramref name="e"/>; leaves its singular values, not negative but unsorted, in <paramref name="d"/>.</summary>
    /// <param name="d">n elements.</param>
    /// <param name="e">n − 1 elements; destroyed.</param>
    /// <param name="leafSize">Up to this order QR iteration does it; at least 2.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="progress">Gets the fraction done.</param>
    /// <param name="cancellationToken">Stops between merges.</param>
    public static BidiagonalDivideAndConquer<T> Decompose(T[] d, T[] e, int leafSize, Parallelism parallelism, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var tree = new BidiagonalDivideAndConquer<T>(d, e, leafSize, parallelism, progress, cancellationToken);
        tree.SolveAll();
        return tree;
    }

    /// <summary>Subtrees side by side, each on one thread; the merges above them one by one, each on all.</summary>
    private void SolveAll()
    {
        List<(int First, int N, int Extra)> subtrees = [];
        List<(int First, int N, int Extra)> above = [];
        Divide(0, _d.Length, 0);
        _parallelism.For(subtrees.Count, i =>
        {
            var (first, n, extra) = subtrees[i];
            Solve(first, n, extra, new ArrowMerge<T>.Workspace(n), Parallelism.Serial);
        }, _cancellationToken);

        var workspace = new ArrowMerge<T>.Workspace(_d.Length);
        foreach (var (first, n, extra) in above)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            Merge(first, n, extra, workspace, _parallelism);
        }

        void Divide(int first, int n, int extra)
        {
            if (n <= Math.Max(SubtreeSize, _leafSize))
            {
                subtrees.Add((first, n, extra));
                return;
            }
            Divide(first, n / 2, 1);
            Divide(first + n / 2 + 1, n - n / 2 - 1, extra);
            above.Add((first, n, extra));
        }
    }

    private void Solve(int first, int n, int extra, ArrowMerge<T>.Workspace workspace, Parallelism parallelism)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (n <= _leafSize)
        {
            SolveLeaf(first, n, extra);
            return;
        }
        Solve(first, n / 2, 1, workspace, parallelism);
        Solve(first + n / 2 + 1, n - n / 2 - 1, extra, workspace, parallelism);
        Merge(first, n, extra, workspace, parallelism);
    }

    /// <summary>Joins the halves before and after the middle row.</summary>
    private void Merge(int first, int n, int extra, ArrowMerge<T>.Workspace workspace, Parallelism parallelism)
    {
        // Nothing below has touched the middle row's two elements.
        var middle = first + n / 2;
        new ArrowMerge<T>(
            _d.AsMemory(first, n), Ut.View.Slice(first, first, n, n), Vt.View.Slice(first, first, n + extra, n + extra),
            n / 2, _d[middle], _e[middle], workspace, parallelism).Run();
        lock (_progressLock)
        {
            _done += (double)n * n;
            _progress?.Report(Math.Min(1, _done / (2.0 * _d.Length * _d.Length)));
        }
    }

    /// <summary>QR iteration; an extra column is first rotated into the others, from the last row up.</summary>
    private void SolveLeaf(int first, int n, int extra)
    {
        var d = _d.AsSpan(first, n).ToArray();
        var e = _e.AsSpan(first, n - 1).ToArray();
        var columns = Matrix<T>.Identity(n + extra);
        if (extra == 1)
        {
            var fill = _e[first + n - 1];
            for (var i = n - 1; i >= 0; i--)
            {
                var rotation = PlaneRotation<T>.Annihilating(d[i], fill, out d[i]);
                for (var j = 0; j <= n; j++)
                    (columns[i, j], columns[n, j]) = (rotation.C * columns[i, j] + rotation.S * columns[n, j], rotation.C * columns[n, j] - rotation.S * columns[i, j]);
                if (i == 0)
                    break;
                fill = -rotation.S * e[i - 1];
                e[i - 1] *= rotation.C;
            }
        }

        var vectors = new BidiagonalVectors<T>(n, Parallelism.Serial);
        BidiagonalQr<T>.Diagonalize(d, e, vectors, null, _cancellationToken);
        var right = Matrix<T>.Identity(n + extra);
        for (var i = 0; i < n; i++)
        {
            vectors.Left.CopyRow(i, T.One, Ut.Row(first + i).Slice(first, n));
            vectors.Right.CopyRow(i, T.CopySign(T.One, d[i]), right.Row(i)[..n]);
            _d[first + i] = T.Abs(d[i]);
        }
        var vt = Vt.View.Slice(first, first, n + extra, n + extra);
        Gemm.Multiply<T>(right, Operand.AsIs, columns, Operand.AsIs, T.One, T.Zero, vt, Parallelism.Serial);
    }
}
