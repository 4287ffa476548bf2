using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>Regression by a Gaussian process with the Matérn 5/2 kernel k(d) = (1 + √5·d/ℓ + 5d²/3ℓ²)·exp(−√5·d/ℓ).</summary>
/// <remarks>
/// The observations are standardized. The length ℓ and the noise are those of a grid with the largest marginal likelihood; the signal's variance follows from them in closed form.
/// n³/3 flops a grid point for n observations: nothing beside one run of a model.
/// Source: C. Rasmussen and C. Williams, <i>Gaussian Processes for Machine Learning</i> (2006), algorithm 2.1 and §5.4.
/// </remarks>
internal sealed class GaussianProcess
{
    private static readonly double[] Lengths = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2];
    private static readonly double[] Noises = [1e-6, 1e-4, 1e-2, 1e-1];

    private readonly IReadOnlyList<double[]> _points;
    private readonly double _mean;
    private readonly double _scale;
    private readonly double _length;
    private readonly double _variance;
    private readonly Matrix<double> _factor;
    private readonly Matrix<double> _weights;

    /// <summary>Fits <paramref name="values"/> at <paramref name="points"/>; at least two.</summary>
    internal GaussianProcess(IReadOnlyList<double[]> points, IReadOnlyList<double> values)
    {
        _points = points;
        _mean = values.Average();
        _scale = Math.Sqrt(values.Sum(v => (v - _mean) * (v - _mean)) / values.Count) is > 0 and var deviation ? deviation : 1;
        var y = Matrix<double>.Create(values.Count, 1, (i, _) => (values[i] - _mean) / _scale);
        var best = double.NegativeInfinity;
        foreach (var length in Lengths)
        {
            foreach (var noise in Noises)
            {
                var (factor, weights, variance, likelihood) = Fit(points, y, length, noise);
                if (likelihood > best)
                    (best, _length, _variance, _factor, _weights) = (likelihood, length, variance, factor, weights);
            }
        }
        if (_factor is null)
            throw new ArithmeticException("No Gaussian process fits the observations.");
        _weights ??= y;
    }

    /// <summary>Mean and standard deviation at <paramref name="x"/>.</summary>
    internal (double Mean, double Deviation) Predict(double[] x)
    {
        // A thousand candidates ask between two runs of a model: by plain forward substitution, without a matrix each.
        var (mean, explained) = (0.0, 0.0);
        var solved = new double[_points.Count];
        for (var i = 0; i < solved.Length; i++)
        {
            var k = Matern(Distance(_points[i], x), _length);
            mean += k * _weights[i, 0];
            var row = _factor.Row(i);
            solved[i] = (k - TensorPrimitives.Dot(row[..i], solved.AsSpan(0, i))) / row[i];
            explained += solved[i] * solved[i];
        }
        return (_mean + _scale * mean, _scale * Math.Sqrt(_variance * Math.Max(0, 1 - explained)));
    }

    /// <summary>How much below <paramref name="best"/> the value at <paramref name="x"/> is expected to be, counting nothing where it is above.</summary>
    /// <remarks>EI = (best − μ)·Φ(z) + s·φ(z), z = (best − μ)/s (D. Jones et al., <i>Efficient global optimization of expensive black-box functions</i>, 1998).</remarks>
    internal double ExpectedImprovement(double[] x, double best)
    {
        var (mean, deviation) = Predict(x);
        if (deviation <= 0)
            return Math.Max(0, best - mean);
        var z = (best - mean) / deviation;
        return (best - mean) * Cumulative(z) + deviation * Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI);
    }

    private static (Matrix<double> Factor, Matrix<double> Weights, double Variance, double LogLikelihood) Fit(IReadOnlyList<double[]> points, Matrix<double> y, double length, double noise)
    {
        var n = points.Count;
        var gram = Matrix<double>.Create(n, n, (i, j) => Matern(Distance(points[i], points[j]), length) + (i == j ? noise : 0));
        var factor = Cholesky.Factorize<double>(gram, new CholeskyOptions { Parallelism = Parallelism.Serial });
        var weights = y.View.ToMatrix();
        Trsm.SolveLeft<double>(factor, Triangle.Lower, Operand.AsIs, false, weights, Parallelism.Serial);
        var fit = Reductions.SumOfSquares<double>(weights.Span);
        Trsm.SolveLeft<double>(factor, Triangle.Lower, Operand.Transposed, false, weights, Parallelism.Serial);
        var logDeterminant = 0.0;
        for (var i = 0; i < n; i++)
            logDeterminant += 2 * Math.Log(factor[i, i]);
        var variance = Math.Max(fit / n, 1e-300);
        return (factor, weights, variance, -0.5 * (n * Math.Log(variance) + logDeterminant));
    }

    private static double Matern(double distance, double length)
    {
        var s = Math.Sqrt(5) * distance / length;
        return (1 + s + s * s / 3) * Math.Exp(-s);
    }

    private static double Distance(double[] x, double[] y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
            sum += (x[i] - y[i]) * (x[i] - y[i]);
        return Math.Sqrt(sum);
    }

    /// <summary>Φ, by the series of Marsaglia (2004): Φ(z) = ½ + φ(z)·(z + z³/3 + z⁵/15 + …).</summary>
    private static double Cumulative(double z)
    {
        if (z is < -8 or > 8)
            return z < 0 ? 0 : 1;
        var (sum, term) = (z, z);
        for (var i = 3; sum + term != sum; i += 2)
        {
            term *= z * z / i;
            sum += term;
        }
        return 0.5 + sum * Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI);
    }
}
