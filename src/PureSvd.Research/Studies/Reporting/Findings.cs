using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>The answer of a study to its question, computed from its figures: every sentence follows from an interval or a test, and none is written beforehand.</summary>
public sealed class Findings
{
    /// <summary>A ratio up to which a claim speaks of "small".</summary>
    public const double SmallRemoved = 0.2;

    /// <summary>The loss of accuracy from which a claim speaks of "much".</summary>
    public const double MuchLoss = 0.05;

    /// <summary>A difference below which two results count as alike.</summary>
    public const double Alike = 0.01;

    private readonly StudySummary _summary;
    private readonly FamilySummary _family;

    private Findings(StudySummary summary, FamilySummary family)
    {
        _summary = summary;
        _family = family;
    }

    /// <summary>The naive compression that claims speak of.</summary>
    internal static MethodLine Naive { get; } = new("svd", "uniform");

    /// <summary>The answer in a few sentences, for one family.</summary>
    public IReadOnlyList<string> Answer { get; private init; } = [];

    /// <summary>The claims of the study, each with its verdict.</summary>
    public IReadOnlyList<ClaimFinding> Claims { get; private init; } = [];

    /// <summary>What the figures say of <paramref name="family"/>.</summary>
    public static Findings Of(StudySummary summary, FamilySummary family)
    {
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(family);
        var findings = new Findings(summary, family);
        return new Findings(summary, family) { Answer = findings.WriteAnswer(), Claims = [findings.UniformLoses(), findings.ProbesLose(), findings.ChoiceHelps()] };
    }

    private List<string> WriteAnswer()
    {
        var dense = _family.Dense;
        var answer = new List<string>
        {
            $"Uncompressed, {(_family.Models.Count == 1 ? "the model labels" : $"the {Phrase.Plural(_family.Models.Count, "model")} label on average")} {Phrase.Percent(dense.Accuracy)} of the {Phrase.Count(_summary.Results.Items.Count)} test pairs correctly (always answering the most frequent label would give {Phrase.Percent(ResultsCsv.Majority(_summary.Results.Items))}).",
        };
        foreach (var level in _family.Of(Naive))
            answer.Add(NaiveSentence(level));
        if (FreeLevel() is { } free)
            answer.Add($"The most that could be removed at no measurable cost (an average loss of less than {Phrase.Points(Alike)} points, its interval included) was {Phrase.Ratio(free.Removed)}, by {free.Line}.");
        else if (_family.Levels.Count > 0)
            answer.Add($"No compression of this grid was free: each loses at least {Phrase.Points(Alike)} point of accuracy, or may.");
        foreach (var removed in _family.Removed)
            if (BestSentence(removed) is { } sentence)
                answer.Add(sentence);
        if (Association() is { Count: >= 4 } a && double.IsFinite(a.Value))
            answer.Add($"Over all {a.Count} compressed models, the loss in probing and the loss in inference {(a.Interval.Low > 0 ? "go together" : a.Interval.High < 0 ? "run against each other" : "are not clearly associated")} (r = {Phrase.Fixed(a.Value, 2)}, 95{'\u202f'}% interval {Phrase.Fixed(a.Interval.Low, 2)} to {Phrase.Fixed(a.Interval.High, 2)}).");
        return answer;
    }

    private static string NaiveSentence(Level level)
    {
        var worse = level.Cells.Count(c => c.Loss > 0 && c.AdjustedPValue < 0.05);
        var tests = level.Cells.Count == 1
            ? worse == 1 ? "significant after correction for all comparisons" : "not significant after correction for all comparisons"
            : $"significant for {(worse == level.Cells.Count ? "each" : worse == 0 ? "none" : worse.ToString(System.Globalization.CultureInfo.InvariantCulture))} of the {level.Cells.Count} models after correction for all comparisons";
        var what = $"Removing {Phrase.Ratio(level.Removed)} of the blocks' weights with plain SVD, the same share of every matrix,";
        return level.LossInterval switch
        {
            { Low: > 0 } => $"{what} costs {Phrase.Points(level.Loss)} points (95{'\u202f'}% interval {Phrase.PointRange(level.LossInterval)}; {tests}) and leaves {Phrase.Percent(level.Accuracy)}.",
            { High: < 0 } => $"{what} gains {Phrase.Points(-level.Loss)} points (95{'\u202f'}% interval {Phrase.PointRange(new Interval(-level.LossInterval.High, -level.LossInterval.Low))}; {tests}).",
            _ => $"{what} makes no clear difference (a loss of {Phrase.Points(level.Loss)} points, 95{'\u202f'}% interval {Phrase.PointRange(level.LossInterval)}; {tests}).",
        };
    }

    /// <summary>The highest ratio at which some line is as good as dense.</summary>
    private Level? FreeLevel() => _family.Levels.Where(l => l.LossInterval.High < Alike).OrderByDescending(l => l.Removed).ThenBy(l => l.Loss).FirstOrDefault();

    private string? BestSentence(double removed)
    {
        var levels = _family.Lines.Select(l => _family.At(l, removed)).OfType<Level>().OrderByDescending(l => l.Accuracy).ToList();
        if (levels.Count < 2 || _family.At(Naive, removed) is not { } naive)
            return null;
        if (levels[0].Line == Naive)
            return $"At {Phrase.Ratio(removed)}, nothing did better than plain uniform SVD.";
        var (gain, interval) = _summary.Compare(levels[0], naive);
        return interval.Low > 0
            ? $"At {Phrase.Ratio(removed)}, {levels[0].Line} was best: {Phrase.Percent(levels[0].Accuracy)}, {Phrase.Points(gain)} points above plain uniform SVD ({Phrase.PointRange(interval)})."
            : $"At {Phrase.Ratio(removed)}, no method was clearly better than plain uniform SVD (the best, {levels[0].Line}, by {Phrase.Points(gain)} points, {Phrase.PointRange(interval)}).";
    }

    /// <summary>The correlation of probe loss with inference loss over the compressed cells, or over those of one ratio.</summary>
    internal Correlation Association(double? removed = null)
    {
        var cells = _family.Levels.Where(l => removed is null || l.Removed == removed).SelectMany(l => l.Cells).ToList();
        return Correlation.Pearson([.. cells.Select(c => _summary.ProbeLoss([c]).Loss)], [.. cells.Select(c => c.Loss)]);
    }

    private ClaimFinding UniformLoses()
    {
        const string Claim = "Naive uniform factorization loses much even at small rates.";
        var rule = $"Supported if plain uniform SVD at the largest ratio of the grid up to {Phrase.Ratio(SmallRemoved)} loses more than {Phrase.Points(MuchLoss)} points for every training seed and with its whole interval; not supported if it loses less, likewise.";
        var level = _family.Of(Naive).LastOrDefault(l => l.Removed <= SmallRemoved + 1e-9);
        if (level is null)
            return new ClaimFinding(Claim, rule, Verdict.Undecided, [$"The grid has no plain uniform SVD up to {Phrase.Ratio(SmallRemoved)}."]);
        var verdict = level.LossInterval.Low > MuchLoss && level.Cells.All(c => c.Loss > MuchLoss) ? Verdict.Supported
            : level.LossInterval.High < MuchLoss && level.Cells.All(c => c.Loss < MuchLoss) ? Verdict.NotSupported
            : Verdict.Undecided;
        var evidence = _family.Of(Naive).Where(l => l.Removed <= SmallRemoved + 1e-9).Select(l =>
            $"At {Phrase.Ratio(l.Removed)} removed, accuracy falls by {Phrase.Points(l.Loss)} points on average ({Phrase.PointRange(l.LossInterval)}){Seeds(l)}.").ToList();
        return new ClaimFinding(Claim, rule, verdict, evidence);
    }

    private static string Seeds(Level level) => level.Cells.Count < 2 ? "" : $"; by training seed {Phrase.List([.. level.Cells.Select(c => Phrase.Points(c.Loss))])}";

    private ClaimFinding ProbesLose()
    {
        const string Claim = "The compressed models have lost syntax and semantics, as probes show.";
        const string Rule = "Looked at where plain uniform SVD first loses inference accuracy significantly (or at its highest ratio). Supported if both the syntactic and the semantic tasks lose probing accuracy there with their whole intervals; in part if one does; not supported if both intervals lie below 1 point.";
        var levels = _family.Of(Naive);
        var level = levels.FirstOrDefault(l => l.EachIsWorse) ?? (levels.Count > 0 ? levels[^1] : null);
        if (level is null || level.Cells[0].BestProbes.Count == 0)
            return new ClaimFinding(Claim, Rule, Verdict.Undecided, ["The study has no probes of plain uniform SVD."]);
        var syntax = _summary.ProbeLoss(level.Cells, t => ProbingTaskNames.Property(t) == ProbedProperty.Syntactic);
        var semantics = _summary.ProbeLoss(level.Cells, t => ProbingTaskNames.Property(t) == ProbedProperty.Semantic);
        var verdict = (syntax.Interval.Low > 0, semantics.Interval.Low > 0) switch
        {
            (true, true) => Verdict.Supported,
            (true, false) or (false, true) => Verdict.SupportedInPart,
            _ when syntax.Interval.High < Alike && semantics.Interval.High < Alike => Verdict.NotSupported,
            _ => Verdict.Undecided,
        };
        var evidence = levels.Select(l =>
        {
            var (sy, se) = (_summary.ProbeLoss(l.Cells, t => ProbingTaskNames.Property(t) == ProbedProperty.Syntactic), _summary.ProbeLoss(l.Cells, t => ProbingTaskNames.Property(t) == ProbedProperty.Semantic));
            return $"{(l == level ? "The ratio looked at: at" : "At")} {Phrase.Ratio(l.Removed)} removed, probes of the best layer lose {Phrase.Points(sy.Loss)} points on syntactic tasks ({Phrase.PointRange(sy.Interval)}) and {Phrase.Points(se.Loss)} on semantic ones ({Phrase.PointRange(se.Interval)}), while inference loses {Phrase.Points(l.Loss)}.";
        }).ToList();
        return new ClaimFinding(Claim, Rule, verdict, evidence);
    }

    private ClaimFinding ChoiceHelps()
    {
        const string Claim = "Selective compression of the most redundant parts, and weighted algorithms, mitigate the loss.";
        const string Rule = "Compared on the same test items with plain uniform SVD, at every ratio where that loses significantly. A part is supported if it is better with its whole interval at more than half of these ratios and worse at none; not supported if it is better at none.";
        var selective = Part("Selective compression", new MethodLine("svd", "selective"));
        var weighted = Part("Weighting by Fisher information", new MethodLine("fwsvd", "uniform"));
        var both = Part("Both together", new MethodLine("fwsvd", "selective"));
        var verdict = (selective.Verdict, weighted.Verdict) switch
        {
            (Verdict.Supported, Verdict.Supported) => Verdict.Supported,
            (Verdict.NotSupported, Verdict.NotSupported) => Verdict.NotSupported,
            (Verdict.Supported, _) or (_, Verdict.Supported) => Verdict.SupportedInPart,
            _ => Verdict.Undecided,
        };
        return new ClaimFinding(Claim, Rule, verdict, [selective.Text, weighted.Text, .. both.Verdict is null ? Array.Empty<string>() : [both.Text]]);
    }

    private (Verdict? Verdict, string Text) Part(string name, MethodLine line)
    {
        var pairs = _family.Of(Naive).Where(l => l.EachIsWorse).Select(naive => (Naive: naive, Other: _family.At(line, naive.Removed))).Where(p => p.Other is not null).ToList();
        if (pairs.Count == 0)
            return (null, $"{name}: no ratio of the grid can tell.");
        var gains = pairs.Select(p => (p.Naive.Removed, Gain: _summary.Compare(p.Other!, p.Naive))).ToList();
        var better = gains.Count(g => g.Gain.Interval.Low > 0);
        var worse = gains.Count(g => g.Gain.Interval.High < 0);
        var verdict = 2 * better > gains.Count && worse == 0 ? Verdict.Supported : better == 0 ? Verdict.NotSupported : Verdict.Undecided;
        var figures = gains.Select(g => $"{Phrase.SignedPoints(g.Gain.Gain)} points at {Phrase.Ratio(g.Removed)} ({Phrase.PointRange(g.Gain.Interval)})").ToList();
        return (verdict, $"{name} ({line}), against plain uniform SVD: {Phrase.List(figures)}. {Text(verdict)}.");
    }

    /// <summary>A verdict in words.</summary>
    internal static string Text(Verdict verdict) => verdict switch
    {
        Verdict.Supported => "Supported here",
        Verdict.SupportedInPart => "Supported in part",
        Verdict.NotSupported => "Not supported here",
        _ => "Undecided here",
    };
}
