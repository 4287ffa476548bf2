using PureSvd.LinearAlgebra;
using PureSvd.Research.Corpora;

namespace PureSvd.Research.Evaluation;

/// <summary>A logistic regression over named features of a pair of sentences: what a label can be guessed from without understanding anything.</summary>
/// <remarks>Features that occur in one training pair only are left out. λ is chosen on a tenth of the training pairs, drawn at random, and the model then fitted on all of them.</remarks>
internal static class TextClassifier
{
    private static readonly double[] L2Grid = [1e-2, 1e-3, 1e-4, 1e-5];

    /// <summary>The features of a pair by name; a name may repeat, and then its values add up.</summary>
    internal delegate IEnumerable<(string Name, float Value)> Extractor(NliExample example);

    internal static BaselineResult Run(string name, IReadOnlyList<NliExample> train, IReadOnlyList<NliExample> test, Extractor extract, ulong seed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        ArgumentOutOfRangeException.ThrowIfLessThan(train.Count, 2, nameof(train));
        string[] classes = [.. train.Select(Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (test.FirstOrDefault(e => !classes.Contains(Label(e))) is { } unknown)
            throw new ArgumentException($"The label \"{unknown.Label}\" is not one that the training pairs have ({string.Join(", ", classes)}).", nameof(test));

        var columns = Vocabulary(train, extract, cancellationToken);
        int[] labels = [.. train.Select(e => Array.IndexOf(classes, Label(e)))];
        var all = Features(train, extract, columns);
        var (l2, start) = ChooseL2(all, labels, columns.Count, classes.Length, seed, cancellationToken);
        var model = LogisticRegression.Fit(SparseFeatures.Create(all, columns.Count), labels, classes.Length, null, new LogisticRegression.Options(l2), start: start);

        var predicted = model.Predict(SparseFeatures.Create(Features(test, extract, columns), columns.Count));
        var predictions = predicted.Select((p, i) => new Prediction(i, Label(test[i]), classes[p], test[i].Phenomenon)).ToArray();
        return new BaselineResult(name, Scoring.Score(predictions, classes, truncated: 0, milliseconds: 0), train.Count, columns.Count, l2, model.Outcome.Converged);
    }

    private static string Label(NliExample example) => example.Label.ToLowerInvariant();

    private static Dictionary<string, int> Vocabulary(IReadOnlyList<NliExample> train, Extractor extract, CancellationToken cancellationToken)
    {
        var count = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var example in train)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var feature in extract(example).Select(f => f.Name).Distinct(StringComparer.Ordinal))
                count[feature] = count.GetValueOrDefault(feature) + 1;
        }
        return count.Where(p => p.Value > 1).Select(p => p.Key).Order(StringComparer.Ordinal).Select((feature, column) => (feature, column)).ToDictionary(p => p.feature, p => p.column, StringComparer.Ordinal);
    }

    private static (int, float)[][] Features(IReadOnlyList<NliExample> examples, Extractor extract, Dictionary<string, int> columns)
        => [.. examples.Select(e => extract(e).Where(f => columns.ContainsKey(f.Name)).GroupBy(f => columns[f.Name]).Select(g => (g.Key, g.Sum(f => f.Value))).OrderBy(p => p.Key).ToArray())];

    private static (double L2, LogisticRegression Start) ChooseL2((int, float)[][] rows, int[] labels, int d, int classes, ulong seed, CancellationToken cancellationToken)
    {
        var order = Enumerable.Range(0, rows.Length).ToArray();
        new SeededRandom(seed).Shuffle(order.AsSpan());
        var heldOut = order[..Math.Max(1, rows.Length / 10)];
        var fitted = order[heldOut.Length..];

        var (x, y) = (SparseFeatures.Create([.. fitted.Select(i => rows[i])], d), fitted.Select(i => labels[i]).ToArray());
        var held = SparseFeatures.Create([.. heldOut.Select(i => rows[i])], d);

        LogisticRegression? last = null;
        (double L2, LogisticRegression Model, int Correct) best = (L2Grid[0], null!, -1);
        foreach (var l2 in L2Grid)
        {
            cancellationToken.ThrowIfCancellationRequested();
            last = LogisticRegression.Fit(x, y, classes, null, new LogisticRegression.Options(l2), start: last);
            var correct = last.Predict(held).Where((p, i) => p == labels[heldOut[i]]).Count();
            if (correct > best.Correct)
                best = (l2, last, correct);
        }
        return (best.L2, best.Model);
    }
}
