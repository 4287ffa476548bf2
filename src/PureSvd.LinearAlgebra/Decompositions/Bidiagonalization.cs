using System.Numerics;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>A = Q·B·Pᵀ, A [m×n] with m ≥ n: B [n×n] upper bidiagonal, Q and P orthogonal, by blocked Householder reflections.</summary>
/// <remarks>
/// <para>Column and row reflectors alternate: H = I − τ·v·vᵀ clears a column below the diagonal, G = I − τ·u·uᵀ the row of the diagonal beyond the superdiagonal, and</para>
/// <code>HAG = A − v·yᵀ − x·uᵀ,   y = τ·Aᵀv,   x = τ·(A − v·yᵀ)·u.</code>
/// <para>Inside a panel the rest of A is not touched: it is held as A − P·R, with v₀ x₀ v₁ x₁ … as the columns of P and y₀ u₀ y₁ u₁ … as the rows of R, and is brought up to date
/// once a panel by one matrix product of depth twice the panel. Half of the 8/3·n³ flops are in the two matrix-vector products of each step, which are bound by memory:
/// <see cref="BidiagonalProducts{T, TVector, TLanes}"/> has both of them in one pass over A. A team of threads stays together for a whole panel.</para>
/// <para>The rows of A are summed in chunks whose boundaries depend on m alone, so that the bits do not depend on the number of threads. Workspace: a copy of A, the reflectors
/// (m·n and n²), P, R, and a row of sums for every chunk.</para>
/// Sources: LAPACK xGEBRD, xLABRD; J. Dongarra, S. Hammarling and D. Sorensen, <i>Block reduction of matrices to condensed forms</i> (1989); G. Howell et al. (2008).
/// </remarks>
internal sealed unsafe class Bidiagonalization<T> : IBidiagonalForm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A phase of fewer multiply-adds (some microseconds) is not worth the word to the others.</summary>
    private const long SerialWork = 1 << 15;

    private readonly MatrixView<T> _a;
    private readonly int _blockSize;
    private readonly Parallelism _parallelism;
    private readonly Matrix<T> _vt;
    private readonly Matrix<T> _ut;
    private readonly T[] _leftTau;
    private readonly T[] _rightTau;

    private readonly MatrixView<T> _pt;
    private readonly MatrixView<T> _r;

    // Σ c_r·A_r over the rows of each chunk; −R·u, −R_Head, Σ v_r·P_r and P_Head as rows; R·(a − y) as vectors.
    private readonly int _chunkRows;
    private readonly MatrixView<T> _sums;
    private readonly MatrixView<T> _weights;
    private readonly MatrixView<T> _products;

    private readonly PhaseTeam _team;
    private readonly BidiagonalStep<T>[] _step = GC.AllocateArray<BidiagonalStep<T>>(1, pinned: true);
    private int _firstRow;
    private bool _columnIsGiven;

    private Bidiagonalization(MatrixView<T> a, int blockSize, Parallelism parallelism)
    {
        (_blockSize, _parallelism) = (blockSize, parallelism);
        _a = PaddedMatrix.Copy(a);
        var (m, n) = (a.Rows, a.Columns);
        Diagonal = new T[n];
        Superdiagonal = new T[Math.Max(0, n - 1)];
        _leftTau = new T[n];
        _rightTau = new T[Superdiagonal.Length];
        _vt = new Matrix<T>(n, m);
        _ut = new Matrix<T>(Superdiagonal.Length, n);
        _pt = PaddedMatrix.Zeros<T>(2 * blockSize, m);
        _r = PaddedMatrix.Zeros<T>(2 * blockSize, n);
        _chunkRows = Math.Min(PaddedMatrix.RoundUp(Math.Max(1, m / 24)), BidiagonalProducts<T, T, ScalarLanes<T>>.MaxRows);
        _sums = PaddedMatrix.Zeros<T>((m + _chunkRows - 1) / _chunkRows, n);
        _weights = PaddedMatrix.Zeros<T>(4, 2 * blockSize);
        _products = PaddedMatrix.Zeros<T>(2 * blockSize + 1, PaddedMatrix.Padding);
        _team = new PhaseTeam((long)m * n < SerialWork ? 1 : parallelism.Threads, MultiplyChunks);
        _step[0] = new BidiagonalStep<T>
        {
            A = _a.Data,
            AStride = _a.Stride,
            Pt = _pt.Data,
            PtStride = _pt.Stride,
            R = _r.Data,
            RStride = _r.Stride,
            EndColumn = PaddedMatrix.RoundUp(n),
            MinusW = _weights.Data,
            MinusQ = _weights.Data + _weights.Stride,
        };
    }

    /// <inheritdoc/>
    public T[] Diagonal { get; }

    /// <inheritdoc/>
    public T[] Superdiagonal { get; }

    /// <summary>Below this the products with a vector that is still to be scaled to order 1 may have lost bits to underflow.</summary>
    private static T SmallestSafe => Precision<T>.SmallestNormal / (Precision<T>.Epsilon * Precision<T>.Epsilon);

    private ref BidiagonalStep<T> Step => ref _step[0];

    /// <summary>Reduces <paramref name="a"/> [m×n], m ≥ n; its elements are finite and of moderate size.</summary>
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
        return reduction;
    }

    /// <summary>Q, of order m.</summary>
    public ReflectorSequence<T> Left(int blockSize) => new(_vt, _leftTau, 0, blockSize, _parallelism);

    /// <summary>P, of order n.</summary>
    public ReflectorSequence<T> Right(int blockSize) => new(_ut, _rightTau, 1, blockSize, _parallelism);

    /// <inheritdoc/>
    public void LiftLeft(MatrixView<T> ut, int blockSize, CancellationToken cancellationToken) => Left(blockSize).ApplyRight(Operand.Transposed, ut, cancellationToken);

    /// <inheritdoc/>
    public void LiftRight(MatrixView<T> vt, int blockSize, CancellationToken cancellationToken) => Right(blockSize).ApplyRight(Operand.Transposed, vt, cancellationToken);

    private void ReducePanel(int first, int count)
    {
        var (m, n) = (_a.Rows, _a.Columns);
        for (var r = first; r < m; r++)
            _vt[first, r] = _a[r, first];
        _team.Run(() => ReduceColumns(first, count));

        var done = first + count;
        if (done < n)
        {
            Gemm.Multiply(
                _pt.Slice(0, done, 2 * count, m - done), Operand.Transposed,
                _r.Slice(0, done, 2 * count, n - done), Operand.AsIs,
                -T.One, T.One, _a.Slice(done, done, m - done, n - done), _parallelism);
        }
        GC.KeepAlive(this);
    }

    /// <summary>The steps of a panel, on the leading thread; column <paramref name="first"/> is up to date in the row of its reflector.</summary>
    private void ReduceColumns(int first, int count)
    {
        var n = _a.Columns;
        var sigma = ReflectColumn(first, columns: 0, given: true);
        for (var i = 0; i < count; i++)
        {
            var g = first + i;
            if (g == n - 1)
                return;
            ReflectRow(g, 2 * i, sigma);
            if (i < count - 1)
            {
                MultiplyRows(g, 2 * i, withNext: true);
                sigma = ReflectColumn(g + 1, 2 * i + 2, given: false);
            }
            else
            {
                MultiplyRows(g, 2 * i, withNext: false);
            }
        }
    }

    /// <summary>
    /// The reflector of column g, which stands in its row of Vᵀ; returns the σ by which its sums over the rows of A and of the first <paramref name="columns"/> of P are to be
    /// multiplied. They are there already unless it is <paramref name="given"/> or so small that they may have suffered.
    /// </summary>
    private T ReflectColumn(int g, int columns, bool given)
    {
        var c = _vt.Row(g)[g..];
        var alpha = c[0];
        (Diagonal[g], _leftTau[g]) = HouseholderReflector.Generate(c);
        if (g == _a.Columns - 1 || _leftTau[g] == T.Zero)
            return T.Zero;
        if (!given && T.Abs(Diagonal[g]) >= SmallestSafe)
            return T.One / (alpha - Diagonal[g]);

        (Step.Pairs, Step.Head, Step.FirstColumn) = (columns, g, PaddedMatrix.RoundDown(g + 1));
        Step.Next = _vt.View.Data + (nint)g * _vt.Columns;
        RunChunks(g, columnIsGiven: true);
        return T.One;
    }

    /// <summary>y of column g and the reflector of row g, with the products that <see cref="MultiplyRows"/> needs.</summary>
    private void ReflectRow(int g, int pairs, T sigma)
    {
        var (m, n) = (_a.Rows, _a.Columns);
        ref var step = ref Step;
        (step.Pairs, step.Head, step.FirstColumn) = (pairs, g, PaddedMatrix.RoundDown(g + 1));
        var z = _weights.Row(2)[..pairs];
        var p = _weights.Row(3)[..pairs];
        for (var k = 0; k < pairs; k++)
            p[k] = _pt[k, g];
        Gemv.Multiply(_pt.Slice(0, g + 1, pairs, m - g - 1), Operand.AsIs, _vt.Row(g)[(g + 1)..], T.One, T.Zero, z, Parallelism.Serial);
        var firstChunk = g / _chunkRows;
        fixed (BidiagonalStep<T>* pointer = _step)
        fixed (T* pz = z, pp = p)
            Columns(pointer, _sums.Data + firstChunk * _sums.Stride, _sums.Stride, _sums.Rows - firstChunk, pz, pp, sigma, _leftTau[g], _products.Data);

        var u = _r.Row(pairs + 1)[(g + 1)..n];
        var alpha = u[0];
        (Superdiagonal[g], _rightTau[g]) = HouseholderReflector.Generate(u);
        u.CopyTo(_ut.Row(g)[(g + 1)..]);

        // R·u, whose first element is 1, from R·(a − y).
        var safe = T.Abs(Superdiagonal[g]) >= SmallestSafe;
        var scale = _rightTau[g] == T.Zero ? T.Zero : T.One / (alpha - Superdiagonal[g]);
        for (var k = 0; k <= pairs; k++)
        {
            var row = _r.Row(k)[(g + 1)..n];
            var product = safe ? scale * _products.Data[k] + row[0] : Reductions.Dot<T>(row, u);
            step.MinusW[k] = -product;
        }
    }

    /// <summary>x of row g and, if the panel goes on, the next column and its sums.</summary>
    private void MultiplyRows(int g, int pairs, bool withNext)
    {
        ref var step = ref Step;
        for (var k = 0; k <= pairs; k++)
            step.MinusQ[k] = -_r[k, g + 1];
        _vt.Row(g)[g..].CopyTo(_pt.Row(pairs)[g..]);
        (step.Pairs, step.Head, step.FirstColumn) = (pairs, g + 1, PaddedMatrix.RoundDown(g + 1));
        step.RightTau = _rightTau[g];
        step.U = _r.Data + (pairs + 1) * _r.Stride;
        step.Next = withNext ? _vt.View.Data + (nint)(g + 1) * _vt.Columns : null;
        RunChunks(g + 1, columnIsGiven: false);
    }

    private void RunChunks(int firstRow, bool columnIsGiven)
    {
        (_firstRow, _columnIsGiven) = (firstRow, columnIsGiven);
        if ((long)(_a.Rows - firstRow) * (Step.EndColumn - Step.FirstColumn) < SerialWork)
            MultiplyChunks(0, 1);
        else
            _team.Phase();
    }

    /// <summary>A member has the chunks of its number in every step, so that their rows stay in its cache.</summary>
    private void MultiplyChunks(int member, int members)
    {
        fixed (BidiagonalStep<T>* step = _step)
        {
            for (var chunk = _firstRow / _chunkRows; chunk < _sums.Rows; chunk++)
            {
                if (chunk % members != member)
                    continue;
                var first = Math.Max(_firstRow, chunk * _chunkRows);
                var end = Math.Min(_a.Rows, (chunk + 1) * _chunkRows);
                var sum = _sums.Data + chunk * _sums.Stride;
                if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                    Rows<Vector512<T>, Lanes512<T>>(step, first, end, sum);
                else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                    Rows<Vector256<T>, Lanes256<T>>(step, first, end, sum);
                else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                    Rows<Vector128<T>, Lanes128<T>>(step, first, end, sum);
                else
                    Rows<T, ScalarLanes<T>>(step, first, end, sum);
            }
        }
    }

    private void Rows<TVector, TLanes>(BidiagonalStep<T>* step, int first, int end, T* sum)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        if (_columnIsGiven)
            BidiagonalProducts<T, TVector, TLanes>.RowsOfColumn(step, first, end, sum);
        else
            BidiagonalProducts<T, TVector, TLanes>.Rows(step, first, end, sum);
    }

    private static void Columns(BidiagonalStep<T>* step, T* t, nint tStride, int parts, T* z, T* p, T sigma, T tau, T* products)
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            BidiagonalProducts<T, Vector512<T>, Lanes512<T>>.Columns(step, t, tStride, parts, z, p, sigma, tau, products);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            BidiagonalProducts<T, Vector256<T>, Lanes256<T>>.Columns(step, t, tStride, parts, z, p, sigma, tau, products);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            BidiagonalProducts<T, Vector128<T>, Lanes128<T>>.Columns(step, t, tStride, parts, z, p, sigma, tau, products);
        else
            BidiagonalProducts<T, T, ScalarLanes<T>>.Columns(step, t, tStride, parts, z, p, sigma, tau, products);
    }
}
