using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>‖E‖²_M = tr(E·M·Eᵀ) with M [in×in] symmetric, M ≥ 0: the objective of every method that weighs inputs. M is the identity, a diagonal, or a second moment Σxxᵀ.</summary>
/// <remarks>M may be singular: directions that the data never took cost nothing.</remarks>
internal sealed class InputMetric : LayerObjective
{
    private InputMetric(double[]? diagonal, Matrix<double>? full, double scale)
    {
        Diagonal = diagonal;
        Full = full;
        Scale = scale;
    }

    /// <summary>M = I.</summary>
    internal static InputMetric Identity { get; } = new(null, null, 1);

    /// <summary>M = diag(d²)/<see cref="Scale"/>²; null unless the metric is diagonal.</summary>
    internal double[]? Diagonal { get; }

    /// <summary>M/<see cref="Scale"/>²; null unless the metric is full.</summary>
    internal Matrix<double>? Full { get; }

    /// <summary>What the stored metric was divided by, as a length: weights of 1e-40 would vanish otherwise.</summary>
    internal double Scale { get; }

    /// <summary>M = diag(d²) with d ≥ 0.</summary>
    internal static InputMetric OfDiagonal(double[] d)
    {
        var largest = d.Length == 0 ? 0 : d.Max();
        return new InputMetric(Array.ConvertAll(d, w => largest > 0 ? w / largest : 0), null, largest);
    }

    /// <summary>M itself, both triangles; not changed, and not to be changed.</summary>
    internal static InputMetric OfMoment(Matrix<double> moment)
    {
        var largest = 0.0;
        for (var i = 0; i < moment.Rows; i++)
            largest = Math.Max(largest, moment[i, i]);
        if (largest is > 1e-100 and < 1e100 or 0)
            return new InputMetric(null, moment, 1);
        var scaled = moment.View.ToMatrix();
        foreach (ref var element in scaled.Span)
            element /= largest;
        return new InputMetric(null, scaled, Math.Sqrt(largest));
    }

    internal override double SquaredNorm(int firstRow, MatrixView<double> error, Parallelism parallelism)
    {
        if (Full is not null)
        {
            var product = new Matrix<double>(error.Rows, error.Columns);
            Gemm.Multiply<double>(error, Operand.AsIs, Full, Operand.AsIs, 1, 0, product, parallelism);
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
