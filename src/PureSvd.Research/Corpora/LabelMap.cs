using System.Globalization;
using PureSvd.Storage;

namespace PureSvd.Research.Corpora;

/// <summary>Between the labels of a file and the outputs of a model: both are mapped to <see cref="Classes"/>, in which a prediction is scored.</summary>
/// <remarks>
/// Names are compared in any case, with '-' and ' ' as '_'. A whole number is an id of the model.
/// Where one side tells entailment, neutral and contradiction apart and the other only entailment and not_entailment,
/// neutral and contradiction fold into not_entailment: the model's choice is made first and folded then (as HANS is scored; McCoy et al. 2019, §3).
/// </remarks>
public sealed class LabelMap
{
    private const string Entailment = "entailment", Neutral = "neutral", Contradiction = "contradiction", NotEntailment = "not_entailment";

    private readonly Dictionary<string, int> _classOfGold;
    private readonly int[] _classOfOutput;

    private LabelMap(IReadOnlyList<string> classes, int[] classOfOutput, Dictionary<string, int> classOfGold, bool folded)
    {
        Classes = classes;
        _classOfOutput = classOfOutput;
        _classOfGold = classOfGold;
        Folded = folded;
    }

    /// <summary>The names that predictions and gold labels are reported in.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Whether neutral and contradiction were folded into not_entailment on one side.</summary>
    public bool Folded { get; }

    /// <summary>The class of the model's output <paramref name="output"/>.</summary>
    public int ClassOfOutput(int output) => _classOfOutput[output];

    /// <summary>The class of a gold label that the map was made for.</summary>
    /// <exception cref="ArgumentException">It was not.</exception>
    public int ClassOfGold(string label)
        => _classOfGold.TryGetValue(label, out var id) ? id : throw new ArgumentException($"The label \"{label}\" is not one of {string.Join(", ", _classOfGold.Keys)}.", nameof(label));

    /// <summary>Maps the labels of a file of pairs to those of a model.</summary>
    /// <param name="modelLabels">The model's <c>id2label</c> in the order of the ids, or what the user says they mean.</param>
    /// <param name="corpus">The pairs.</param>
    /// <exception cref="InputDataException">A label is not one that the model knows; names the line.</exception>
    public static LabelMap Create(IReadOnlyList<string> modelLabels, NliCorpus corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        return Create(modelLabels, [.. corpus.Select(e => e.Label)], corpus.File, corpus.LineOf);
    }

    /// <summary>Maps gold labels to those of a model.</summary>
    /// <param name="modelLabels">The model's labels in the order of its outputs.</param>
    /// <param name="gold">The gold labels, repeated or not.</param>
    /// <param name="file">What to name in an error.</param>
    /// <param name="lineOf">The line of gold label i; null where unknown.</param>
    /// <exception cref="InputDataException">A label is not one that the model knows.</exception>
    public static LabelMap Create(IReadOnlyList<string> modelLabels, IReadOnlyList<string> gold, string file = "data", Func<int, int>? lineOf = null)
    {
        ArgumentNullException.ThrowIfNull(modelLabels);
        ArgumentNullException.ThrowIfNull(gold);
        if (modelLabels.Count < 2)
            throw new ArgumentException($"A classifier has at least two labels, and this model has {modelLabels.Count}.", nameof(modelLabels));
        var names = modelLabels.Select(Canonical).ToArray();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Length)
            throw new ArgumentException($"The labels {string.Join(", ", modelLabels)} are not distinct.", nameof(modelLabels));

        var (classes, classOfOutput, goldClasses, folded) = Classify(modelLabels, names, [.. gold.Select(Canonical).Distinct(StringComparer.Ordinal)]);
        var classOfGold = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < gold.Count; i++)
        {
            if (classOfGold.ContainsKey(gold[i]))
                continue;
            if (goldClasses.TryGetValue(Canonical(gold[i]), out var id))
                classOfGold[gold[i]] = id;
            else if (int.TryParse(gold[i], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < names.Length)
                classOfGold[gold[i]] = classOfOutput[number];
            else
                throw Unknown(file, gold[i], lineOf?.Invoke(i), modelLabels, names);
        }
        return new LabelMap(classes, classOfOutput, classOfGold, folded);
    }

    /// <summary>The classes to score in, the class of each output, and the class of each gold name.</summary>
    private static (IReadOnlyList<string> Classes, int[] Outputs, Dictionary<string, int> Gold, bool Folded) Classify(IReadOnlyList<string> labels, string[] names, string[] gold)
    {
        var modelIsThreeWay = names.Length == 3 && names.Contains(Entailment) && names.Contains(Neutral) && names.Contains(Contradiction);
        var modelIsTwoWay = names.Length == 2 && names.Contains(Entailment) && names.Contains(NotEntailment);
        if (modelIsThreeWay && gold.Contains(NotEntailment))
        {
            var outputs = names.Select(n => n == Entailment ? 0 : 1).ToArray();
            return ([Entailment, NotEntailment], outputs, new() { [Entailment] = 0, [NotEntailment] = 1, [Neutral] = 1, [Contradiction] = 1 }, true);
        }
        var byName = names.Select((name, id) => (name, id)).ToDictionary(p => p.name, p => p.id, StringComparer.Ordinal);
        if (modelIsTwoWay && (gold.Contains(Neutral) || gold.Contains(Contradiction)))
        {
            byName[Neutral] = byName[Contradiction] = byName[NotEntailment];
            return (labels, [0, 1], byName, true);
        }
        return (labels, [.. Enumerable.Range(0, names.Length)], byName, false);
    }

    private static string Canonical(string label)
    {
        var name = label.Trim().ToLowerInvariant().Replace('-', '_').Replace(' ', '_');
        return name is "non_entailment" or "nonentailment" or "notentailment" or "no_entailment" ? NotEntailment : name;
    }

    private static InputDataException Unknown(string file, string label, int? line, IReadOnlyList<string> labels, string[] names)
    {
        var nameless = names.All(n => n.StartsWith("label_", StringComparison.Ordinal));
        var remedy = nameless
            ? "The model's config.json does not say what its outputs mean: say it with --labels, such as --labels entailment,neutral,contradiction."
            : "If the names differ but mean the same, say what the outputs are with --labels, in the order of their ids.";
        return new InputDataException(file, $"the label \"{Excerpt.Of(label)}\" is not one that the model knows ({Excerpt.Of(labels)}).", line is null ? null : $"line {line}", remedy);
    }
}
