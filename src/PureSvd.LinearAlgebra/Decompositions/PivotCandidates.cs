using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>A panel of <see cref="PivotedQr"/>: which column comes next, with as few of the others brought up to date as that takes.</summary>
/// <remarks>
/// <para>The remaining norm of a column, ‖a(g…m)‖ after g reflections, only falls. So the norm of a column after fewer reflections bounds it from above, and as in lazy greedy selection the
/// column with the largest bound is brought up to date until the largest bound belongs to one that is: that is the pivot. Among columns of random directions it takes a dozen a
/// step; where all norms fall together (a steep spectrum), all, and then a list of them is shared out.</para>
/// <para>The panel's reflectors are I − V·T·Vᵀ (<see cref="BlockReflector{T}"/>). Of a column a, as it was when the panel began, d = Vᵀa gives all: reflected it is a − V·(Tᵀd), and row p of
/// that, its element rₚ of R, is aₚ − gₚᵀd with gₚ = T·(row p of V), a vector for all columns. The element leaves the norm: ‖·‖² ← ‖·‖² − rₚ². T is upper triangular, so what
/// is known of the first reflectors stays when others come. A norm that has lost half of its digits that way is recomputed from the column, at the end of the panel.</para>
/// </remarks>
internal sealed class PivotCandidates<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Columns that a thread takes at a time.</summary>
    private const int Chunk = 32;

    /// <summary>So many are tried one by one before all that might come next are shared out.</summary>
    private const int Tries = 8;

    /// <summary>Multiply-adds below which one thread is faster alone.</summary>
    private const int SerialWork = 1 << 15;

    /// <summary>Elements, of the smallest type.</summary>
    private const int WidestVector = 16;

    private static readonly T s_recomputeBelow = T.Sqrt(Precision<T>.Epsilon);

    private readonly MatrixView<T> _columns;
    private readonly Matrix<T> _vt;
    private readonly T[] _tau;
    private readonly Parallelism _parallelism;
    private readonly int _width;

    // Of column j: the norm after the first _seen[j] reflections of the panel, the norm when it was last computed from the elements, and d.
    private readonly T[] _norms;
    private readonly T[] _computedNorms;
    private readonly int[] _seen;
    private readonly Matrix<T> _d;

    // T of the panel, and gₚ in row p, the rest of it zero.
    private readonly Matrix<T> _t;
    private readonly Matrix<T> _g;

    private readonly T[] _kept;
    private readonly int[] _list;
    private int _listed;
    private int _first;
    private int _count;
    private int _tries = Tries;
    private bool _normIsLost;

    /// <summary>The norms of <paramref name="columns"/> [n×m], which will be reflected in panels of up to <paramref name="width"/>; the reflectors go to the rows of <paramref name="vt"/>.</summary>
    public PivotCandidates(MatrixView<T> columns, Matrix<T> vt, T[] tau, int width, Parallelism parallelism)
    {
        (_columns, _vt, _tau, _parallelism) = (columns, vt, tau, parallelism);
        var n = columns.Rows;
        Permutation = Enumerable.Range(0, n).ToArray();
        (_norms, _seen, _list) = (new T[n], new int[n], new int[n]);
        parallelism.For((n + Chunk - 1) / Chunk, chunk =>
        {
            for (var j = chunk * Chunk; j < Math.Min(n, (chunk + 1) * Chunk); j++)
                _norms[j] = VectorNorm.Of<T>(columns.Row(j));
        });
        _computedNorms = (T[])_norms.Clone();
        _width = width;
        var padded = (width + WidestVector - 1) / WidestVector * WidestVector;
        _d = new Matrix<T>(n, padded);
        _t = new Matrix<T>(width, width);
        _g = new Matrix<T>(width, padded);
        _kept = new T[columns.Columns];
    }

    /// <summary>T of the panel that was reflected last.</summary>
    public MatrixView<T> Factor => _t.View.Slice(0, 0, _count, _count);

    /// <summary>Where each column was in A.</summary>
    public int[] Permutation { get; }

    /// <summary>Chooses and reflects the columns from <paramref name="first"/> on, at most to <paramref name="rank"/>; returns how many. The columns behind them stay as they were.</summary>
    public int ReflectPanel(int first, int rank)
    {
        var work = (long)(_columns.Rows - first) * (_columns.Columns - first);
        var team = new PhaseTeam(work < SerialWork ? 1 : _parallelism.Threads, Share);
        (_first, _count, _normIsLost) = (first, 0, false);
        Array.Clear(_seen);
        team.Run(() =>
        {
            for (; _count < _width && first + _count < rank; _count++)
            {
                var pivot = FindPivot(team);
                if (_normIsLost)
                    return;
                Exchange(first + _count, pivot);
                Reflect(first + _count);
            }
        });
        _columns.KeepAlive();
        return _count;
    }

    /// <summary>The bounds of the columns from <paramref name="done"/> on, now that these have been reflected by the whole panel.</summary>
    public void UpdateBounds(int done)
    {
        _parallelism.For((_norms.Length - done + Chunk - 1) / Chunk, chunk =>
        {
            for (var j = done + chunk * Chunk; j < Math.Min(_norms.Length, done + (chunk + 1) * Chunk); j++)
            {
                var column = _columns.Row(j);
                TakeOut(j, column.Slice(_first + _seen[j], _count - _seen[j]));
                if (T.IsNaN(_norms[j]))
                    _norms[j] = _computedNorms[j] = VectorNorm.Of<T>(column[done..]);
            }
        });
        _columns.KeepAlive();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindPivot(PhaseTeam team)
    {
        var g = _first + _count;
        var tries = 0;
        while (true)
        {
            var best = g + IndexOfLargest(_norms.AsSpan(g));
            if (_seen[best] == _count)
            {
                _tries = tries <= _tries ? Tries : 1;
                return best;
            }

            if (tries++ < _tries)
            {
                Refresh(best);
            }
            else
            {
                ListCandidates(g);
                if ((long)_listed * (_columns.Columns - g) < SerialWork)
                    Share(0, 1);
                else
                    team.Phase();
            }
            if (_normIsLost)
                return -1;
        }
    }

    /// <summary>The first of the largest elements; there is no NaN among them. <c>TensorPrimitives.IndexOfMax</c> takes ten times as long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int IndexOfLargest(ReadOnlySpan<T> x)
    {
        var largest = x[0];
        var i = 0;
        if (Vector<T>.IsSupported && x.Length >= 4 * Vector<T>.Count)
        {
            var (a, b, c, d) = (new Vector<T>(largest), new Vector<T>(largest), new Vector<T>(largest), new Vector<T>(largest));
            for (; i <= x.Length - 4 * Vector<T>.Count; i += 4 * Vector<T>.Count)
            {
                a = Vector.MaxNative(a, new Vector<T>(x[i..]));
                b = Vector.MaxNative(b, new Vector<T>(x[(i + Vector<T>.Count)..]));
                c = Vector.MaxNative(c, new Vector<T>(x[(i + 2 * Vector<T>.Count)..]));
                d = Vector.MaxNative(d, new Vector<T>(x[(i + 3 * Vector<T>.Count)..]));
            }
            a = Vector.MaxNative(Vector.MaxNative(a, b), Vector.MaxNative(c, d));
            for (var lane = 0; lane < Vector<T>.Count; lane++)
                largest = T.Max(largest, a[lane]);
        }
        for (; i < x.Length; i++)
            largest = T.Max(largest, x[i]);

        var at = 0;
        var wanted = new Vector<T>(largest);
        while (Vector<T>.IsSupported && at <= x.Length - Vector<T>.Count && !Vector.EqualsAny(wanted, new Vector<T>(x[at..])))
            at += Vector<T>.Count;
        while (x[at] != largest)
            at++;
        return at;
    }

    /// <summary>All columns out of date whose bound reaches the norm of the best one that is not.</summary>
    private void ListCandidates(int g)
    {
        var best = T.NegativeOne;
        for (var j = g; j < _norms.Length; j++)
            if (_seen[j] == _count && _norms[j] > best)
                best = _norms[j];
        _listed = 0;
        for (var j = g; j < _norms.Length; j++)
            if (_seen[j] < _count && _norms[j] >= best)
                _list[_listed++] = j;
    }

    private void Share(int member, int members)
    {
        for (var start = member * Chunk; start < _listed; start += members * Chunk)
        {
            var list = _list.AsSpan(start, Math.Min(Chunk, _listed - start));
            for (var i = 0; i < list.Length;)
            {
                // Neighbours that lack the last reflection alone share the loads of it.
                var run = 1;
                while (i + run < list.Length && list[i + run] == list[i] + run && _seen[list[i + run]] == _count - 1)
                    run++;
                if (_seen[list[i]] < _count - 1)
                    run = 1;
                if (run > 1)
                    RefreshRun(list[i], run);
                else
                    Refresh(list[i]);
                i += run;
            }
        }
    }

    private void RefreshRun(int j, int run)
    {
        Span<T> products = stackalloc T[Chunk];
        var g = _first + _count - 1;
        Gemv.Multiply<T>(_columns.Slice(j, g, run, _columns.Columns - g), Operand.AsIs, _vt.Row(g)[g..], T.One, T.Zero, products[..run], Parallelism.Serial);
        for (var i = j; i < j + run; i++)
        {
            _d[i, _count - 1] = products[i - j];
            Finish(i, [_columns[i, g] - Reductions.Dot<T>(_g.Row(_count - 1)[.._count], _d.Row(i)[.._count])]);
        }
    }

    /// <summary>Brings the bound of column j up to date.</summary>
    private void Refresh(int j)
    {
        Span<T> elements = stackalloc T[_count - _seen[j]];
        PivotCandidatesKernel.Refresh<T>(_vt, _columns.Row(j), _first, _seen[j], _count, _g, _d.Row(j), elements);
        Finish(j, elements);
    }

    /// <summary>Takes the elements of R that column j lacked out of its norm.</summary>
    private void Finish(int j, ReadOnlySpan<T> elements)
    {
        TakeOut(j, elements);
        _seen[j] = _count;
        if (T.IsNaN(_norms[j]))
            _normIsLost = true;
    }

    /// <summary>Takes elements out of the norm of column j; NaN where that cancels too far.</summary>
    private void TakeOut(int j, ReadOnlySpan<T> elements)
    {
        ref var norm = ref _norms[j];
        if (norm == T.Zero || T.IsNaN(norm))
            return;
        var part = T.Zero;
        foreach (var element in elements)
            part += element / norm * (element / norm);
        var left = T.Max(T.Zero, T.One - part);
        var sinceComputed = norm / _computedNorms[j];
        norm = left * sinceComputed * sinceComputed <= s_recomputeBelow ? T.NaN : norm * T.Sqrt(left);
    }

    private void Exchange(int g, int pivot)
    {
        if (pivot == g)
            return;
        _columns.Row(g).CopyTo(_kept);
        _columns.Row(pivot).CopyTo(_columns.Row(g));
        _kept.CopyTo(_columns.Row(pivot));
        var d = _d.Row(g);
        var other = _d.Row(pivot);
        for (var p = 0; p < _count; p++)
            (d[p], other[p]) = (other[p], d[p]);
        (Permutation[g], Permutation[pivot]) = (Permutation[pivot], Permutation[g]);
        (_norms[g], _norms[pivot]) = (_norms[pivot], _norms[g]);
        (_computedNorms[g], _computedNorms[pivot]) = (_computedNorms[pivot], _computedNorms[g]);
        (_seen[g], _seen[pivot]) = (_seen[pivot], _seen[g]);
    }

    /// <summary>Brings column g up to date, reflects it, and extends T and G by its reflector.</summary>
    private void Reflect(int g)
    {
        var (m, i) = (_columns.Columns, _count);
        var column = _columns.Row(g);
        Span<T> weights = stackalloc T[i + 1];
        Gemv.Multiply<T>(_t.View.Slice(0, 0, i, i), Operand.Transposed, _d.Row(g)[..i], T.One, T.Zero, weights[..i], Parallelism.Serial);
        Gemv.Multiply<T>(_vt.View.Slice(_first, _first, i, m - _first), Operand.Transposed, weights[..i], -T.One, T.One, column[_first..], Parallelism.Serial);
        var v = _vt.Row(g)[g..];
        column[g..].CopyTo(v);
        (column[g], _tau[g]) = HouseholderReflector.Generate(v);

        Span<T> products = stackalloc T[i];
        Gemv.Multiply<T>(_vt.View.Slice(_first, g, i, m - g), Operand.AsIs, v, -_tau[g], T.Zero, products, Parallelism.Serial);
        Gemv.Multiply<T>(_t.View.Slice(0, 0, i, i), Operand.AsIs, products, T.One, T.Zero, weights[..i], Parallelism.Serial);
        for (var p = 0; p < i; p++)
            _t[p, i] = weights[p];
        _t[i, i] = _tau[g];
        for (var p = 0; p <= i; p++)
            weights[p] = _vt[_first + p, g];
        Gemv.Multiply<T>(_t.View.Slice(0, 0, i + 1, i + 1), Operand.AsIs, weights, T.One, T.Zero, _g.Row(i)[..(i + 1)], Parallelism.Serial);
    }
}
