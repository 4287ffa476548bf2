using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The meeting of two blocks of rows: their inner products, the rotations found from these, and the products that apply them. Reused from match to match.</summary>
internal sealed class RowMatch<T>(int capacity)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Columns that are rotated at a time: a copy of them stays in the second-level cache.</summary>
    private const int Strip = 512;

    private readonly Scratch<T> _scaled = new();
    private readonly Scratch<T> _orthogonal = new();
    private readonly Scratch<T> _strip = new();
    private readonly GramJacobi<T> _jacobi = new(capacity);
    private readonly int[] _rows = new int[capacity];
    private readonly int[] _exponents = new int[capacity];
    private int _first, _count;

    /// <summary>The rows of <paramref name="first"/> and <paramref name="second"/> meet.</summary>
    public void Begin(Range first, Range second)
    {
        _count = 0;
        for (var i = first.Start.Value; i < first.End.Value; i++)
            _rows[_count++] = i;
        _first = _count;
        for (var i = second.Start.Value; i < second.End.Value; i++)
            _rows[_count++] = i;
        _jacobi.Begin(_count);
    }

    /// <summary>The rows of both.</summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _count);

    /// <summary>Row <c>Rows[i]</c> times itself.</summary>
    public T Square(int i) => _jacobi.Gram[i, i];

    /// <summary>Forms all inner products and returns the largest |cosine|.</summary>
    public T Measure(MatrixView<T> x)
    {
        var gram = _jacobi.Gram;
        var (one, two) = (Block(x, 0), Block(x, 1));
        var cross = gram.Slice(0, _first, _first, _count - _first);
        Gemm.Multiply(one, Operand.AsIs, one, Operand.Transposed, T.One, T.Zero, gram.Slice(0, 0, _first, _first), Parallelism.Serial);
        Gemm.Multiply(one, Operand.AsIs, two, Operand.Transposed, T.One, T.Zero, cross, Parallelism.Serial);
        Gemm.Multiply(two, Operand.AsIs, two, Operand.Transposed, T.One, T.Zero, gram.Slice(_first, _first, _count - _first, _count - _first), Parallelism.Serial);
        cross.TransposeTo(gram.Slice(_first, 0, _count - _first, _first));
        return _jacobi.LargestCosine();
    }

    /// <summary>Rotates all pairs of rows of <paramref name="x"/> and, if there is one, of <paramref name="w"/>; returns the largest multiple of one row that went into another.</summary>
    public T Rotate(MatrixView<T> x, MatrixView<T>? w, int[] exponents, T tolerance)
    {
        for (var i = 0; i < _count; i++)
            _exponents[i] = exponents[_rows[i]];
        var share = _jacobi.Sweep(_exponents.AsSpan(0, _count), tolerance);
        var scaled = _scaled.Take(_count, _count);
        var orthogonal = _orthogonal.Take(_count, w is null ? 0 : _count);
        _jacobi.Finish(scaled, orthogonal, _exponents);
        for (var i = 0; i < _count; i++)
            exponents[_rows[i]] = _exponents[i];
        Apply(scaled, x);
        if (w is { } rotations)
            Apply(orthogonal, rotations);
        return share;
    }

    private void Apply(MatrixView<T> z, MatrixView<T> x)
    {
        for (var j = 0; j < x.Columns; j += Strip)
        {
            var part = x.ColumnRange(j, Math.Min(Strip, x.Columns - j));
            var before = _strip.Take(_count, part.Columns);
            for (var i = 0; i < _count; i++)
                part.Row(_rows[i]).CopyTo(before.Row(i));
            Gemm.Multiply(z.RowRange(0, _first), Operand.AsIs, before, Operand.AsIs, T.One, T.Zero, Block(part, 0), Parallelism.Serial);
            Gemm.Multiply(z.RowRange(_first, _count - _first), Operand.AsIs, before, Operand.AsIs, T.One, T.Zero, Block(part, 1), Parallelism.Serial);
        }
    }

    private MatrixView<T> Block(MatrixView<T> x, int which) => which == 0
        ? _first == 0 ? x.RowRange(0, 0) : x.RowRange(_rows[0], _first)
        : _first == _count ? x.RowRange(0, 0) : x.RowRange(_rows[_first], _count - _first);
}
