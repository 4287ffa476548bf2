using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd svd</c>: the singular value decomposition of one matrix.</summary>
internal static class SvdCommand
{
    internal static Command Create()
    {
        var shared = new SharedOptions();
        var input = new Argument<string>("A.npy") { Description = "The matrix [m×n], float32 or float64." };
        var algorithm = new Option<string>("--algorithm") { Description = "automatic, divideandconquer, householder, jacobi, randomized or subspace.", DefaultValueFactory = _ => "automatic" };
        var rank = new Option<int?>("--rank") { Description = "Keep this many singular triplets; min(m, n) if left out." };
        var suboptimality = new Option<double>("--suboptimality") { Description = "How far above the best possible the residual of a --rank may be: 0.001 allows 0.1 %, and takes a fraction of the time. 0 is exact." };
        var tolerance = new Option<double?>("--tolerance") { Description = "Find the rank for this residual, relative to ‖A‖; --rank is then the most that it may take." };
        var plot = new Option<bool>("--plot") { Description = "Also draw the spectrum: spectrum.svg." };
        var output = new Option<string>("--out") { Description = "Where U.npy [m×k], S.npy [k] and Vt.npy [k×n] go, in A's type.", Required = true };
        var command = new Command("svd", "Decomposes one matrix: A = U·diag(S)·Vᵀ.") { input, algorithm, rank, suboptimality, tolerance, plot, output, shared.Seed, shared.Threads, shared.Json, shared.Quiet };
        command.SetAction((parse, cancellationToken) =>
        {
            var options = new SvdOptions
            {
                Algorithm = ReadAlgorithm(parse.GetValue(algorithm)!),
                Rank = parse.GetValue(rank),
                Suboptimality = parse.GetValue(suboptimality),
                Sketch = new SketchOptions { Seed = parse.GetValue(shared.Seed), Tolerance = parse.GetValue(tolerance) },
                Parallelism = shared.Parallelism(parse),
            };
            if (options.Sketch.Tolerance is not null && options.Algorithm is not (SvdAlgorithm.Automatic or SvdAlgorithm.Randomized))
                throw new ArgumentException("--tolerance needs --algorithm randomized, or none.");
            if (options.Rank < 1)
                throw new ArgumentException($"--rank must be at least 1, and is {options.Rank}.");
            var request = new Request(parse.GetValue(input)!, parse.GetValue(output)!, parse.GetValue(plot), options);
            var result = NpyFile.ReadDType(request.Input) == TensorDType.F64 ? Run<double>(request, cancellationToken) : Run<float>(request, cancellationToken);
            if (parse.GetValue(shared.Json))
                Console.Out.WriteLine(JsonSerializer.Serialize(result, CommandJson.Default.SvdResult));
            else if (!parse.GetValue(shared.Quiet))
                Console.Out.WriteLine(Format(result));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private sealed record Request(string Input, string Output, bool Plot, SvdOptions Options);

    private static SvdAlgorithm ReadAlgorithm(string name)
        => Enum.TryParse<SvdAlgorithm>(name, ignoreCase: true, out var algorithm) && algorithm.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)
            ? algorithm
            : throw new ArgumentException($"--algorithm: there is no {name}; there are {string.Join(", ", Enum.GetNames<SvdAlgorithm>().Select(n => n.ToLowerInvariant()))}.");

    private static SvdResult Run<T>(Request request, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var array = NpyFile.Read<T>(request.Input);
        if (array.Shape.Length != 2)
            throw new InputDataException(request.Input, $"has {array.Shape.Length} dimensions, and a matrix has two.");
        var a = array.ToMatrix();
        var k = Math.Min(a.Rows, a.Columns);
        if (request.Options.Rank > k)
            throw new ArgumentException($"--rank is {request.Options.Rank}, and a matrix of {a.Rows}×{a.Columns} has at most {k}.");

        var watch = Stopwatch.StartNew();
        var factors = Decompose(request, a, cancellationToken);
        var seconds = watch.Elapsed.TotalSeconds;
        NpyFile.Write<T>(Path.Combine(request.Output, "U.npy"), factors.U);
        NpyFile.Write<T>(Path.Combine(request.Output, "S.npy"), factors.S, factors.S.Length);
        NpyFile.Write<T>(Path.Combine(request.Output, "Vt.npy"), factors.Vt);
        var summary = SpectrumSummary.Of<T>(factors.S);
        if (request.Plot)
            AtomicFile.WriteAllText(
                Path.Combine(request.Output, "spectrum.svg"),
                SpectrumPlot.Render(Path.GetFileName(request.Input), Array.ConvertAll(factors.S, double.CreateTruncating), double.CreateTruncating(Norms.Frobenius<T>(a))));
        return new SvdResult(
            [a.Rows, a.Columns], array.DType.FormatName(), factors.Algorithm.ToString().ToLowerInvariant(), factors.Reason ?? "", factors.S.Length,
            factors.Residual ?? factors.MeasureResidual(a, request.Options.Parallelism, cancellationToken), factors.Suboptimality,
            summary.Largest, summary.Smallest, seconds);
    }

    // What is wrong with the numbers is the file's fault, not the arguments'.
    private static SvdFactors<T> Decompose<T>(Request request, Matrix<T> a, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            return Svd.Compute<T>(a, request.Options, cancellationToken);
        }
        catch (NonFiniteMatrixException e)
        {
            throw new InputDataException(request.Input, e.Message, inner: e);
        }
        catch (OverflowException e)
        {
            throw new InputDataException(request.Input, e.Message, inner: e);
        }
    }

    private static string Format(SvdResult result) => string.Create(CultureInfo.InvariantCulture, $"""
        {result.Shape[0]}×{result.Shape[1]} {result.Dtype}, {result.Algorithm}: {result.Reason}
        {result.Rank} singular values from {result.Largest:G6} to {result.Smallest:G6}, in {result.Seconds:0.000} s
        ‖A − U·diag(S)·Vᵀ‖/‖A‖ = {result.Residual:G3}{(result.Suboptimality is { } over ? string.Create(CultureInfo.InvariantCulture, $", about {100 * over:G2} % above the best of this rank") : "")}
        """);
}

/// <summary>What <c>svd --json</c> prints.</summary>
internal sealed record SvdResult(int[] Shape, string Dtype, string Algorithm, string Reason, int Rank, double Residual, double? Suboptimality, double Largest, double Smallest, double Seconds);
