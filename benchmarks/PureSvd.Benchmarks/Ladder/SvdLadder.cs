using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Ladder;

/// <summary>The same decomposition from the plainest algorithm to <see cref="Svd"/>: one idea a step.</summary>
internal sealed class SvdLadder : WorkLadder
{
    private const int N = 768;

    internal override string Name => "svd";

    internal override string Title => $"A = U·diag(s)·Vᵀ, {N}×{N}, float64";

    internal override double Flops => 0;

    internal override IEnumerable<LadderStep> Steps()
    {
        var a = Inputs.Random<double>(N, N);
        var serial = new SvdOptions { Parallelism = Parallelism.Serial };
        var iteration = serial with { Algorithm = SvdAlgorithm.Householder };
        yield return new LadderStep("one-sided Jacobi, pair by pair", () => JacobiSvdReference.Compute<double>(a));
        yield return new LadderStep("bidiagonalization, one reflector at a time; QR", () => HouseholderSvd.Compute<double>(a, iteration with { BlockSize = 1 }));
        yield return new LadderStep("blocks of 32", () => HouseholderSvd.Compute<double>(a, iteration));
        yield return new LadderStep("divide and conquer for QR iteration", () => HouseholderSvd.Compute<double>(a, serial));
        yield return new LadderStep("two threads", () => HouseholderSvd.Compute<double>(a, serial with { Parallelism = new Parallelism(2) })) { Threads = 2 };
    }
}
