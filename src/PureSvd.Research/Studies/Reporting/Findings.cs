using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>The answer of a study to its question, computed from its figures: every sentence follows from an interval or a test, and none is written beforehand.</summary>
public sealed class Findings
{
    /// <summary>A ratio up to which a claim speaks of "small".</summary>
    public const double SmallRemoved = 0.2;

    /// <summary>A difference of probing accuracy below which two results count as alike.</summary>
    private const double ProbesAlike = 0.01;

    private readonly StudySummary _summary;
    private readonly FamilySummary _family;
    private readonly Outcome _outcome;

    private Findings(StudySummary summary, FamilySummary family)
    {
        _summary = summary;
        _family = family;
        _outcome = Outcome.Of(summary);
    }

    /// <summary>The naive compression that claims speak of.</summary>
    internal static MethodLine Naive { get; } = new("svd", "uniform");

    /// <summary>The answer in two sentences.</summary>
    public string Lead { get; private init; } = "";

    /// <summary>What else belongs to the answer, a point each.</summary>
    public IReadOnlyList<string> Points { get; private init; } = [];

    /// <summary>The claims of the study, each with its verdict.</summary>
    public IReadOnlyList<ClaimFinding> Claims { get; private init; } = [];

    /// <summary>What the figures say of <paramref name="family"/>.</summary>
    public static Findings Of(StudySummary summary, FamilySummary family)
    {
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(family);
        var findings = new Findings(summary, family);
        return new Findings(summary, family) { Lead = findings.WriteLead(), Points = findings.WritePoints(), Claims = [findings.UniformLoses(), findings.ProbesLose(), findings.ChoiceHelps()] };
    }

    private string WriteLead()
    {
        var lead = _outcome.Dense(_family);
        var naive = _family.Of(Naive);
        if ((naive.LastOrDefault(l => l.Removed <= SmallRemoved + 1e-9) ?? (naive.Count > 0 ? naive[0] : null)) is not { } level)
            return lead;
        var removal = $"Taking {Phrase.Ratio(level.Removed)} of the weights out of its blocks by plain SVD, the same share of every matrix,";
        return lead + " " + (level.LossInterval switch
        {
            { Low: > 0 } => $"{removal} {_outcome.Cost(level)}.",
            { High: < 0 } => $"{removal} {_outcome.Gain(level)}.",
            _ => $"{removal} makes no difference that this test can tell (a loss of {_outcome.Amount(level.Loss)}, 95{Phrase.ThinSpace}% interval {_outcome.Range(level.LossInterval)}).",
        });
    }

    private List<string> WritePoints()
    {
        var points = new List<string>();
        var naive = _family.Of(Naive);
        if (naive.Count > 1)
            points.Add($"Plain uniform SVD {_outcome.Loses} {Phrase.List([.. naive.Select(l => $"{_outcome.Amount(l.Loss)} at {Phrase.Ratio(l.Removed)} ({_outcome.Range(l.LossInterval)})")])}. {Significance(naive)}");
        if (FreeLevel() is { } free)
            points.Add($"The most that could be removed at no cost that matters (an average that {_outcome.Loses} less than {_outcome.Amount(_outcome.Alike)}, its whole interval included) is {Phrase.Ratio(free.Removed)}, by {free.Line}.");
        else if (_family.Levels.Count > 0)
            points.Add($"No compression of this grid is free: each {_outcome.Loses} {_outcome.Amount(_outcome.Alike)} or more, or may.");
        points.AddRange(BestPoints());
        if (PairsPoint() is { } pairs)
            points.Add(pairs);
        if (AllocationsPoint() is { } allocations)
            points.Add(allocations);
        points.AddRange(RoundingPoints());
        points.AddRange(RecoveryPoints());
        if (TextPoint(naive) is { } text)
            points.Add(text);
        if (ProbePoint() is { } probes)
            points.Add(probes);
        if (AssociationPoint() is { } association)
            points.Add(association);
        return points;
    }

    /// <summary>Beside the answers, how a decoder foresees text.</summary>
    private string? TextPoint(IReadOnlyList<Level> naive)
    {
        if (_summary.IsOfText || _family.Dense.Text is not { } dense || naive.Count == 0)
            return null;
        var levels = naive.Select(l => $"{Phrase.Fixed(l.Text!.Perplexity, 2)} at {Phrase.Ratio(l.Removed)} ({Phrase.Fixed(l.Text.PerplexityInterval.Low, 2)} to {Phrase.Fixed(l.Text.PerplexityInterval.High, 2)})").ToList();
        return $"The perplexity of text that the models were not trained on goes from {Phrase.Fixed(dense.Perplexity, 2)} to {Phrase.List(levels)} by the same compression.";
    }

    private string Significance(IReadOnlyList<Level> naive)
    {
        var cells = naive.Sum(l => l.Cells.Count);
        var worse = naive.Sum(l => l.Cells.Count(c => c.Loss > 0 && c.AdjustedPValue < 0.05));
        return worse == cells ? $"Each of these {cells} compressed models is significantly worse than its original ({_outcome.Test}, corrected for all comparisons of the study)."
            : worse == 0 ? $"None of these {cells} compressed models is significantly worse than its original ({_outcome.Test}, corrected for all comparisons of the study)."
            : $"Of these {cells} compressed models, {worse} are significantly worse than their originals ({_outcome.Test}, corrected for all comparisons of the study).";
    }

    /// <summary>The highest ratio at which some line is as good as dense.</summary>
    private Level? FreeLevel() => _family.Levels.Where(l => l.LossInterval.High < _outcome.Alike).OrderByDescending(l => l.Removed).ThenBy(l => l.Loss).FirstOrDefault();

    /// <summary>Where another line is clearly better than the naive one, and where none is.</summary>
    private IEnumerable<string> BestPoints()
    {
        var gains = new List<string>();
        var none = new List<string>();
        foreach (var naive in _family.Of(Naive))
        {
            var best = _family.Lines.Where(l => l != Naive).Select(l => _family.At(l, naive.Removed)).OfType<Level>().OrderBy(l => l.Loss).FirstOrDefault();
            if (best is null)
                continue;
            var (gain, interval) = _summary.Compare(best, naive);
            if (interval.Low > 0)
                gains.Add($"{best.Line} at {Phrase.Ratio(naive.Removed)} ({_outcome.Reached(best)}, {_outcome.Better(gain)}; {_outcome.Changes(interval)})");
            else
                none.Add(Phrase.Ratio(naive.Removed));
        }
        if (gains.Count > 0)
            yield return $"Clearly better than plain uniform SVD, and the best of the methods tried: {Phrase.List(gains)}.{(none.Count > 0 ? $" At {Phrase.List(none)}, no method is clearly better." : "")}";
        else if (none.Count > 0)
            yield return $"No method is clearly better than plain uniform SVD at {Phrase.List(none)}.";
    }

    /// <summary>How many pairs of methods can be told apart.</summary>
    private string? PairsPoint()
    {
        var tests = ComparisonSection.Groups(_summary, _family, recovered: false).SelectMany(g => g.Pairs).SelectMany(p => p.Tests).ToList();
        return tests.Count == 0 ? null
            : $"Compared with each other on the same items, model by model at the same ratio and allocation, {Phrase.Count(tests.Count(t => t.IsSignificant))} of {Phrase.Plural(tests.Count, "pair")} of methods differ significantly ({_outcome.Test}, corrected for all {Phrase.Count(_summary.Comparisons.Count)} comparisons of the study).";
    }

    /// <summary>How often an allocation can be told from the uniform one.</summary>
    private string? AllocationsPoint()
    {
        var tests = AllocationSection.Pairs(_summary, _family).SelectMany(p => p.Tests).ToList();
        var (better, worse) = (tests.Count(t => t.IsSignificant && t.Gain > 0), tests.Count(t => t.IsSignificant && t.Gain < 0));
        return tests.Count == 0 ? null
            : $"Compared with the uniform allocation on the same items, model by model with the same method at the same ratio, another allocation is significantly better in {Phrase.Count(better)} and worse in {Phrase.Count(worse)} of {Phrase.Plural(tests.Count, "pair")} ({_outcome.Test}, corrected for all {Phrase.Count(_summary.AllocationComparisons.Count)} comparisons of allocations in the study).";
    }

    /// <summary>Where factorization loses to rounding at the same or fewer bytes, and where it does not.</summary>
    private IEnumerable<string> RoundingPoints()
    {
        foreach (var group in RoundingComparison.All(_summary, _family).GroupBy(c => c.Rounded))
        {
            var (wins, loses) = (group.Where(c => c.Wins).ToList(), group.Where(c => c.Loses).ToList());
            var all = group.Count();
            var open = all - wins.Count - loses.Count;
            var verdict = wins.Count == all ? $"{(all == 1 ? "the factorization" : $"each of the {all} factorizations")} that {(all == 1 ? "is" : "are")} compared with it"
                : wins.Count == 0 ? $"none of the {Phrase.Plural(all, "factorization")} that {(all == 1 ? "is" : "are")} compared with it" : $"{wins.Count} of the {all} factorizations that are compared with it";
            var sentence = $"Factorization loses to rounding where {group.Key.Line} ({Phrase.Bytes((long)group.Key.Bytes)}, {_outcome.Reached(group.Key)}), at the same or fewer bytes, is clearly better: than {verdict} (those that are no smaller, and smaller than any larger rounding; paired bootstrap)";
            if (wins.Count > 0)
                sentence += $", by {Extreme(wins.MinBy(c => c.Gain)!)}{(wins.Count > 1 ? $" up to {Extreme(wins.MaxBy(c => c.Gain)!)}" : "")}; of their {Phrase.Plural(wins.Sum(c => c.Tests), "single model")} {wins.Sum(c => c.Significant)} differ significantly that way ({_outcome.Test}, corrected for all comparisons)";
            if (loses.Count > 0)
                sentence += $". {Phrase.List([.. loses.Select(c => BytesSection.Name(c.Factored))])} {(loses.Count == 1 ? "is" : "are")} clearly better than the rounding";
            if (open > 0)
                sentence += $". {(open == 1 ? "One is" : $"{open} are")} not clearly different";
            yield return sentence + ".";
        }

        string Extreme(RoundingComparison c) => $"{_outcome.Amount(c.Gain)} ({_outcome.Range(c.Interval)}; {BytesSection.Name(c.Factored)}, {Phrase.Bytes((long)c.Factored.Bytes)})";
    }

    /// <summary>Whether training on brings the methods together.</summary>
    private IEnumerable<string> RecoveryPoints()
    {
        var spreads = _family.Levels.Where(l => l.Recovered is not null).GroupBy(l => (l.Line!.Allocation, l.Removed)).Where(g => g.Count() > 1).OrderBy(g => g.Key.Removed)
            .Select(g => (g.Key.Allocation, g.Key.Removed, Count: g.Count(), Spread: _summary.Spread([.. g]))).ToList();
        if (spreads.Count == 0)
            yield break;
        var shrinks = spreads.Count(s => s.Spread.Shrinks.Low > 0);
        var grows = spreads.Count(s => s.Spread.Shrinks.High < 0);
        var verdict = shrinks == spreads.Count ? "Training after compression brings the methods together" : grows == spreads.Count ? "Training after compression drives the methods apart"
            : shrinks > 0 && grows == 0 ? "Training after compression brings the methods together at some ratios, and not clearly at others" : shrinks == 0 && grows == 0 ? "Whether training after compression brings the methods together cannot be told" : "Training after compression brings the methods together at some ratios and drives them apart at others";
        var figures = spreads.Select(s => $"{Phrase.Ratio(s.Removed)} {s.Allocation}: from {_outcome.Amount(s.Spread.Before)} to {_outcome.Amount(s.Spread.After)} (before less after, 95{Phrase.ThinSpace}% interval {_outcome.Range(s.Spread.Shrinks)})").ToList();
        yield return $"{verdict}. From the best to the worst method it is, at {Phrase.List(figures)}.";
        var (before, after) = (Pairs(false), Pairs(true));
        if (before.Count > 0 && before.Count == after.Count)
            yield return $"Of {Phrase.Plural(before.Count, "pair")} of methods, {before.Count(t => t.IsSignificant)} differ significantly before training and {after.Count(t => t.IsSignificant)} after it ({_outcome.Test}, corrected for all comparisons of the study).";

        List<PairedComparison> Pairs(bool recovered)
        {
            var trained = _family.Levels.Where(l => l.Recovered is not null).SelectMany(l => l.Cells).Select(c => c.Cell).ToHashSet();
            return [.. _summary.Comparisons.Where(c => c.Kind == ComparisonKind.Methods && c.Recovered == recovered && trained.Contains(c.First) && trained.Contains(c.Second))];
        }
    }

    private string? ProbePoint()
    {
        var levels = _family.Of(Naive);
        if (levels.Count == 0 || levels[0].Cells[0].BestProbes.Count == 0)
            return null;
        var tasks = levels[^1].Cells[0].BestProbes.Keys.Select(t => (Task: t, _summary.ProbeLoss(levels[^1].Cells, x => x == t).Loss)).OrderByDescending(t => t.Loss).ToList();
        var changes = levels.Select(l => $"{Phrase.SignedPoints(-l.ProbeLoss)} points at {Phrase.Ratio(l.Removed)} ({Phrase.PointRange(new Interval(-l.ProbeLossInterval.High, -l.ProbeLossInterval.Low))})").ToList();
        return $"What probes read from the layers of the same models changes by {Phrase.List(changes)}, averaged over {Phrase.Plural(tasks.Count, "task")}; at {Phrase.Ratio(levels[^1].Removed)} from {Phrase.SignedPoints(-tasks[0].Loss)} on {ProbingTaskNames.ShortName(tasks[0].Task)} to {Phrase.SignedPoints(-tasks[^1].Loss)} on {ProbingTaskNames.ShortName(tasks[^1].Task)}.";
    }

    private string? AssociationPoint()
    {
        var association = new Association(_summary, _family);
        if (association.Pearson() is not { Count: >= 4 } all || !double.IsFinite(all.Value))
            return null;
        var within = _family.Removed.Select(r => (Removed: r, Value: association.Pearson(r))).Where(a => a.Value.Count >= 4 && double.IsFinite(a.Value.Value)).ToList();
        var clear = within.Where(a => a.Value.Interval.Low > 0 || a.Value.Interval.High < 0).ToList();
        var sentence = $"Over all {all.Count} compressed models, what probes lose and {_outcome.Lost} {(all.Interval.Low > 0 ? "go together" : all.Interval.High < 0 ? "run against each other" : "are not clearly associated")} ({Coefficient(all)}).";
        if (association.GivenRatio is { Count: > 4 } given && double.IsFinite(given.Value))
            sentence += GivenRatio(given, association.GivenRatioBySeed);
        return within.Count == 0 ? sentence : sentence + (clear.Count == 0
            ? " Within one ratio no association is clear."
            : $" Within one ratio the association is clear at {Phrase.List([.. clear.Select(a => $"{Phrase.Ratio(a.Removed)} ({Coefficient(a.Value)})")])}{(clear.Count < within.Count ? " and not at the others" : "")}.");
    }

    private static string GivenRatio(Correlation given, Interval bySeed)
    {
        var interval = double.IsFinite(bySeed.Low) ? bySeed : given.Interval;
        var how = double.IsFinite(bySeed.Low) ? ", drawing whole training seeds" : "";
        var what = interval.Low > 0 ? "they still go together" : interval.High < 0 ? "they run against each other" : "no association is clear";
        return $" With the ratio held fixed {what} (partial rank correlation ρ = {Phrase.Fixed(given.Value, 2)}, {Phrase.Fixed(interval.Low, 2)} to {Phrase.Fixed(interval.High, 2)}{how}).";
    }

    private static string Coefficient(Correlation c) => $"r = {Phrase.Fixed(c.Value, 2)}, {Phrase.Fixed(c.Interval.Low, 2)} to {Phrase.Fixed(c.Interval.High, 2)}, n = {c.Count}";

    private ClaimFinding UniformLoses()
    {
        const string Claim = "Naive uniform factorization loses much even at small rates.";
        var rule = $"Supported if plain uniform SVD at the largest ratio of the grid up to {Phrase.Ratio(SmallRemoved)} {_outcome.Loses} more than {_outcome.Amount(_outcome.Much)} for every training seed and with its whole interval; not supported if less, likewise.";
        var level = _family.Of(Naive).LastOrDefault(l => l.Removed <= SmallRemoved + 1e-9);
        if (level is null)
            return new ClaimFinding(Claim, rule, Verdict.Undecided, [$"The grid has no plain uniform SVD up to {Phrase.Ratio(SmallRemoved)}."]);
        var verdict = level.LossInterval.Low > _outcome.Much && level.Cells.All(c => c.Loss > _outcome.Much) ? Verdict.Supported
            : level.LossInterval.High < _outcome.Much && level.Cells.All(c => c.Loss < _outcome.Much) ? Verdict.NotSupported
            : Verdict.Undecided;
        var evidence = _family.Of(Naive).Where(l => l.Removed <= SmallRemoved + 1e-9).Select(l =>
            $"With {Phrase.Ratio(l.Removed)} removed it {_outcome.Loses} {_outcome.Amount(l.Loss)} on average ({_outcome.Range(l.LossInterval)}){Seeds(l)}.").ToList();
        return new ClaimFinding(Claim, rule, verdict, evidence);
    }

    private string Seeds(Level level) => level.Cells.Count < 2 ? "" : $"; by training seed {Phrase.List([.. level.Cells.Select(c => _outcome.Amount(c.Loss))])}";

    private ClaimFinding ProbesLose()
    {
        const string Claim = "The compressed models have lost syntax and semantics, as probes show.";
        var rule = $"Looked at where plain uniform SVD first is significantly worse in {_outcome.Name} (or at its highest ratio). Probing accuracy is the mean over the layers after the embeddings, each against the same layer uncompressed. Supported if both the syntactic and the semantic tasks lose there with their whole intervals; in part if one does; not supported if both intervals lie below 1 point.";
        var levels = _family.Of(Naive);
        var level = levels.FirstOrDefault(l => l.EachIsWorse) ?? (levels.Count > 0 ? levels[^1] : null);
        if (level is null || level.Cells[0].BestProbes.Count == 0)
            return new ClaimFinding(Claim, rule, Verdict.Undecided, ["The study has no probes of plain uniform SVD."]);
        var syntax = _summary.ProbeLoss(level.Cells, t => ProbingTaskNames.Property(t) == ProbedProperty.Syntactic);
        var semantics = _summary.ProbeLoss(level.Cells, t => ProbingTaskNames.Property(t) == ProbedProperty.Semantic);
        var verdict = (syntax.Interval.Low > 0, semantics.Interval.Low > 0) switch
        {
            (true, true) => Verdict.Supported,
            (true, false) or (false, true) => Verdict.SupportedInPart,
            _ when syntax.Interval.High < ProbesAlike && semantics.Interval.High < ProbesAlike => Verdict.NotSupported,
            _ => Verdict.Undecided,
        };
        var evidence = levels.Select(l =>
        {
            var (sy, se) = (_summary.ProbeLoss(l.Cells, t => ProbingTaskNames.Property(t) == ProbedProperty.Syntactic), _summary.ProbeLoss(l.Cells, t => ProbingTaskNames.Property(t) == ProbedProperty.Semantic));
            return $"{(l == level ? "Here it is decided: at" : "At")} {Phrase.Ratio(l.Removed)} removed, probing changes by {Phrase.SignedPoints(-sy.Loss)} points on syntactic tasks ({Phrase.PointRange(new Interval(-sy.Interval.High, -sy.Interval.Low))}) and by {Phrase.SignedPoints(-se.Loss)} on semantic ones ({Phrase.PointRange(new Interval(-se.Interval.High, -se.Interval.Low))}), and {_outcome.Name} by {_outcome.Change(-l.Loss)}.";
        }).ToList();
        return new ClaimFinding(Claim, rule, verdict, evidence);
    }

    private ClaimFinding ChoiceHelps()
    {
        const string Claim = "Selective compression of the most redundant parts, and weighted algorithms, mitigate the loss.";
        const string Rule = "Compared on the same test items with plain uniform SVD, at every ratio where that loses significantly. A part is supported if it is better with its whole interval at more than half of these ratios and worse at none; not supported if it is better at none.";
        var selective = Part("Selective compression", new MethodLine("svd", "selective"));
        var weighted = Part("Weighting by Fisher information", new MethodLine("fwsvd", "uniform"));
        var both = Part("Both together", new MethodLine("fwsvd", "selective"));
        (Verdict? Verdict, string Text)[] inputs = _family.Lines.Any(l => l.Method == "svd-llm") ? [Part("Weighting by the inputs’ second moments", new MethodLine("svd-llm", "uniform"))] : [];
        Verdict?[] parts = [selective.Verdict, weighted.Verdict, .. inputs.Select(p => p.Verdict)];
        var verdict = parts.All(v => v == Verdict.Supported) ? Verdict.Supported
            : parts.All(v => v == Verdict.NotSupported) ? Verdict.NotSupported
            : parts.Contains(Verdict.Supported) ? Verdict.SupportedInPart
            : Verdict.Undecided;
        return new ClaimFinding(Claim, Rule, verdict, [selective.Text, weighted.Text, .. inputs.Select(p => p.Text), .. both.Verdict is null ? Array.Empty<string>() : [both.Text]]);
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
        var figures = gains.Select(g => $"{_outcome.Change(g.Gain.Gain)} at {Phrase.Ratio(g.Removed)} ({_outcome.Changes(g.Gain.Interval)})").ToList();
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
