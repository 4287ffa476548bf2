namespace PureSvd.Research.Evaluation;

/// <summary>A 95 % interval [low, high].</summary>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>z such that a standard normal variable lies within ±z with probability 0.95.</summary>
    internal const double Z = 1.959963984540054;

    /// <summary>Half of high − low.</summary>
    public double HalfWidth => (High - Low) / 2;
}
