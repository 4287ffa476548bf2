using PureSvd.LinearAlgebra;
using PureSvd.Research.Corpora;

namespace PureSvd.Research.Probing;

/// <summary>A probing task within the limits, its labels as class numbers, and its control task: what all models and layers share.</summary>
internal sealed class TaskData
{
    internal TaskData(ProbingTask task, ProbeOptions options)
    {
        Name = task.Name;
        var train = Limit(task.Train, options.TrainLimit, options.Seed, 0);
        var dev = Limit(task.Dev, options.DevLimit, options.Seed, 1);
        var test = Limit(task.Test, options.TestLimit, options.Seed, 2);
        (TrainCount, DevCount, TestCount) = (train.Count, dev.Count, test.Count);
        Sentences = [.. train.Concat(dev).Concat(test).Select(e => e.Sentence)];

        var classes = train.Select(e => e.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var id = classes.Select((c, i) => (c, i)).ToDictionary(p => p.c, p => p.i, StringComparer.Ordinal);
        Classes = classes.Length;
        Labels = [.. train.Concat(dev).Concat(test).Select(e => id.GetValueOrDefault(e.Label, -1))];
        Majority = (double)test.GroupBy(e => e.Label, StringComparer.Ordinal).Max(g => g.Count()) / test.Count;

        var shares = classes.Select(c => (double)train.Count(e => e.Label == c) / train.Count).ToArray();
        if (options.Controls)
        {
            var control = new ControlTask([.. train.Select(e => e.Sentence)], [.. dev.Select(e => e.Sentence)], [.. test.Select(e => e.Sentence)]);
            ControlLabels = [.. Enumerable.Range(0, options.Seeds).Select(s => control.Labels(SeededRandom.ForStream(options.Seed, 100 + (ulong)s).NextUInt64(), shares))];
        }
        CodeOrder = [.. Enumerable.Range(0, TrainCount)];
        SeededRandom.ForStream(options.Seed, 400).Shuffle(CodeOrder.AsSpan());
        TrainWeights = [.. Enumerable.Range(0, options.Seeds).Select(s => Subsample(TrainCount, SeededRandom.ForStream(options.Seed, 200 + (ulong)s)))];
    }

    internal string Name { get; }

    /// <summary>Train, then dev, then test.</summary>
    internal IReadOnlyList<string> Sentences { get; }

    /// <summary>The class of each sentence; −1 for a label that no training sentence has.</summary>
    internal int[] Labels { get; }

    /// <summary>By seed; null without controls.</summary>
    internal int[][]? ControlLabels { get; }

    /// <summary>By seed: 1 for the 90 % of the training sentences that the seed trains on, else 0.</summary>
    internal float[][] TrainWeights { get; }

    /// <summary>The order in which the online code sends the training labels.</summary>
    internal int[] CodeOrder { get; }

    internal int Classes { get; }

    internal int TrainCount { get; }

    internal int DevCount { get; }

    internal int TestCount { get; }

    internal double Majority { get; }

    private static IReadOnlyList<ProbingExample> Limit(IReadOnlyList<ProbingExample> examples, int? limit, ulong seed, ulong part)
    {
        if (limit is not { } count || count >= examples.Count)
            return examples;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count, nameof(limit));
        var chosen = Enumerable.Range(0, examples.Count).ToArray();
        SeededRandom.ForStream(seed, 300 + part).Shuffle(chosen.AsSpan());
        return [.. chosen.Take(count).Order().Select(i => examples[i])];
    }

    private static float[] Subsample(int n, SeededRandom random)
    {
        var order = Enumerable.Range(0, n).ToArray();
        random.Shuffle(order.AsSpan());
        var weights = new float[n];
        foreach (var i in order.AsSpan(0, Math.Max(1, (n * 9 + 5) / 10)))
            weights[i] = 1;
        return weights;
    }
}
