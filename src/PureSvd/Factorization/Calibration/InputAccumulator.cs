using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>Adds up <see cref="InputStatistics"/> block by block: products of a block in <typeparamref name="T"/>, sums of blocks in float64.</summary>
/// <remarks>
/// Beside sums that are float64 throughout, Σxxᵀ of 8,192 random float32 inputs differs by 3·10⁻⁸ to 4·10⁻⁸ of its norm, and by at most 2·10⁻⁷ of √(Σx_i²·Σx_j²) in an element:
/// less than the 10⁻⁶ by which the inputs themselves are off. One triangle is computed, tile by tile, each by one thread.
/// </remarks>
internal sealed class InputAccumulator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Tokens whose product is taken in <typeparamref name="T"/>: few enough for float32 to hold their sum, enough to pay for adding it up.</summary>
    private const int BlockTokens = 1024;

    /// <summary>Tokens whose vectors are summed in <typeparamref name="T"/>.</summary>
    private const int SumTokens = 32;

    /// <summary>Inputs that a thread sums at a time: its sums stay in the first-level cache.</summary>
    private const int SumInputs = 512;

    /// <summary>Rows and columns of Σxxᵀ that a thread takes at a time: a tile of the product of a block stays in the second-level cache until it has been added up.</summary>
    private const int TileInputs = 384;

    /// <summary>Rows that are mirrored at a time: their float64 elements fill a cache line.</summary>
    private const int Strip = 8;

    /// <summary>Rows of the sums that are fetched ahead: they lie in memory, each in other pages than the one before.</summary>
    private const int RowsAhead = 4;

    [ThreadStatic]
    private static Matrix<T>? s_tile;

    private readonly Matrix<double> _secondMoment;
    private readonly double[] _absoluteSum;
    private readonly double[] _absoluteMax;
    private readonly Matrix<double> _groupSums;
    private readonly long[] _groupTokens = new long[InputStatistics.GroupCount];
    private long _tokens;

    internal InputAccumulator(int inputs)
    {
        _secondMoment = new Matrix<double>(inputs, inputs);
        // The first writing makes the system find pages for it. Two threads that do this at once hinder each other: twice the time that it takes one.
        _secondMoment.Span.Clear();
        _absoluteSum = new double[inputs];
        _absoluteMax = new double[inputs];
        _groupSums = new Matrix<double>(InputStatistics.GroupCount, inputs);
    }

    /// <summary>Adds the rows of <paramref name="x"/> [tokens×in] to <paramref name="group"/>; the same bits for any number of threads.</summary>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    internal void Add(MatrixView<T> x, int group, Parallelism parallelism)
    {
        for (var first = 0; first < x.Rows; first += BlockTokens)
        {
            var block = x.RowRange(first, Math.Min(BlockTokens, x.Rows - first));
            AddVectors(block, group, parallelism);
            var tiles = (x.Columns + TileInputs - 1) / TileInputs;
            parallelism.For(tiles * (tiles + 1) / 2, (Sums: this, block), static (tile, s) => s.Sums.AddTile(tile, s.block));
        }
        _tokens += x.Rows;
        _groupTokens[group] += x.Rows;
    }

    internal InputStatistics Result(Parallelism parallelism)
    {
        parallelism.For((_secondMoment.Rows + Strip - 1) / Strip, strip => Mirror(strip * Strip));
        return new InputStatistics(_tokens, _secondMoment, _absoluteSum, _absoluteMax, _groupSums, _groupTokens);
    }

    /// <summary>Some rows of the lower triangle into columns of the upper one: a whole cache line of each row at a time, since a column alone would touch as many lines as it has rows.</summary>
    private void Mirror(int first)
    {
        var last = Math.Min(_secondMoment.Rows, first + Strip);
        for (var j = 0; j < last; j++)
        {
            var row = _secondMoment.Row(j);
            for (var i = Math.Max(first, j + 1); i < last; i++)
                row[i] = _secondMoment[i, j];
        }
    }

    /// <summary>Adds a tile of the lower triangle of XᵀX for a block X of tokens; tiles are counted row by row.</summary>
    private void AddTile(int tile, MatrixView<T> x)
    {
        var row = 0;
        while (tile > row)
            tile -= ++row;
        var (rows, columns) = (Inputs(x, row), Inputs(x, tile));
        var product = (s_tile ??= new Matrix<T>(TileInputs, TileInputs)).View.Slice(0, 0, rows.Columns, columns.Columns);
        if (row == tile)
            Syrk.MultiplyLower(rows, Operand.Transposed, T.One, T.Zero, product, Parallelism.Serial);
        else
            Gemm.Multiply(rows, Operand.Transposed, columns, Operand.AsIs, T.One, T.Zero, product, Parallelism.Serial);

        var sums = _secondMoment.View.Slice(row * TileInputs, tile * TileInputs, product.Rows, product.Columns);
        for (var i = 0; i < product.Rows; i++)
        {
            var count = row == tile ? i + 1 : product.Columns;
            Fetch(sums.Row(Math.Min(i + RowsAhead, product.Rows - 1))[..count]);
            AddWidened(product.Row(i)[..count], sums.Row(i)[..count]);
        }

        static MatrixView<T> Inputs(MatrixView<T> x, int tile) => x.ColumnRange(tile * TileInputs, Math.Min(TileInputs, x.Columns - tile * TileInputs));
    }

    private static unsafe void Fetch(Span<double> row)
    {
        const int LineElements = 8;
        if (!Sse.IsSupported)
            return;
        for (var j = 0; j < row.Length; j += LineElements)
            Sse.Prefetch0(Unsafe.AsPointer(ref row[j]));
    }

    /// <summary>to ← to + from, in float64.</summary>
    private static void AddWidened(ReadOnlySpan<T> from, Span<double> to)
    {
        var i = 0;
        if (typeof(T) == typeof(float))
        {
            ref var source = ref Unsafe.As<T, float>(ref MemoryMarshal.GetReference(from));
            ref var sum = ref MemoryMarshal.GetReference(to);
            for (; i <= to.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                var (low, high) = Vector512.Widen(Vector512.LoadUnsafe(ref source, (nuint)i));
                (Vector512.LoadUnsafe(ref sum, (nuint)i) + low).StoreUnsafe(ref sum, (nuint)i);
                (Vector512.LoadUnsafe(ref sum, (nuint)(i + Vector512<double>.Count)) + high).StoreUnsafe(ref sum, (nuint)(i + Vector512<double>.Count));
            }
        }
        for (; i < to.Length; i++)
            to[i] += double.CreateTruncating(from[i]);
    }

    private void AddVectors(MatrixView<T> block, int group, Parallelism parallelism)
    {
        var slabs = (block.Columns + SumInputs - 1) / SumInputs;
        parallelism.For(slabs, s => AddSlab(block.ColumnRange(s * SumInputs, Math.Min(SumInputs, block.Columns - s * SumInputs)), s * SumInputs, group));
        foreach (var sum in _absoluteSum)
        {
            if (!double.IsFinite(sum))
                throw new ArgumentException("An input of the calibration sample is not finite.", nameof(block));
        }
    }

    private void AddSlab(MatrixView<T> slab, int first, int group)
    {
        var n = slab.Columns;
        var scratch = new T[4 * n];
        var (sum, absoluteSum, largest, absolute) = (scratch.AsMemory(0, n), scratch.AsMemory(n, n), scratch.AsMemory(2 * n, n), scratch.AsMemory(3 * n, n));
        var wide = new double[n];
        for (var t = 0; t < slab.Rows; t++)
        {
            var row = slab.Row(t);
            TensorPrimitives.Add(sum.Span, row, sum.Span);
            TensorPrimitives.Abs(row, absolute.Span);
            TensorPrimitives.Add<T>(absoluteSum.Span, absolute.Span, absoluteSum.Span);
            TensorPrimitives.Max<T>(largest.Span, absolute.Span, largest.Span);
            if (t % SumTokens == SumTokens - 1 || t == slab.Rows - 1)
            {
                Flush(sum.Span, wide, _groupSums.Row(group).Slice(first, n));
                Flush(absoluteSum.Span, wide, _absoluteSum.AsSpan(first, n));
            }
        }
        TensorPrimitives.ConvertTruncating<T, double>(largest.Span, wide);
        TensorPrimitives.Max<double>(_absoluteMax.AsSpan(first, n), wide, _absoluteMax.AsSpan(first, n));
        slab.KeepAlive();
    }

    private static void Flush(Span<T> from, double[] wide, Span<double> to)
    {
        TensorPrimitives.ConvertTruncating<T, double>(from, wide);
        TensorPrimitives.Add(to, wide, to);
        from.Clear();
    }
}
