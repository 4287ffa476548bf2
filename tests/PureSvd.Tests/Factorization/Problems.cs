using FsCheck;
using FsCheck.Fluent;
using PureSvd.Factorization;
using PureSvd.LinearAlgebra;

namespace PureSvd.Tests.Factorization;

/// <summary>A random weight and random Fisher weights of its inputs: what the properties are checked on.</summary>
public sealed record Problem(int Outputs, int Inputs, ulong Seed, int DeadInputs)
{
    public Matrix<double> Weight => Random(Outputs, Inputs, Seed);

    /// <summary>Spread over eight orders of magnitude, as real ones are.</summary>
    public double[] Fisher
    {
        get
        {
            var random = SeededRandom.ForStream(Seed, 1);
            return [.. Enumerable.Range(0, Inputs).Select(i => i < DeadInputs ? 0 : Math.Pow(10, 8 * random.NextDouble() - 6))];
        }
    }

    public static Matrix<double> Random(int rows, int columns, ulong seed)
    {
        var random = new SeededRandom(seed);
        return Matrix<double>.Create(rows, columns, (_, _) => random.NextGaussian());
    }
}

/// <summary>FsCheck's side of it: sizes from 1 to 24, shrunk by size.</summary>
internal static class Problems
{
    internal static readonly Arbitrary<Problem> Regular = Of(_ => 0);

    internal static readonly Arbitrary<Problem> WithDeadInputs = Of(inputs => (inputs + 1) / 2);

    internal static void ForAll(Arbitrary<Problem> problems, Func<Problem, bool> holds)
        => Prop.ForAll(problems, holds).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(20_090_314, 7));

    internal static double Frobenius(MatrixView<double> x) => Weighted(x, null);

    /// <summary>√Σ_i weights_i·‖x_{·i}‖².</summary>
    internal static double Weighted(MatrixView<double> x, double[]? weights)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Rows; i++)
            for (var j = 0; j < x.Columns; j++)
                sum += x[i, j] * x[i, j] * (weights?[j] ?? 1);
        return Math.Sqrt(sum);
    }

    internal static Matrix<double> Difference(MatrixView<double> x, MatrixView<double> y) => Matrix<double>.Create(x.Rows, x.Columns, (i, j) => x[i, j] - y[i, j]);

    internal static Matrix<double> Truncated(IFactorizationMethod method, MatrixView<double> weight, double[]? fisher, int rank)
        => method.Decompose(weight, fisher is null ? null : new LayerStatistics(fisher), Parallelism.Serial).Truncate(rank).Product(Parallelism.Serial);

    private static Arbitrary<Problem> Of(Func<int, int> deadInputs)
    {
        var generator =
            from outputs in Gen.Choose(1, 24)
            from inputs in Gen.Choose(1, 24)
            from seed in Gen.Choose(0, int.MaxValue)
            select new Problem(outputs, inputs, (ulong)seed, deadInputs(inputs));
        return Arb.From(generator, p =>
            new[] { p with { Outputs = p.Outputs / 2 }, p with { Inputs = p.Inputs / 2, DeadInputs = deadInputs(p.Inputs / 2) } }
                .Where(q => q.Outputs > 0 && q.Inputs > 0 && q != p));
    }
}
