using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>A = Q·T·Qᵀ of a symmetric A [n×n]: T tridiagonal, Q orthogonal, by blocked Householder reflections.</summary>
/// <remarks>
/// <para>Reflector v of column g and w = τ·A·v − ½·τ²·(vᵀAv)·v give HAH = A − v·wᵀ − w·vᵀ. Inside a panel the rest of A is left alone and remembered as A − Σ vᵢwᵢᵀ + wᵢvᵢᵀ;
/// it is brought up to date once a panel by one matrix product, of which only the upper triangle is computed. 4n³/3 flops.</para>
/// <para>Half of them are the products A·v, one a column, bound by memory: <see cref="SymmetricProduct{T, TVector, TLanes}"/> reads the upper triangle once, which in row-major storage is a
/// run along every row. Its rows are cut into shares that depend on n alone, with a partial y each, so that the bits do not depend on the threads.
/// The threads stay together for all columns of a panel: two phases a column, the products with v, and then w and the next column by blocks of columns.</para>
/// Source: LAPACK xSYTRD, xLATRD; J. Dongarra, S. Hammarling and D. Sorensen, <i>Block reduction of matrices to condensed forms</i> (1989).
/// </remarks>
internal sealed unsafe class Tridiagonalization<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Elements of the rest of A below which one thread is faster alone.</summary>
    private const int SerialElements = 1 << 15;

    private const int MaxShares = 16;

    /// <summary>Fewer shares, fewer partial sums that travel from one core to the other.</summary>
    private const int BlocksPerShare = 5;

    /// <summary>Columns of w and of the next column that are computed together.</summary>
    private const int ColumnBlock = 256;

    private readonly PooledMatrix<T> _copy;
    private readonly PooledMatrix<T> _reflectors;
    private readonly MatrixView<T> _a;
    private readonly int _n;
    private readonly int _order;
    private readonly int _blockSize;
    private readonly Parallelism _parallelism;
    private readonly T[] _tau;
    private readonly MatrixView<T> _vt;

    // Rows 2i and 2i+1: vᵢ, wᵢ in the first and wᵢ, vᵢ in the second; A = old A − firstᵀ·second.
    private readonly MatrixView<T> _first;
    private readonly MatrixView<T> _second;

    // What each share of the rows gives to A·v, and to vᵀ·A·v.
    private readonly MatrixView<T> _partial;
    private readonly T[] _quadratic = new T[MaxShares];
    private readonly int[] _shareStart = new int[MaxShares + 1];
    private int _shares;

    // Of the column at work: its place in the panel, minus the dots of v with the rows of first, and minus the same rows' elements in the next column.
    private int _pair;
    private int _column;
    private bool _products;
    private readonly T[] _dots;
    private readonly T[] _elements;
    private T _alpha;
    private readonly MatrixView<T> _next;

    private Tridiagonalization(int n, int blockSize, Parallelism parallelism)
    {
        (_n, _order, _blockSize, _parallelism) = (n, PaddedMatrix.RoundUp(n), blockSize, parallelism);
        Diagonal = new T[n];
        Offdiagonal = new T[Math.Max(0, n - 1)];
        _tau = new T[Offdiagonal.Length];
        _copy = new PooledMatrix<T>(_order, _order);
        _reflectors = new PooledMatrix<T>(Offdiagonal.Length, n);
        (_a, _vt) = (_copy.View, _reflectors.View);
        _first = PaddedMatrix.Zeros<T>(2 * blockSize, _order);
        _second = PaddedMatrix.Zeros<T>(2 * blockSize, _order);
        _partial = PaddedMatrix.Zeros<T>(MaxShares, _order);
        _next = PaddedMatrix.Zeros<T>(1, _order);
        _dots = new T[2 * blockSize];
        _elements = new T[2 * blockSize];
    }

    /// <summary>The diagonal of T, n.</summary>
    public T[] Diagonal { get; }

    /// <summary>The elements beside it, n − 1.</summary>
    public T[] Offdiagonal { get; }

    /// <summary>Reduces the matrix whose lower triangle is that of <paramref name="a"/> [n×n], times 2^−<paramref name="exponent"/>: finite and of moderate size then.</summary>
    /// <param name="a">Not changed.</param>
    /// <param name="exponent">The scale to take out.</param>
    /// <param name="blockSize">The columns of a panel.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    public static Tridiagonalization<T> Reduce(MatrixView<T> a, int exponent, int blockSize, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var n = a.Rows;
        blockSize = Math.Min(blockSize, Math.Max(1, n));
        var reduction = new Tridiagonalization<T>(n, blockSize, parallelism);
        reduction.CopyUpper(a, exponent);
        reduction.Run(cancellationToken);
        reduction._copy.Dispose();
        return reduction;
    }

    /// <summary>Ends the use of Q.</summary>
    public void Dispose()
    {
        _copy.Dispose();
        _reflectors.Dispose();
    }

    /// <summary>Q, of order n.</summary>
    public ReflectorSequence<T> Q(int blockSize) => new(_vt, _tau, 1, blockSize, _parallelism);

    /// <summary>The upper triangle, with whole squares of the padding on the diagonal.</summary>
    private void CopyUpper(MatrixView<T> a, int exponent)
    {
        const int Block = 2 * PaddedMatrix.Padding;
        _copy.Clear(_parallelism);
        var copy = _a;
        _parallelism.For((_n + Block - 1) / Block, item =>
        {
            var first = item * Block;
            var count = Math.Min(Block, _n - first);
            Transposition.Transpose(a.Slice(first, 0, count, first), copy.Slice(0, first, first, count));
            for (var i = first; i < first + count; i++)
                for (var j = first; j <= i; j++)
                    copy[i, j] = copy[j, i] = a[i, j];
            for (var i = 0; i < first + count && exponent != 0; i++)
                new PowerOfTwoScale(-exponent).Restore(copy.Row(i).Slice(first, count));
        });
    }

    private void Run(CancellationToken cancellationToken)
    {
        for (var first = 0; first < _n; first += _blockSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(_blockSize, _n - first);
            DivideRows(first + 1);
            var rest = (long)(_n - first) * (_n - first);
            var team = new PhaseTeam(rest < SerialElements ? 1 : Math.Min(_parallelism.Threads, _shares), Share);
            var start = first;
            team.Run(() => ReducePanel(team, start, count));
            if (first + count < _n)
                Update(first + count, 2 * count);
        }
        GC.KeepAlive(this);
    }

    /// <summary>Cuts the rows from <paramref name="first"/> on into shares of about the same area.</summary>
    private void DivideRows(int first)
    {
        var start = PaddedMatrix.RoundDown(first);
        var blocks = (_order - start) / PaddedMatrix.Padding;
        _shares = Math.Clamp(blocks / BlocksPerShare, 1, MaxShares);
        for (var share = 0; share <= _shares; share++)
        {
            var covered = (int)Math.Round(blocks * (1 - Math.Sqrt(1 - (double)share / _shares)));
            _shareStart[share] = start + covered * PaddedMatrix.Padding;
        }
    }

    private void ReducePanel(PhaseTeam team, int first, int count)
    {
        _a.Row(first)[first..].CopyTo(_next.Row(0)[first..]);
        for (var i = 0; i < count; i++)
        {
            var g = first + i;
            Diagonal[g] = _next[0, g];
            if (g == _n - 1)
                return;
            (_column, _pair) = (g, i);
            Reflect(g, 2 * i);
            _products = true;
            team.Phase();
            Combine(g, 2 * i);
            _products = false;
            team.Phase();
        }
    }

    /// <summary>Reflector g from the column that is up to date; v into the panel, zero up to g.</summary>
    private void Reflect(int g, int pairs)
    {
        _vt.Row(g)[..(g + 1)].Clear();
        var v = _vt.Row(g)[(g + 1)..];
        _next.Row(0)[(g + 1).._n].CopyTo(v);
        (Offdiagonal[g], _tau[g]) = HouseholderReflector.Generate(v);
        var dead = PaddedMatrix.RoundDown(g + 1);
        foreach (var row in (ReadOnlySpan<MatrixView<T>>)[_first.RowRange(pairs, 1), _second.RowRange(pairs + 1, 1)])
        {
            row.Row(0)[dead..(g + 1)].Clear();
            v.CopyTo(row.Row(0)[(g + 1)..]);
        }
    }

    private void Share(int member, int members)
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            Share<Vector512<T>, Lanes512<T>>(member, members);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            Share<Vector256<T>, Lanes256<T>>(member, members);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            Share<Vector128<T>, Lanes128<T>>(member, members);
        else
            Share<T, ScalarLanes<T>>(member, members);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Share<TVector, TLanes>(int member, int members)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        if (_products)
        {
            var v = _first.Data + 2 * _pair * _first.Stride;
            for (var share = member; share < _shares; share += members)
                _quadratic[share] = SymmetricProduct<T, TVector, TLanes>.Multiply(
                    _a.Data, _a.Stride, _order, Math.Max(_shareStart[share], PaddedMatrix.RoundDown(_column + 1)), _shareStart[share + 1], v, _partial.Data + share * _partial.Stride);

            // Four rows go together: the groups must not depend on the members.
            var live = PaddedMatrix.RoundDown(_column + 1);
            var groups = (2 * _pair + 3) / 4;
            var (start, end) = (4 * (groups * member / members), Math.Min(2 * _pair, 4 * (groups * (member + 1) / members)));
            Gemv.Multiply(
                _first.Slice(start, live, end - start, _order - live), Operand.AsIs, new ReadOnlySpan<T>(v + live, _order - live),
                -T.One, T.Zero, _dots.AsSpan(start, end - start), Parallelism.Serial);
        }
        else
        {
            var live = PaddedMatrix.RoundDown(_column + 1);
            for (var block = member; live + block * ColumnBlock < _order; block += members)
                FinishColumns<TVector, TLanes>(live + block * ColumnBlock, Math.Min(ColumnBlock, _order - live - block * ColumnBlock));
        }
    }

    /// <summary>Between the phases: α of w = τ·y + α·v, and row g + 1 of the panel, which brings the next column up to date.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Combine(int g, int pairs)
    {
        var quadratic = T.Zero;
        for (var share = 0; share < _shares; share++)
            quadratic += _quadratic[share];
        var (cross, y) = (T.Zero, T.Zero);
        for (var share = 0; share < _shares && _shareStart[share] <= g + 1; share++)
            y += _partial[share, g + 1];
        for (var row = 0; row < pairs; row += 2)
        {
            cross += _dots[row] * _dots[row + 1];
            var (w, v) = (_second[row, g + 1], _second[row + 1, g + 1]);
            y += _dots[row] * w + _dots[row + 1] * v;
            (_elements[row], _elements[row + 1]) = (-v, -w);
        }
        var tau = _tau[g];
        _alpha = -tau * tau * (quadratic - (cross + cross)) / T.CreateTruncating(2);
        (_elements[pairs], _elements[pairs + 1]) = (-T.One, -(tau * y + _alpha));
    }

    /// <summary>Columns [<paramref name="column"/>, +<paramref name="count"/>) of w = τ·(Σ partial − Σ second·dots) + α·v, and of the next column of A, in one pass over the panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FinishColumns<TVector, TLanes>(int column, int count)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var pairs = 2 * _pair;
        var v = _first.Data + pairs * _first.Stride;
        var (tau, alpha) = (TLanes.Broadcast(_tau[_column]), TLanes.Broadcast(_alpha));
        var (minusOne, minusHead) = (TLanes.Broadcast(_elements[pairs]), TLanes.Broadcast(_elements[pairs + 1]));
        fixed (T* dots = _dots, elements = _elements)
        {
            for (nint j = column; j < column + count; j += 2 * TLanes.Count)
            {
                // Two vectors: the padding is a multiple of them but for vectors of one element, which go one by one.
                var second = TLanes.Count == 1 ? 0 : TLanes.Count;
                var w0 = TLanes.Broadcast(T.Zero);
                var w1 = w0;
                for (var share = 0; share < _shares && _shareStart[share] <= j; share++)
                {
                    w0 = TLanes.Add(w0, TLanes.Load(_partial.Data + share * _partial.Stride + j));
                    w1 = TLanes.Add(w1, TLanes.Load(_partial.Data + share * _partial.Stride + j + second));
                }
                var next = _a.Data + (_column + 1) * _a.Stride + j;
                var n0 = TLanes.Load(next);
                var n1 = TLanes.Load(next + second);
                var row = _second.Data + j;
                for (nint r = 0; r < pairs; r++, row += _second.Stride)
                {
                    var (s0, s1) = (TLanes.Load(row), TLanes.Load(row + second));
                    var (dot, element) = (TLanes.Broadcast(dots[r]), TLanes.Broadcast(elements[r]));
                    w0 = TLanes.MultiplyAdd(dot, s0, w0);
                    w1 = TLanes.MultiplyAdd(dot, s1, w1);
                    n0 = TLanes.MultiplyAdd(element, s0, n0);
                    n1 = TLanes.MultiplyAdd(element, s1, n1);
                }
                var (v0, v1) = (TLanes.Load(v + j), TLanes.Load(v + j + second));
                w0 = TLanes.MultiplyAdd(alpha, v0, TLanes.Multiply(tau, w0));
                w1 = TLanes.MultiplyAdd(alpha, v1, TLanes.Multiply(tau, w1));
                n0 = TLanes.MultiplyAdd(minusHead, v0, TLanes.MultiplyAdd(minusOne, w0, n0));
                n1 = TLanes.MultiplyAdd(minusHead, v1, TLanes.MultiplyAdd(minusOne, w1, n1));
                TLanes.Store(w0, _second.Data + pairs * _second.Stride + j);
                TLanes.Store(w1, _second.Data + pairs * _second.Stride + j + second);
                TLanes.Store(w0, v + _first.Stride + j);
                TLanes.Store(w1, v + _first.Stride + j + second);
                TLanes.Store(n0, _next.Data + j);
                TLanes.Store(n1, _next.Data + j + second);
                if (TLanes.Count == 1)
                    j--;
            }
        }
        if (column <= _column)
        {
            _second.Row(pairs)[column..(_column + 1)].Clear();
            _first.Row(pairs + 1)[column..(_column + 1)].Clear();
        }
    }

    /// <summary>A ← A − firstᵀ·second in the upper triangle from row <paramref name="done"/> on, a block of rows at a time.</summary>
    private void Update(int done, int depth)
    {
        var start = PaddedMatrix.RoundDown(done);
        var rows = (_order <= 768 ? 3 : 6) * PaddedMatrix.Padding;
        _parallelism.For((_order - start + rows - 1) / rows, item =>
        {
            var row = start + item * rows;
            var count = Math.Min(rows, _order - row);
            Gemm.Multiply(
                _first.Slice(0, row, depth, count), Operand.Transposed, _second.Slice(0, row, depth, _order - row), Operand.AsIs,
                -T.One, T.One, _a.Slice(row, row, count, _order - row), Parallelism.Serial);
        });
    }
}
