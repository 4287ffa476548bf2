using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>‖E‖²_M = tr(E·M·Eᵀ) with M [in×in] symmetric, M ≥ 0: the objective of every method that weighs inputs. M is the identity, a diagonal, a second moment Σxxᵀ, or a scatter about means.</summary>
/// <remarks>M may be singular: directions that the data never took cost nothing.</remarks>
internal sealed class InputMetric : LayerObjective
{
    private readonly Matrix<double>? _moment;
    private readonly Matrix<double>? _means;

    private InputMetric(double[]? diagonal, Matrix<double>? moment, Matrix<double>? means, double scale)
    {
        Diagonal = diagonal;
        _moment = moment;
        _means = means;
        Scale = scale;
    }

    /// <summary>M = I.</summary>
    internal static InputMetric Identity { get; } = new(null, null, null, 1);

    /// <summary>M = diag(d²)/<see cref="Scale"/>²; null unless the metric is diagonal.</summary>
    internal double[]? Diagonal { get; }

    /// <summary>Whether M is neither the identity nor a diagonal.</summary>
    internal bool IsFull => _moment is not null;

    /// <summary>What the stored metric was divided by, as a length: weights of 1e-40 would vanish otherwise.</summary>
    internal double Scale { get; }

    /// <summary>M = diag(d²) with d ≥ 0.</summary>
    internal static InputMetric OfDiagonal(double[] d)
    {
        var largest = d.Length == 0 ? 0 : d.Max();
        return new InputMetric(Array.ConvertAll(d, w => largest > 0 ? w / largest : 0), null, null, largest);
    }

    /// <summary>M itself, both triangles; not changed, and not to be changed.</summary>
    internal static InputMetric OfMoment(Matrix<double> moment) => Scaled(moment, null);

    /// <summary>M = Σ(x − x̄)(x − x̄)ᵀ; pooled, about the mean of each group.</summary>
    /// <remarks>It is kept as Σxxᵀ − CᵀC, with a row s/√t of C for tokens t of sum s: a second matrix of in² elements beside Σxxᵀ would be the largest of the whole problem.</remarks>
    internal static InputMetric OfScatter(InputStatistics inputs, bool pooled)
    {
        // Nothing varies about a mean of one token; the difference of the sums would be their rounding.
        if (inputs.ScatterRankBound(pooled) == 0)
            return OfDiagonal(new double[inputs.Inputs]);
        var means = pooled ? inputs.GroupSums.View.ToMatrix() : Matrix<double>.Create(1, inputs.Inputs, (_, j) => inputs.Sum[j]);
        for (var g = 0; g < means.Rows; g++)
        {
            var tokens = pooled ? inputs.GroupTokens[g] : inputs.Tokens;
            foreach (ref var element in means.Row(g))
                element = tokens == 0 ? 0 : element / Math.Sqrt(tokens);
        }
        return Scaled(inputs.SecondMoment, means);
    }

    private static InputMetric Scaled(Matrix<double> moment, Matrix<double>? means)
    {
        var largest = 0.0;
        for (var i = 0; i < moment.Rows; i++)
            largest = Math.Max(largest, moment[i, i]);
        if (largest is > 1e-100 and < 1e100 or 0)
            return new InputMetric(null, moment, means, 1);
        var scale = Math.Sqrt(largest);
        return new InputMetric(null, Divided(moment, largest), means is null ? null : Divided(means, scale), scale);
    }

    private static Matrix<double> Divided(Matrix<double> matrix, double divisor)
    {
        var divided = matrix.View.ToMatrix();
        foreach (ref var element in divided.Span)
            element /= divisor;
        return divided;
    }

    /// <summary>M/<see cref="Scale"/>², of a full metric; not to be changed.</summary>
    internal Matrix<double> ToMatrix(Parallelism parallelism)
    {
        if (_means is null)
            return _moment!;
        var matrix = _moment!.View.ToMatrix();
        Gemm.Multiply<double>(_means, Operand.Transposed, _means, Operand.AsIs, -1, 1, matrix, parallelism);
        return matrix;
    }

    /// <summary><paramref name="product"/> = X·M/<see cref="Scale"/>², of a full metric.</summary>
    internal void Multiply(MatrixView<double> x, MatrixView<double> product, WorkMemory scratch, Parallelism parallelism)
    {
        Gemm.Multiply<double>(x, Operand.AsIs, _moment!, Operand.AsIs, 1, 0, product, parallelism);
        if (_means is null)
            return;
        var along = scratch.Take(x.Rows, _means.Rows);
        Gemm.Multiply<double>(x, Operand.AsIs, _means, Operand.Transposed, 1, 0, along, parallelism);
        Gemm.Multiply<double>(along, Operand.AsIs, _means, Operand.AsIs, -1, 1, product, parallelism);
    }

    internal override double SquaredNorm(int firstRow, MatrixView<double> error, NormMemory memory, Parallelism parallelism)
    {
        if (IsFull)
        {
            var product = memory.Product.Take(error.Rows, error.Columns);
            Multiply(error, product, memory.Scratch, parallelism);
            var trace = 0.0;
            for (var i = 0; i < error.Rows; i++)
                trace += Reductions.Dot<double>(error.Row(i), product.Row(i));
            // Rounding may take a zero below itself.
            return Math.Max(0, trace) * Scale * Scale;
        }

        var sum = 0.0;
        for (var i = 0; i < error.Rows; i++)
        {
            var row = error.Row(i);
            if (Diagonal is null)
            {
                sum += Reductions.SumOfSquares<double>(row);
                continue;
            }
            for (var j = 0; j < row.Length; j++)
            {
                var weighted = row[j] * Diagonal[j] * Scale;
                sum += weighted * weighted;
            }
        }
        return sum;
    }
}
