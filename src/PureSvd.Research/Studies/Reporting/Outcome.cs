using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>What the models of a study are judged by, and how the report speaks of it.</summary>
internal abstract class Outcome
{
    /// <summary>Inference accuracy; in a study of text alone, perplexity.</summary>
    internal static Outcome Of(StudySummary summary) => summary.IsOfText ? new PerplexityOutcome() : new AccuracyOutcome(summary.Results.Items);

    /// <summary>The loss from which a claim speaks of "much".</summary>
    internal abstract double Much { get; }

    /// <summary>The loss below which two results count as alike.</summary>
    internal abstract double Alike { get; }

    /// <summary>The name of what is lost.</summary>
    internal abstract string Name { get; }

    /// <summary>What losing it is, before an amount.</summary>
    internal abstract string Loses { get; }

    /// <summary>What is lost, as the subject of a sentence.</summary>
    internal abstract string Lost { get; }

    /// <summary>The test of a model against its original.</summary>
    internal abstract string Test { get; }

    /// <summary>The axis of a plot of the loss, which is drawn as <see cref="Drawn"/>.</summary>
    internal abstract string Axis { get; }

    /// <summary>A loss in the units of <see cref="Axis"/>.</summary>
    internal abstract double Drawn(double loss);

    /// <summary>A loss or a gain with its unit.</summary>
    internal abstract string Amount(double loss);

    /// <summary>A gain with its sign.</summary>
    internal abstract string Change(double gain);

    /// <summary>An interval of losses, without its unit.</summary>
    internal abstract string Range(Interval interval);

    /// <summary>An interval of gains, without its unit.</summary>
    internal abstract string Changes(Interval interval);

    /// <summary>The unit of <see cref="Change"/>.</summary>
    internal abstract string Unit { get; }

    /// <summary>A gain for the cell of a map.</summary>
    internal abstract string Short(double gain);

    /// <summary>What <see cref="Value"/> is.</summary>
    internal abstract string ValueName { get; }

    /// <summary>The axis of a plot of <see cref="Value"/>.</summary>
    internal abstract string ValueAxis { get; }

    /// <summary>Whether that axis is logarithmic.</summary>
    internal abstract bool IsLogarithmic { get; }

    /// <summary>What a level reaches, as it is drawn.</summary>
    internal abstract double Value(Level level);

    /// <summary>The same after training on.</summary>
    internal abstract double RecoveredValue(Level level);

    /// <summary>What a level reaches.</summary>
    internal abstract string Reached(Level level);

    /// <summary>How much better a level is than another, after what it reaches.</summary>
    internal abstract string Better(double gain);

    /// <summary>What the uncompressed models do, as a sentence.</summary>
    internal abstract string Dense(FamilySummary family);

    /// <summary>What a compression costs, after its subject.</summary>
    internal abstract string Cost(Level level);

    /// <summary>That it gains, after its subject.</summary>
    internal abstract string Gain(Level level);

    private protected static string Confidence(string range) => $"95{Phrase.ThinSpace}% interval {range}";
}

/// <summary>The share of inference questions that are answered correctly; losses in points.</summary>
internal sealed class AccuracyOutcome(IReadOnlyList<NliItem> items) : Outcome
{
    internal override double Much => 0.05;

    internal override double Alike => 0.01;

    internal override string Name => "inference accuracy";

    internal override string Loses => "loses";

    internal override string Lost => "what inference loses";

    internal override string Test => "McNemar’s exact test";

    internal override string Axis => "inference accuracy lost (points)";

    internal override double Drawn(double loss) => 100 * loss;

    internal override string Amount(double loss) => $"{Phrase.Points(loss)} {(Phrase.Points(loss) == "1.0" ? "point" : "points")}";

    internal override string Change(double gain) => $"{Phrase.SignedPoints(gain)} points";

    internal override string Range(Interval interval) => Phrase.PointRange(interval);

    internal override string Changes(Interval interval) => Phrase.PointRange(interval);

    internal override string Unit => "points of accuracy";

    internal override string Short(double gain) => Phrase.Fixed(100 * gain, 0);

    internal override string ValueName => "accuracy (%)";

    internal override string ValueAxis => "accuracy (%)";

    internal override bool IsLogarithmic => false;

    internal override double Value(Level level) => 100 * level.Accuracy;

    internal override double RecoveredValue(Level level) => 100 * level.Recovered!.Accuracy;

    internal override string Reached(Level level) => Phrase.Percent(level.Accuracy);

    internal override string Better(double gain) => $"{Amount(gain)} more";

    internal override string Dense(FamilySummary family)
    {
        var models = family.Models.Count == 1 ? "the model answers" : $"the {Phrase.Plural(family.Models.Count, "model")} answer";
        return $"Uncompressed, {models} {Reached(family.Dense)} of {Phrase.Count(items.Count)} inference questions correctly{(family.Models.Count > 1 ? " on average" : "")}; always giving the most frequent answer would reach {Phrase.Percent(ResultsCsv.Majority(items))}.";
    }

    internal override string Cost(Level level) => $"costs {Amount(level.Loss)} of that ({Confidence(Range(level.LossInterval))}) and leaves {Reached(level)}";

    internal override string Gain(Level level) => $"does not cost but gains {Amount(-level.Loss)} (as a loss, {Confidence(Range(level.LossInterval))})";
}

/// <summary>How well text is foreseen; a loss is a rise of the mean −log p, said as the factor by which perplexity grows.</summary>
internal sealed class PerplexityOutcome : Outcome
{
    internal override double Much => Math.Log(1.1);

    internal override double Alike => Math.Log(1.01);

    internal override string Name => "perplexity";

    internal override string Loses => "multiplies perplexity by";

    internal override string Lost => "the rise of perplexity";

    internal override string Test => "sign test over documents";

    internal override string Axis => "mean −log p gained (nats a token)";

    internal override double Drawn(double loss) => loss;

    internal override string Amount(double loss) => Factor(loss);

    internal override string Change(double gain) => $"perplexity ×{Phrase.ThinSpace}{Factor(-gain)}";

    internal override string Range(Interval interval) => $"{Factor(interval.Low)} to {Factor(interval.High)}";

    internal override string Changes(Interval interval) => Range(new Interval(-interval.High, -interval.Low));

    internal override string Unit => "factors of perplexity";

    internal override string Short(double gain) => Factor(-gain);

    internal override string ValueName => "perplexity";

    internal override string ValueAxis => "perplexity";

    internal override bool IsLogarithmic => true;

    internal override double Value(Level level) => level.Text!.Perplexity;

    internal override double RecoveredValue(Level level) => level.Recovered!.Text!.Perplexity;

    internal override string Reached(Level level) => Phrase.Fixed(level.Text!.Perplexity, 2);

    internal override string Better(double gain) => $"{Factor(-gain)} times its";

    internal override string Dense(FamilySummary family)
    {
        var models = family.Models.Count == 1 ? "the model foresees" : $"the {Phrase.Plural(family.Models.Count, "model")} foresee";
        var text = family.Dense.Cells[0].Result.Text!;
        return $"Uncompressed, {models} {Phrase.Plural(text.Losses.Count, "document")} of {Phrase.Count(text.Tokens.Sum(t => (long)t))} tokens with a perplexity of {Reached(family.Dense)} a token{(family.Models.Count > 1 ? " on average" : "")}.";
    }

    internal override string Cost(Level level) => $"multiplies that by {Factor(level.Loss)} ({Confidence(Range(level.LossInterval))}), to {Reached(level)}";

    internal override string Gain(Level level) => $"does not raise that but multiplies it by {Factor(level.Loss)} ({Confidence(Range(level.LossInterval))}), to {Reached(level)}";

    private static string Factor(double loss) => Phrase.Fixed(Math.Exp(loss), Math.Exp(loss) < 10 ? 2 : 0);
}
