using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>One merge of <see cref="BidiagonalDivideAndConquer{T}"/>: two decompositions and the row between them become one decomposition.</summary>
/// <param name="d">The values of both halves, n, any in the middle; replaced by those of the whole.</param>
/// <param name="ut">Uᵀ [n×n]: the halves in its corners; replaced.</param>
/// <param name="vt">Vᵀ, n or n + 1 rows and columns; the last row of each half that has an extra column is its null vector; replaced.</param>
/// <param name="left">The rows of the first half, so the place of the middle row.</param>
/// <param name="alpha">The middle row in the last column of the first half.</param>
/// <param name="beta">The middle row in the first column of the second half.</param>
/// <param name="workspace">Used and left to the next merge.</param>
/// <param name="parallelism">The threads to use.</param>
internal sealed class ArrowMerge<T>(Memory<T> d, MatrixView<T> ut, MatrixView<T> vt, int left, T alpha, T beta, ArrowMerge<T>.Workspace workspace, Parallelism parallelism)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // What a thread takes at a time: of the roots and vectors, and of the columns of Löwner's formula.
    private const int RowsPerItem = 8;
    private const int ColumnsPerItem = 128;

    private readonly int _n = ut.Rows;
    private readonly bool _extra = vt.Rows > ut.Rows;
    private readonly T[] _z = new T[ut.Rows];

    // The half that a row of Uᵀ and Vᵀ lives in; Both after a rotation across.
    private readonly Half[] _half = new Half[ut.Rows];

    private enum Half
    {
        First,
        Both,
        Second,
    }

    /// <summary>Merges.</summary>
    public void Run()
    {
        // To order 1, so that no square of what matters underflows.
        var largest = T.Max(T.Max(T.Abs(alpha), T.Abs(beta)), TensorPrimitives.MaxMagnitude<T>(d.Span));
        var exponent = largest == T.Zero ? 0 : T.ILogB(largest);
        Scale(d.Span, -exponent);
        FormArrow(T.ScaleB(alpha, -exponent), T.ScaleB(beta, -exponent));
        if (largest == T.Zero)
            return;
        var (arrow, deflated) = Deflate(T.CreateTruncating(4) * Precision<T>.Epsilon * T.ScaleB(largest, -exponent));
        Lift(arrow, deflated);
        Scale(d.Span, exponent);
    }

    /// <summary>z is the middle row in the basis of the right vectors; the two null vectors become one that z sees and, if there is an extra column, one that it does not.</summary>
    private void FormArrow(T inFirst, T inSecond)
    {
        for (var i = 0; i < left; i++)
            _z[i] = inFirst * vt[i, left];
        for (var i = left + 1; i < _n; i++)
            (_z[i], _half[i]) = (inSecond * vt[i, left + 1], Half.Second);

        ut[left, left] = T.One;
        d.Span[left] = T.Zero;
        _z[left] = inFirst * vt[left, left];
        if (!_extra)
            return;
        _half[left] = Half.Both;
        var rotation = PlaneRotation<T>.Annihilating(_z[left], inSecond * vt[_n, left + 1], out _z[left]);
        Rotate(vt.Row(left), vt.Row(_n), rotation.C, rotation.S);
    }

    /// <summary>The rows of the arrow, the middle one first and then by ascending value, and those whose values are final.</summary>
    private (int[] Arrow, int[] Deflated) Deflate(T tolerance)
    {
        var values = d.Span.ToArray();
        if (T.Abs(_z[left]) <= tolerance)
            _z[left] = T.CopySign(tolerance, _z[left]);

        List<int> arrow = [left];
        List<int> deflated = [];
        foreach (var i in Enumerable.Range(0, _n).Where(i => i != left).OrderBy(i => values[i]).ToArray())
        {
            if (T.Abs(_z[i]) <= tolerance)
            {
                deflated.Add(i);
                continue;
            }
            if (arrow.Count > 1 && values[i] - values[arrow[^1]] <= tolerance)
            {
                // Two equal values: rotate so that z sees only one of them.
                var previous = arrow[^1];
                arrow.RemoveAt(arrow.Count - 1);
                deflated.Add(previous);
                var rotation = PlaneRotation<T>.Annihilating(_z[i], _z[previous], out _z[i]);
                Rotate(ut.Row(i), ut.Row(previous), rotation.C, rotation.S);
                Rotate(vt.Row(i), vt.Row(previous), rotation.C, rotation.S);
                if (_half[i] != _half[previous])
                    _half[i] = _half[previous] = Half.Both;
            }
            arrow.Add(i);
        }

        // The first pole is 0 and the second must not meet it.
        if (arrow.Count > 1)
            d.Span[arrow[1]] = T.Max(values[arrow[1]], tolerance / T.CreateTruncating(2));
        return (arrow.ToArray(), deflated.ToArray());
    }

    /// <summary>Solves the arrow and multiplies its vectors into those of the halves; the deflated rows follow them as they are.</summary>
    private void Lift(int[] arrow, int[] deflated)
    {
        var k = arrow.Length;
        var poles = Array.ConvertAll(arrow, i => d.Span[i]);
        var weights = Array.ConvertAll(arrow, i => _z[i]);
        var finalValues = Array.ConvertAll(deflated, i => d.Span[i]);

        // Rows of the first half, then of both, then of the second: each half's columns see a contiguous range of them.
        var packing = Enumerable.Range(0, k).OrderBy(j => _half[arrow[j]]).ThenBy(j => j).ToArray();
        var place = new int[k];
        for (var p = 0; p < k; p++)
            place[packing[p]] = p;
        var firstCount = packing.Count(j => _half[arrow[j]] == Half.First);
        var secondStart = firstCount;
        var firstEnd = packing.Count(j => _half[arrow[j]] != Half.Second);

        var (values, vectors) = SolveArrow(poles, weights);
        var rows = Array.ConvertAll(packing, j => arrow[j]);
        var factor = Normalized(vectors, place);
        Multiply(factor, vt, rows, deflated, 0..(left + 1), 0..firstEnd);
        Multiply(factor, vt, rows, deflated, (left + 1)..vt.Columns, secondStart..k);

        // The left vectors are d times the right ones, and −1 for the middle row, which is a unit vector in a column of its own that no other row has.
        ForBlocks(k, RowsPerItem, i =>
        {
            TensorPrimitives.Multiply(vectors.Row(i), poles, vectors.Row(i));
            vectors[i, 0] = -T.One;
        });
        factor = Normalized(vectors, place);
        Multiply(factor, ut, rows, deflated, 0..left, 0..firstEnd);
        Multiply(factor, ut, rows, deflated, (left + 1).._n, secondStart..k);
        var middle = place[0];
        for (var i = 0; i < _n; i++)
            ut[i, left] = i < k ? factor[i, middle] : T.Zero;

        values.CopyTo(d.Span);
        finalValues.CopyTo(d.Span[k..]);
    }

    /// <summary>In one range of columns: the first k rows become factor·(the packed rows), those of the deflated values come after them.</summary>
    private void Multiply(MatrixView<T> factor, MatrixView<T> target, int[] rows, int[] deflated, Range columns, Range among)
    {
        var (start, width) = columns.GetOffsetAndLength(target.Columns);
        var (first, count) = among.GetOffsetAndLength(rows.Length);
        if (width == 0)
            return;
        var packed = workspace.Packed.Take(count + deflated.Length, width);
        for (var p = 0; p < count; p++)
            target.Row(rows[first + p]).Slice(start, width).CopyTo(packed.Row(p));
        for (var p = 0; p < deflated.Length; p++)
            target.Row(deflated[p]).Slice(start, width).CopyTo(packed.Row(count + p));
        Gemm.Multiply(
            factor.ColumnRange(first, count), Operand.AsIs, packed.RowRange(0, count), Operand.AsIs,
            T.One, T.Zero, target.Slice(0, start, rows.Length, width), parallelism);
        packed.RowRange(count, deflated.Length).CopyTo(target.Slice(rows.Length, start, deflated.Length, width));
    }

    /// <summary>The values of the arrow, and its right vectors as rows, not normalized, a column for each pole.</summary>
    private (T[] Values, MatrixView<T> Vectors) SolveArrow(T[] poles, T[] weights)
    {
        var k = poles.Length;
        var values = new T[k];
        var differences = workspace.Vectors.Take(k, k);
        var equation = new SecularEquation<T>(poles, weights);
        ForBlocks(k, RowsPerItem, i => values[i] = k == 1 ? SingleRoot() : equation.Root(i, differences.Row(i)));

        // The z of which the computed values are the exact ones (Löwner's formula): a product over the rows, several columns at a time.
        var exact = new T[k];
        parallelism.For((k + ColumnsPerItem - 1) / ColumnsPerItem, item =>
        {
            var (first, end) = (item * ColumnsPerItem, Math.Min(k, (item + 1) * ColumnsPerItem));
            TensorPrimitives.Negate(differences.Row(k - 1)[first..end], exact.AsSpan(first..end));
            for (var i = 0; i < k - 1; i++)
            {
                var split = Math.Clamp(i + 1, first, end);
                var row = differences.Row(i);
                SecularSums<T>.Multiply(poles.AsSpan(first..split), poles[i + 1], row[first..split], exact.AsSpan(first..split));
                SecularSums<T>.Multiply(poles.AsSpan(split..end), poles[i], row[split..end], exact.AsSpan(split..end));
            }
            for (var j = first; j < end; j++)
                exact[j] = T.CopySign(T.Sqrt(T.Abs(exact[j])), weights[j]);
        });
        ForBlocks(k, RowsPerItem, i => TensorPrimitives.Divide(exact, differences.Row(i), differences.Row(i)));
        return (values, differences);

        T SingleRoot()
        {
            differences[0, 0] = -weights[0] * weights[0];
            return T.Abs(weights[0]);
        }
    }

    /// <summary>The vectors normalized, with pole j in column <paramref name="place"/>[j].</summary>
    private MatrixView<T> Normalized(MatrixView<T> vectors, int[] place)
    {
        var factor = workspace.Factor.Take(vectors.Rows, vectors.Columns);
        ForBlocks(vectors.Rows, RowsPerItem, i =>
        {
            var source = vectors.Row(i);
            var target = factor.Row(i);
            var norm = VectorNorm.Of<T>(source);
            for (var j = 0; j < source.Length; j++)
                target[place[j]] = source[j] / norm;
        });
        return factor;
    }

    /// <summary>Runs <paramref name="body"/> for each of <paramref name="count"/> indices, some at a time.</summary>
    private void ForBlocks(int count, int atATime, Action<int> body) =>
        parallelism.For((count + atATime - 1) / atATime, item =>
        {
            for (var i = item * atATime; i < Math.Min(count, (item + 1) * atATime); i++)
                body(i);
        });

    private static void Scale(Span<T> x, int exponent)
    {
        foreach (ref var value in x)
            value = T.ScaleB(value, exponent);
    }

    private static void Rotate(Span<T> x, Span<T> y, T c, T s)
    {
        for (var i = 0; i < x.Length; i++)
            (x[i], y[i]) = (c * x[i] + s * y[i], c * y[i] - s * x[i]);
    }

    /// <summary>The matrices that a merge of order n needs: 2n² elements for the vectors of the arrow, and n²/2 for half of the rows that they multiply.</summary>
    /// <param name="order">The largest n.</param>
    internal sealed class Workspace(int order)
    {
        /// <summary>dⱼ² − σᵢ², then the vectors.</summary>
        public Scratch<T> Vectors { get; } = new(order, order);

        /// <summary>The vectors, normalized and ordered for the product.</summary>
        public Scratch<T> Factor { get; } = new(order, order);

        /// <summary>The rows of one half.</summary>
        public Scratch<T> Packed { get; } = new(order, order / 2 + 1);
    }
}
