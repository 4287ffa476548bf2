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
    private const int BlockRows = 512;

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
        var predictions = new int[x.Rows];
        ForEachRow(x, (scores, column, row) => predictions[row] = Choose(scores, column, Intercepts));
        return predictions;
    }

    /// <summary>p(<paramref name="labels"/>[i] | xᵢ) of each row; 0 for a label of −1.</summary>
    internal double[] Likelihoods(FeatureMatrix x, int[] labels)
    {
        var likelihoods = new double[x.Rows];
        ForEachRow(x, (scores, column, row) => likelihoods[row] = labels[row] < 0 ? 0 : Likelihood(scores, column, labels[row]));
        return likelihoods;
    }

    private ReadOnlySpan<double> Intercepts => _parameters.AsSpan(OutputCount(Classes) * Features);

    /// <summary>Hands on the scores W·xᵢ of each row, as a column of a block: (block [outputs×·], column, row).</summary>
    private void ForEachRow(FeatureMatrix x, Action<MatrixView<float>, int, int> visit)
    {
        var outputs = OutputCount(Classes);
        var w = new Matrix<float>(outputs, Features);
        TensorPrimitives.ConvertTruncating<double, float>(_parameters.AsSpan(0, w.Span.Length), w.Span);
        var scores = new Matrix<float>(outputs, BlockRows);
        for (var first = 0; first < x.Rows; first += BlockRows)
        {
            var count = Math.Min(BlockRows, x.Rows - first);
            var z = scores.View.ColumnRange(0, count);
            x.Scores(first, count, w, z);
            for (var i = 0; i < count; i++)
                visit(z, i, first + i);
        }
        GC.KeepAlive(scores);
    }

    private double Likelihood(MatrixView<float> scores, int i, int label)
    {
        if (Classes <= 2)
        {
            var z = scores[0, i] + Intercepts[0];
            return Classes < 2 ? 1 : 1 / (1 + Math.Exp(label == 1 ? -z : z));
        }
        var (own, sum) = (scores[label, i] + Intercepts[label], 0.0);
        for (var k = 0; k < scores.Rows; k++)
            sum += Math.Exp(scores[k, i] + Intercepts[k] - own);
        return 1 / sum;
    }

    private int Choose(MatrixView<float> scores, int i, ReadOnlySpan<double> intercepts)
    {
        if (Classes <= 2)
            return float.IsNaN(scores[0, i]) ? -1 : Classes == 2 && scores[0, i] + intercepts[0] > 0 ? 1 : 0;
        var (best, highest) = (-1, double.NegativeInfinity);
        for (var k = 0; k < scores.Rows; k++)
        {
            var score = scores[k, i] + intercepts[k];
            if (double.IsNaN(score))
                return -1;
            if (score > highest)
                (best, highest) = (k, score);
        }
        return best;
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
        private readonly float[] _first = new float[BlockRows], _second = new float[BlockRows], _third = new float[BlockRows];

        internal Problem(FeatureMatrix x, int[] labels, int outputs, float[]? weights, double l2)
        {
            (_x, _labels, _outputs, _weights, _l2) = (x, labels, outputs, weights, l2);
            _total = weights is null ? x.Rows : Reductions.Sum<float>(weights);
            _w = new Matrix<float>(outputs, x.Columns);
            _scratch = new Matrix<float>(outputs, x.Columns);
            _scores = new Matrix<float>(outputs, BlockRows);
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
                var z = _scores.View.ColumnRange(0, count);
                _x.Scores(first, count, _w, z);
                var labels = _labels.AsSpan(first, count);
                var losses = _outputs == 1 ? Sigmoid(z.Row(0), (float)intercepts[0], labels) : Softmax(z, intercepts, labels);
                if (_weights is not null)
                {
                    var weights = _weights.AsSpan(first, count);
                    TensorPrimitives.Multiply(losses, weights, losses);
                    for (var k = 0; k < _outputs; k++)
                        TensorPrimitives.Multiply(z.Row(k), weights, z.Row(k));
                }
                loss += Reductions.Sum<float>(losses);
                for (var k = 0; k < _outputs; k++)
                    interceptGradient[k] += Reductions.Sum<float>(z.Row(k));
                _x.AddGradient(first, count, z, gradient.AsSpan(0, weightCount), _scratch);
            }

            TensorPrimitives.Multiply(gradient, 1 / _total, gradient);
            var w = parameters.AsSpan(0, weightCount);
            TensorPrimitives.MultiplyAdd(w, _l2, gradient.AsSpan(0, weightCount), gradient.AsSpan(0, weightCount));
            return loss / _total + _l2 / 2 * Reductions.SumOfSquares<double>(w);
        }

        /// <summary>log(1/p(y)) of each example, and p − [y = 1] in place of the scores.</summary>
        private Span<float> Sigmoid(Span<float> scores, float intercept, ReadOnlySpan<int> labels)
        {
            var losses = _first.AsSpan(0, scores.Length);
            var z = _second.AsSpan(0, scores.Length);
            TensorPrimitives.Add(scores, intercept, z);
            TensorPrimitives.Sigmoid(z, scores);

            // log(1 + eᶻ) − y·z = log(1 + e^−|z|) + max(z, 0) − y·z
            TensorPrimitives.Abs(z, losses);
            TensorPrimitives.Negate(losses, losses);
            TensorPrimitives.Exp(losses, losses);
            TensorPrimitives.LogP1(losses, losses);
            for (var i = 0; i < z.Length; i++)
            {
                losses[i] += Math.Max(z[i], 0) - labels[i] * z[i];
                scores[i] -= labels[i];
            }
            return losses;
        }

        /// <summary>log(1/p(y)) of each example, and p − onehot(y) in place of the scores.</summary>
        private Span<float> Softmax(MatrixView<float> scores, ReadOnlySpan<double> intercepts, ReadOnlySpan<int> labels)
        {
            var losses = _first.AsSpan(0, scores.Columns);
            var largest = _second.AsSpan(0, scores.Columns);
            var own = _third.AsSpan(0, scores.Columns);
            largest.Fill(float.NegativeInfinity);
            for (var k = 0; k < scores.Rows; k++)
            {
                TensorPrimitives.Add(scores.Row(k), (float)intercepts[k], scores.Row(k));
                TensorPrimitives.Max(largest, scores.Row(k), largest);
            }

            // losses holds Σₖ exp(zₖ − max) until the end; the own class's score is taken out before its row is overwritten.
            losses.Clear();
            for (var i = 0; i < labels.Length; i++)
                own[i] = largest[i] - scores[labels[i], i];
            for (var k = 0; k < scores.Rows; k++)
            {
                var row = scores.Row(k);
                TensorPrimitives.Subtract(row, largest, row);
                TensorPrimitives.Exp(row, row);
                TensorPrimitives.Add(losses, row, losses);
            }
            for (var k = 0; k < scores.Rows; k++)
                TensorPrimitives.Divide(scores.Row(k), losses, scores.Row(k));
            for (var i = 0; i < labels.Length; i++)
                scores[labels[i], i] -= 1;
            TensorPrimitives.Log(losses, losses);
            TensorPrimitives.Add(losses, own, losses);
            return losses;
        }
    }
}
