using System.Diagnostics;
using PureSvd.LinearAlgebra;
using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Probing;

/// <summary>The probes of one task at one layer: standardizes the vectors once, then fits the task and its control over the path of λ and over the seeds.</summary>
internal sealed class Probe
{
    private readonly TaskData _task;
    private readonly ProbeOptions _options;
    private readonly DenseFeatures _train, _dev, _test;
    private readonly double[] _secondMoments;

    private Probe(TaskData task, ProbeOptions options, DenseFeatures train, DenseFeatures dev, DenseFeatures test, double[] secondMoments)
    {
        (_task, _options, _train, _dev, _test, _secondMoments) = (task, options, train, dev, test, secondMoments);
    }

    /// <summary>Probes <paramref name="vectors"/>, whose row <paramref name="rows"/>[i] belongs to sentence i of the task.</summary>
    internal static ProbeResult Run(TaskData task, Matrix<float> vectors, int[] rows, SentenceVector kind, int layer, ProbeOptions options, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var (all, secondMoments) = StandardizedFeatures.Create(vectors, rows, task.TrainCount);
        var (score, control, correct) = (Undefined, options.Controls ? Undefined : null, (bool[])[]);
        OnlineCode? code = options.OnlineCode ? new OnlineCode(double.NaN, double.NaN) : null;
        if (all is not null)
        {
            var probe = new Probe(task, options,
                new DenseFeatures(all.View.RowRange(0, task.TrainCount)),
                new DenseFeatures(all.View.RowRange(task.TrainCount, task.DevCount)),
                new DenseFeatures(all.View.RowRange(task.TrainCount + task.DevCount, task.TestCount)), secondMoments);
            (score, correct) = probe.Score(_ => task.Labels, cancellationToken);
            if (task.ControlLabels is not null)
                (control, _) = probe.Score(seed => task.ControlLabels[seed], cancellationToken);
            if (options.OnlineCode)
                code = probe.CodeLength(all, cancellationToken);
        }
        return new ProbeResult
        {
            Task = task.Name,
            Layer = layer,
            Vector = kind,
            Classes = task.Classes,
            TrainCount = task.TrainCount,
            TestCount = task.TestCount,
            Majority = task.Majority,
            Score = score,
            Control = control,
            TestCorrect = correct,
            OnlineCode = code,
            Milliseconds = watch.Elapsed.TotalMilliseconds,
        };
    }

    private static ProbeScore Undefined => new(double.NaN, double.NaN, double.NaN, double.NaN, false, 0);

    /// <summary>Chooses λ on dev with the labels of the first seed and all training sentences, then fits each seed on its own 90 %.</summary>
    private (ProbeScore Score, bool[] Correct) Score(Func<int, int[]> labelsOfSeed, CancellationToken cancellationToken)
    {
        var (path, iterations) = Path(labelsOfSeed(0), cancellationToken);
        var seeds = _options.Seeds;
        var (dev, test) = (new double[seeds], new double[seeds]);
        var converged = true;
        bool[] first = [];
        for (var seed = 0; seed < seeds; seed++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var labels = labelsOfSeed(seed);
            var start = labels == labelsOfSeed(0) ? path.Model : null;
            var model = Fit(labels, _task.TrainWeights[seed], path.L2, start);
            iterations += model.Outcome.Iterations;
            converged &= model.Outcome.Converged;
            dev[seed] = Accuracy(Correct(model, _dev, labels, _task.TrainCount));
            var correct = Correct(model, _test, labels, _task.TrainCount + _task.DevCount);
            test[seed] = Accuracy(correct);
            if (seed == 0)
                first = correct;
        }
        var mean = Reductions.Sum<double>(test) / seeds;
        var deviation = seeds < 2 ? 0 : Math.Sqrt(test.Sum(t => (t - mean) * (t - mean)) / (seeds - 1));
        return (new ProbeScore(Reductions.Sum<double>(dev) / seeds, mean, deviation, path.L2, converged, iterations), first);
    }

    /// <summary>Fits from the strongest penalty to the weakest, each from the last solution; the best on dev, the stronger penalty on ties.</summary>
    private ((double L2, LogisticRegression Model) Best, int Iterations) Path(int[] labels, CancellationToken cancellationToken)
    {
        (double L2, LogisticRegression Model)? best = null;
        LogisticRegression? last = null;
        var (bestAccuracy, iterations) = (-1.0, 0);
        foreach (var l2 in _options.L2Grid.OrderDescending())
        {
            cancellationToken.ThrowIfCancellationRequested();
            last = Fit(labels, null, l2, last);
            iterations += last.Outcome.Iterations;
            var accuracy = Accuracy(Correct(last, _dev, labels, _task.TrainCount));
            if (accuracy > bestAccuracy)
                (best, bestAccuracy) = ((l2, last), accuracy);
        }
        return (best!.Value, iterations);
    }

    /// <summary>Codes the training labels in the order of the task: each block by the probe, over the path of λ, that codes the dev labels shortest.</summary>
    private OnlineCode CodeLength(Matrix<float> features, CancellationToken cancellationToken)
    {
        var (n, k) = (_task.TrainCount, _task.Classes);
        var devLabels = _task.Labels[n..(n + _task.DevCount)];
        var labels = Array.ConvertAll(_task.CodeOrder, i => _task.Labels[i]);
        var ordered = new Matrix<float>(n, features.Columns);
        for (var i = 0; i < n; i++)
            features.Row(_task.CodeOrder[i]).CopyTo(ordered.Row(i));

        var cuts = OnlineCode.Cuts(n);
        var bits = cuts[0] * Math.Log2(k);
        for (var block = 1; block < cuts.Length; block++)
        {
            var (seen, end) = (cuts[block - 1], cuts[block]);
            var sent = new DenseFeatures(ordered.View.RowRange(0, seen));
            LogisticRegression? last = null, best = null;
            var shortest = double.PositiveInfinity;
            foreach (var l2 in _options.L2Grid.OrderDescending())
            {
                cancellationToken.ThrowIfCancellationRequested();
                last = Fit(sent, labels[..seen], null, l2, last);
                var length = last.Likelihoods(_dev, devLabels).Sum(p => OnlineCode.Cost(p, k, seen));
                if (length < shortest)
                    (best, shortest) = (last, length);
            }
            var next = best!.Likelihoods(new DenseFeatures(ordered.View.RowRange(seen, end - seen)), labels[seen..end]);
            bits += next.Sum(p => OnlineCode.Cost(p, k, seen));
        }
        return new OnlineCode(bits, n * Math.Log2(k));
    }

    private LogisticRegression Fit(int[] labels, float[]? weights, double l2, LogisticRegression? start)
        => Fit(_train, labels[.._task.TrainCount], weights, l2, start);

    private LogisticRegression Fit(FeatureMatrix x, int[] labels, float[]? weights, double l2, LogisticRegression? start)
        => LogisticRegression.Fit(x, labels, _task.Classes, weights, new LogisticRegression.Options(l2, _options.Tolerance, _options.MaxIterations), _secondMoments, start);

    private static bool[] Correct(LogisticRegression model, DenseFeatures x, int[] labels, int first)
        => [.. model.Predict(x).Select((p, i) => p == labels[first + i])];

    private static double Accuracy(bool[] correct) => (double)correct.Count(c => c) / correct.Length;
}
