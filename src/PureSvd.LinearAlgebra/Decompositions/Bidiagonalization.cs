using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A = Q·B·Pᵀ, A [m×n] with m ≥ n: B [n×n] upper bidiagonal, Q and P orthogonal, by blocked Householder reflections.</summary>
/// <remarks>
/// Column and row reflectors alternate. Inside a panel the rest of A is not touched: it is held as A − Σ vᵢyᵢᵀ + xᵢuᵢᵀ, and brought up to date once a panel by one
/// matrix product of depth twice the panel. Half of the 8/3·n³ flops are the two matrix-vector products per column, bound by memory.
/// Source: LAPACK xGEBRD, xLABRD; J. Dongarra, S. Hammarling and D. Sorensen, <i>Block reduction of matrices to condensed forms</i> (1989).
/// </remarks>
internal sealed class Bidiagonalization<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MatrixView<T> _a;
    private readonly int _blockSize;
    private readonly Parallelism _parallelism;
    private readonly Matrix<T> _vt;
    private readonly Matrix<T> _ut;
    private readonly T[] _leftTau;
    private readonly T[] _rightTau;

    // Rows 2i and 2i+1: vᵢ and xᵢ [m] in the first, yᵢ and uᵢ [n] in the second; A = old A − columnsᵀ·rows.
    private readonly Matrix<T> _columnSide;
    private readonly Matrix<T> _rowSide;
    private readonly T[] _weights;

    private Bidiagonalization(MatrixView<T> a, int blockSize, Parallelism parallelism)
    {
        (_a, _blockSize, _parallelism) = (a, blockSize, parallelism);
        var (m, n) = (a.Rows, a.Columns);
        Diagonal = new T[n];
        Superdiagonal = new T[Math.Max(0, n - 1)];
        _leftTau = new T[n];
        _rightTau = new T[Superdiagonal.Length];
        _vt = new Matrix<T>(n, m);
        _ut = new Matrix<T>(Superdiagonal.Length, n);
        _columnSide = new Matrix<T>(2 * blockSize, m);
        _rowSide = new Matrix<T>(2 * blockSize, n);
        _weights = new T[2 * blockSize];
    }

    /// <summary>The diagonal of B, n.</summary>
    public T[] Diagonal { get; }

    /// <summary>The superdiagonal of B, n − 1.</summary>
    public T[] Superdiagonal { get; }

    /// <summary>Reduces <paramref name="a"/> [m×n], m ≥ n, and destroys it; its elements are finite and of moderate size.</summary>
    public static Bidiagonalization<T> Reduce(MatrixView<T> a, int blockSize, Parallelism parallelism, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var reduction = new Bidiagonalization<T>(a, Math.Min(blockSize, Math.Max(1, a.Columns)), parallelism);
        for (var first = 0; first < a.Columns; first += reduction._blockSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            reduction.ReducePanel(first, Math.Min(reduction._blockSize, a.Columns - first));

            // What is left is a cube of the columns that are left.
            progress?.Report(1 - Math.Pow(Math.Max(0, a.Columns - first - reduction._blockSize) / (double)a.Columns, 3));
        }
        a.KeepAlive();
        return reduction;
    }

    /// <summary>Q, of order m.</summary>
    public ReflectorSequence<T> Left(int blockSize) => new(_vt, _leftTau, 0, blockSize, _parallelism);

    /// <summary>P, of order n.</summary>
    public ReflectorSequence<T> Right(int blockSize) => new(_ut, _rightTau, 1, blockSize, _parallelism);

    private void ReducePanel(int first, int count)
    {
        var (m, n) = (_a.Rows, _a.Columns);
        for (var i = 0; i < count; i++)
        {
            var g = first + i;
            ReflectColumn(g, i);
            if (g < n - 1)
                ReflectRow(g, i);
        }

        var done = first + count;
        if (done < n)
        {
            Gemm.Multiply(
                _columnSide.View.Slice(0, done, 2 * count, m - done), Operand.Transposed,
                _rowSide.View.Slice(0, done, 2 * count, n - done), Operand.AsIs,
                -T.One, T.One, _a.Slice(done, done, m - done, n - done), _parallelism);
        }
    }

    /// <summary>Brings column g up to date and reflects it; then y = τ·(Aᵀv), A up to date.</summary>
    private void ReflectColumn(int g, int i)
    {
        var (m, n) = (_a.Rows, _a.Columns);
        var pairs = 2 * i;
        var v = _vt.Row(g)[g..];
        for (var r = g; r < m; r++)
            v[r - g] = _a[r, g];
        for (var p = 0; p < pairs; p++)
            _weights[p] = _rowSide[p, g];
        Gemv.Multiply<T>(_columnSide.View.Slice(0, g, pairs, m - g), Operand.Transposed, _weights.AsSpan(0, pairs), -T.One, T.One, v, _parallelism);
        (Diagonal[g], _leftTau[g]) = HouseholderReflector.Generate(v);
        v.CopyTo(_columnSide.Row(pairs)[g..]);
        if (g == n - 1)
            return;

        var y = _rowSide.Row(pairs)[(g + 1)..];
        Gemv.Multiply<T>(_a.Slice(g, g + 1, m - g, n - g - 1), Operand.Transposed, v, _leftTau[g], T.Zero, y, _parallelism);
        Gemv.Multiply<T>(_columnSide.View.Slice(0, g, pairs, m - g), Operand.AsIs, v, T.One, T.Zero, _weights.AsSpan(0, pairs), _parallelism);
        Gemv.Multiply<T>(_rowSide.View.Slice(0, g + 1, pairs, n - g - 1), Operand.Transposed, _weights.AsSpan(0, pairs), -_leftTau[g], T.One, y, _parallelism);
    }

    /// <summary>Brings row g up to date and reflects it; then x = τ·(Au), A up to date.</summary>
    private void ReflectRow(int g, int i)
    {
        var (m, n) = (_a.Rows, _a.Columns);
        var pairs = 2 * i + 1;
        var u = _ut.Row(g)[(g + 1)..];
        _a.Row(g)[(g + 1)..].CopyTo(u);
        for (var p = 0; p < pairs; p++)
            _weights[p] = _columnSide[p, g];
        Gemv.Multiply<T>(_rowSide.View.Slice(0, g + 1, pairs, n - g - 1), Operand.Transposed, _weights.AsSpan(0, pairs), -T.One, T.One, u, _parallelism);
        (Superdiagonal[g], _rightTau[g]) = HouseholderReflector.Generate(u);
        u.CopyTo(_rowSide.Row(pairs)[(g + 1)..]);
        if (g == m - 1)
            return;

        var x = _columnSide.Row(pairs)[(g + 1)..];
        Gemv.Multiply<T>(_a.Slice(g + 1, g + 1, m - g - 1, n - g - 1), Operand.AsIs, u, _rightTau[g], T.Zero, x, _parallelism);
        Gemv.Multiply<T>(_rowSide.View.Slice(0, g + 1, pairs, n - g - 1), Operand.AsIs, u, T.One, T.Zero, _weights.AsSpan(0, pairs), _parallelism);
        Gemv.Multiply<T>(_columnSide.View.Slice(0, g + 1, pairs, m - g - 1), Operand.Transposed, _weights.AsSpan(0, pairs), -_rightTau[g], T.One, x, _parallelism);
    }
}
