namespace PureSvd.Research.Probing;

/// <summary>The length of the online (prequential) code of a task's training labels, given the sentence vectors: what a probe reads, and how little it needs to see to read it.</summary>
/// <remarks>
/// The labels are sent in blocks that end after t₁ &lt; t₂ &lt; … &lt; tₛ = n sentences. The first is sent with the uniform code, each other by the probe that was fitted on all
/// labels sent before:  L = t₁·log₂K − Σᵢ Σ_{tᵢ ≤ j &lt; tᵢ₊₁} log₂ p_{θᵢ}(yⱼ|xⱼ).
/// A logistic regression on few examples is sure of itself, and a class that it has not met would cost any number of bits; so the code mixes it with the uniform one,
/// p = (t·p_θ + 1/K)/(t + 1), and bounds a label's cost by log₂(K·(t + 1)). λ is chosen for each block by the code length of the dev labels.
/// Accuracy saturates where the code still tells apart; Belinkov (2022) and others ask for it beside accuracy.
/// Source: E. Voita and I. Titov, Information-Theoretic Probing with Minimum Description Length, EMNLP 2020, §2.2 (and its cut points).
/// </remarks>
/// <param name="Bits">L.</param>
/// <param name="UniformBits">n·log₂K: what the labels cost without the vectors.</param>
public readonly record struct OnlineCode(double Bits, double UniformBits)
{
    /// <summary>UniformBits/Bits: 1 where the vectors say nothing; NaN where there is one class, or a vector is not finite.</summary>
    public double Compression => UniformBits / Bits;

    /// <summary>t₁ … tₛ as shares of n.</summary>
    private static readonly double[] Shares = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1];

    /// <summary>Where the blocks of <paramref name="n"/> labels end, each at least one label after the last.</summary>
    internal static int[] Cuts(int n) => [.. Shares.Select(s => Math.Max(1, (int)(s * n))).Distinct()];

    /// <summary>−log₂ of the mixture of a probe's p(y) and the uniform code over <paramref name="classes"/>, after <paramref name="seen"/> labels.</summary>
    internal static double Cost(double p, int classes, int seen) => -Math.Log2((seen * p + 1.0 / classes) / (seen + 1.0));
}
