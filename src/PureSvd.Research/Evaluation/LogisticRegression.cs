using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Evaluation;

/// <summary>
/// Logistic regression with an L2 penalty: minimizes (1/Σwᵢ)·Σ wᵢ·log(1/p(yᵢ|xᵢ)) + (λ/2)·‖W‖²,
/// with p = softmax(W·x + b) over more than two classes, and the one-output sigmoid for two. The intercepts b are not penalized.
/// </summary>
/// <remarks>In scikit-learn's terms C = 1/(λ·Σwᵢ). The problem is convex: the solution does not depend on the start, only the time does.</remarks>
internal sealed class LogisticRegression
{
    private const int BlockRows = 256;

    private readonly double[] _parameters;

    private LogisticRegression(int classes, int features, double[] parameters, Lbfgs.Outcome outcome)
    {
        Classes = classes;
        Features = features;
        _parameters = parameters;
        Outcome = outcome;
    }

    /// <summary>What a fit needs besides the data.</summary>
    /// <param name="L2">λ.</param>
    /// <param name="Tolerance">The fit ends when no component of the gradient of the mean loss is larger.</param>
    /// <param name="MaxIterations">It also ends after so many steps, and then has not converged.</param>
    internal readonly record struct Options(double L2, double Tolerance = 1e-4, int MaxIterations = 500);

    internal int Classes { get; }

    internal int Features { get; }

    internal Lbfgs.Outcome Outcome { get; }

    /// <summary>Weights [outputs×features], then intercepts [outputs].</summary>
    internal ReadOnlySpan<double> Parameters => _parameters;

    private static int OutputCount(int classes) => classes <= 2 ? 1 : classes;

    /// <summary>Fits the model.</summary>
    /// <param name="x">The features.</param>
    /// <param name="labels">The class of each row, in [0, <paramref name="classes"/>).</param>
    /// <param name="classes">At least 1.</param>
    /// <param name="weights">A weight per row, 0 leaves the row out; null for all 1.</param>
    /// <param name="options">λ and when to end.</param>
    /// <param name="secondMoments">The mean square of each feature, if features are uncorrelated: the diagonal of the Hessian follows from it; null where unknown.</param>
    /// <param name="start">Where to begin, with the same shapes; null for zeros.</param>
    internal static LogisticRegression Fit(FeatureMatrix x, int[] labels, int classes, float[]? weights, Options options, double[]? secondMoments = null, LogisticRegression? start = null)
    {
        var (outputs, d) = (OutputCount(classes), x.Columns);
        var parameters = start?._parameters.AsSpan().ToArray() ?? new double[outputs * (d + 1)];
        var problem = new Problem(x, labels, outputs, weights, options.L2);
        var preconditioner = problem.Preconditioner(classes, secondMoments);
        var outcome = new Lbfgs(parameters.Length).Minimize(problem.Evaluate, parameters, preconditioner, options.Tolerance, options.MaxIterations);
        return new LogisticRegression(classes, d, parameters, outcome);
    }

    /// <summary>The most probable class of each row, the first of equals; −1 where a score is not a number.</summary>
    internal int[] Predict(FeatureMatrix x)
    {
        var outputs = OutputCount(Classes);
        var predictions = new int[x.Rows];
        var w = new Matrix<float>(outputs, Features);
        TensorPrimitives.ConvertTruncating<double, float>(_parameters.AsSpan(0, w.Span.Length), w.Span);
        var scores = new Matrix<float>(BlockRows, outputs);
        for (var first = 0; first < x.Rows; first += BlockRows)
        {
            var count = Math.Min(BlockRows, x.Rows - first);
            var z = scores.View.RowRange(0, count);
            x.Scores(first, count, w, z);
            for (var i = 0; i < count; i++)
            {
                var row = z.Row(i);
                for (var k = 0; k < outputs; k++)
                    row[k] += (float)_parameters[w.Span.Length + k];
                predictions[first + i] = !TensorPrimitives.IsFiniteAll<float>(row) ? -1 : outputs > 1 ? TensorPrimitives.IndexOfMax<float>(row) : Classes == 2 && row[0] > 0 ? 1 : 0;
            }
        }
        return predictions;
    }

    /// <summary>The penalized loss and its gradient: products in float32 over blocks of rows, sums over blocks and the loss in float64.</summary>
    private sealed class Problem
    {
        private readonly FeatureMatrix _x;
        private readonly int[] _labels;
        private readonly float[]? _weights;
        private readonly double _l2, _total;
        private readonly int _outputs;
        private readonly Matrix<float> _w, _scores, _scratch;

        internal Problem(FeatureMatrix x, int[] labels, int outputs, float[]? weights, double l2)
        {
            (_x, _labels, _outputs, _weights, _l2) = (x, labels, outputs, weights, l2);
            _total = weights is null ? x.Rows : TensorPrimitives.Sum<float>(weights);
            _w = new Matrix<float>(outputs, x.Columns);
            _scratch = new Matrix<float>(outputs, x.Columns);
            _scores = new Matrix<float>(BlockRows, outputs);
        }

        /// <summary>The inverse of the Hessian's diagonal at b = log prior, W = 0: 1 / (πₖ(1−πₖ)·E[xⱼ²] + λ).</summary>
        internal double[] Preconditioner(int classes, double[]? secondMoments)
        {
            var d = _x.Columns;
            var share = new double[classes];
            for (var i = 0; i < _labels.Length; i++)
                share[_labels[i]] += (_weights?[i] ?? 1) / _total;
            var preconditioner = new double[_outputs * (d + 1)];
            for (var k = 0; k < _outputs; k++)
            {
                var pi = share[_outputs == 1 ? classes - 1 : k];
                var curvature = Math.Max(pi * (1 - pi), 1e-3 / classes);
                for (var j = 0; j < d; j++)
                    preconditioner[k * d + j] = 1 / (curvature * (secondMoments?[j] ?? 1) + _l2);
                preconditioner[_outputs * d + k] = 1 / curvature;
            }
            return preconditioner;
        }

        internal double Evaluate(double[] parameters, double[] gradient)
        {
            var weightCount = _w.Span.Length;
            TensorPrimitives.ConvertTruncating<double, float>(parameters.AsSpan(0, weightCount), _w.Span);
            var intercepts = parameters.AsSpan(weightCount);
            Array.Clear(gradient);
            var interceptGradient = gradient.AsSpan(weightCount);
            var loss = 0.0;
            for (var first = 0; first < _x.Rows; first += BlockRows)
            {
                var count = Math.Min(BlockRows, _x.Rows - first);
                var z = _scores.View.RowRange(0, count);
                _x.Scores(first, count, _w, z);
                for (var i = 0; i < count; i++)
                {
                    var weight = _weights?[first + i] ?? 1f;
                    loss += weight * (_outputs == 1 ? Sigmoid(z.Row(i), intercepts[0], _labels[first + i]) : Softmax(z.Row(i), intercepts, _labels[first + i]));
                    var row = z.Row(i);
                    TensorPrimitives.Multiply(row, weight, row);
                    for (var k = 0; k < row.Length; k++)
                        interceptGradient[k] += row[k];
                }
                _x.AddGradient(first, count, z, gradient.AsSpan(0, weightCount), _scratch);
            }

            TensorPrimitives.Multiply(gradient, 1 / _total, gradient);
            var w = parameters.AsSpan(0, weightCount);
            TensorPrimitives.MultiplyAdd(w, _l2, gradient.AsSpan(0, weightCount), gradient.AsSpan(0, weightCount));
            return loss / _total + _l2 / 2 * TensorPrimitives.SumOfSquares<double>(w);
        }

        /// <summary>log(1/p(y)), and p − [y = 1] in place of the score.</summary>
        private static double Sigmoid(Span<float> score, double intercept, int label)
        {
            var z = score[0] + intercept;
            var e = Math.Exp(-Math.Abs(z));
            var p = z >= 0 ? 1 / (1 + e) : e / (1 + e);
            score[0] = (float)(p - label);
            return Math.Max(z, 0) - label * z + Math.Log(1 + e);
        }

        /// <summary>log(1/p(y)), and p − onehot(y) in place of the scores.</summary>
        private static double Softmax(Span<float> scores, ReadOnlySpan<double> intercepts, int label)
        {
            for (var k = 0; k < scores.Length; k++)
                scores[k] += (float)intercepts[k];
            var largest = TensorPrimitives.Max<float>(scores);
            TensorPrimitives.Subtract(scores, largest, scores);
            var own = scores[label];
            TensorPrimitives.Exp<float>(scores, scores);
            var sum = TensorPrimitives.Sum<float>(scores);
            TensorPrimitives.Divide(scores, sum, scores);
            scores[label] -= 1;
            return Math.Log(sum) - own;
        }
    }
}
