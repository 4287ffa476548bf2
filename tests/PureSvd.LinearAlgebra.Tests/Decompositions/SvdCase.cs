using FsCheck;
using FsCheck.Fluent;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>One generated input; it shrinks by its sizes and its kind.</summary>
public sealed record SvdCase(int M, int N, MatrixKind Kind, int BlockSize, int Seed)
{
    private static readonly int[] BlockSizes = [1, 3, 20, 32];

    /// <summary>Shapes 0..60, every kind, block sizes {1, 3, 20, 32}.</summary>
    public static Arbitrary<SvdCase> Arbitrary { get; } = Arb.From(
        from m in Gen.Choose(0, 60)
        from n in Gen.Choose(0, 60)
        from kind in Gen.Elements(Enum.GetValues<MatrixKind>())
        from blockSize in Gen.Elements(BlockSizes)
        from seed in Gen.Choose(0, 1_000_000)
        select new SvdCase(m, n, kind, blockSize, seed),
        Shrink);

    /// <summary>
    /// Runs <paramref name="property"/> on <paramref name="count"/> cases and shrinks the first that fails. Always the same cases,
    /// unless PURESVD_TEST_SEED asks for others (any number) and PURESVD_TEST_CASES for more (a factor).
    /// </summary>
    public static void Check(int count, Action<SvdCase> property) =>
        Prop.ForAll(Arbitrary, property).Check(Config.QuickThrowOnFailure
            .WithMaxTest(count * (int)FromEnvironment("PURESVD_TEST_CASES", 1))
            .WithReplay(FromEnvironment("PURESVD_TEST_SEED", 20240917), 7));

    private static ulong FromEnvironment(string name, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : otherwise;

    private static IEnumerable<SvdCase> Shrink(SvdCase failed)
    {
        if (failed.M > 0)
        {
            yield return failed with { M = failed.M / 2 };
            yield return failed with { M = failed.M - 1 };
        }
        if (failed.N > 0)
        {
            yield return failed with { N = failed.N / 2 };
            yield return failed with { N = failed.N - 1 };
        }
        if (failed.Kind != MatrixKind.Gaussian)
            yield return failed with { Kind = MatrixKind.Gaussian };
        if (failed.BlockSize != 1)
            yield return failed with { BlockSize = 1 };
        if (failed.Seed != 0)
            yield return failed with { Seed = 0 };
    }
}
