using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>Adds up <see cref="InputStatistics"/> block by block: products of a block in <typeparamref name="T"/>, sums of blocks in float64.</summary>
internal sealed class InputAccumulator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Tokens whose product is taken in <typeparamref name="T"/>: few enough for float32 to hold their sum, enough to pay for adding it up.</summary>
    private const int BlockTokens = 1024;

    private readonly Matrix<T> _block;
    private readonly Matrix<double> _secondMoment;
    private readonly double[] _absoluteSum;
    private readonly double[] _absoluteMax;
    private readonly Matrix<double> _groupSums;
    private readonly long[] _groupTokens = new long[InputStatistics.GroupCount];
    private readonly double[] _row;
    private long _tokens;

    internal InputAccumulator(int inputs)
    {
        _block = new Matrix<T>(inputs, inputs);
        _secondMoment = new Matrix<double>(inputs, inputs);
        _absoluteSum = new double[inputs];
        _absoluteMax = new double[inputs];
        _groupSums = new Matrix<double>(InputStatistics.GroupCount, inputs);
        _row = new double[inputs];
    }

    /// <summary>Adds the rows of <paramref name="x"/> [tokens×in] to <paramref name="group"/>; the same bits for any number of threads.</summary>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    internal void Add(MatrixView<T> x, int group, Parallelism parallelism)
    {
        for (var first = 0; first < x.Rows; first += BlockTokens)
        {
            var block = x.RowRange(first, Math.Min(BlockTokens, x.Rows - first));
            AddVectors(block, group);
            Syrk.MultiplyLower(block, Operand.Transposed, T.One, T.Zero, _block, parallelism);
            // By pairs of rows, one short and one long.
            var n = _block.Rows;
            parallelism.For((n + 1) / 2, i =>
            {
                AddRow(i);
                if (n - 1 - i != i)
                    AddRow(n - 1 - i);
            });
        }
        _tokens += x.Rows;
        _groupTokens[group] += x.Rows;
    }

    internal InputStatistics Result()
    {
        for (var i = 0; i < _secondMoment.Rows; i++)
            for (var j = 0; j < i; j++)
                _secondMoment[j, i] = _secondMoment[i, j];
        return new InputStatistics(_tokens, _secondMoment, _absoluteSum, _absoluteMax, _groupSums, _groupTokens);
    }

    private void AddRow(int i)
    {
        var from = _block.Row(i)[..(i + 1)];
        var to = _secondMoment.Row(i);
        for (var j = 0; j < from.Length; j++)
            to[j] += double.CreateTruncating(from[j]);
    }

    private void AddVectors(MatrixView<T> block, int group)
    {
        var sums = _groupSums.Row(group);
        for (var t = 0; t < block.Rows; t++)
        {
            TensorPrimitives.ConvertTruncating<T, double>(block.Row(t), _row);
            TensorPrimitives.Add(sums, _row, sums);
            TensorPrimitives.Abs<double>(_row, _row);
            TensorPrimitives.Add<double>(_absoluteSum, _row, _absoluteSum);
            TensorPrimitives.Max<double>(_absoluteMax, _row, _absoluteMax);
        }
        foreach (var sum in _absoluteSum)
        {
            if (!double.IsFinite(sum))
                throw new ArgumentException("An input of the calibration sample is not finite.", nameof(block));
        }
    }
}
