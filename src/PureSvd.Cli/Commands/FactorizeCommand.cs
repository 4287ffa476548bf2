using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd factorize</c>: one matrix, one method, one rank.</summary>
internal static class FactorizeCommand
{
    internal static Command Create()
    {
        var shared = new SharedOptions();
        var weight = new Argument<string>("W.npy") { Description = "The weight [out×in]." };
        var method = new Option<string>("--method") { Description = $"How to truncate: {string.Join(", ", FactorizationMethods.All.Where(m => !m.NeedsModel).Select(m => m.Name))}.", Required = true };
        var rank = new Option<int>("--rank") { Description = "The rank r, from 1 to min(out, in).", Required = true };
        var inputs = new Option<string?>("--inputs") { Description = "Inputs X [tokens×in], for asvd, svd-llm and afm." };
        var fisher = new Option<string?>("--fisher") { Description = "Means of squared gradients F [out×in], for fwsvd and tfwsvd." };
        var gradients = new Option<string?>("--gradients") { Description = "Gradients of single examples G [examples×out×in], for gfwsvd, and for fwsvd and tfwsvd where there is no --fisher." };
        var bias = new Option<string?>("--bias") { Description = "The bias [out], for afm, which changes it; 0 without it." };
        var output = new Option<string>("--out") { Description = "Where A.npy [r×in] and B.npy [out×r] go, and bias.npy [out] for methods that make one, in W's type.", Required = true };
        var command = new Command("factorize", "Factorizes one matrix: W ≈ B·A.") { weight, method, rank, inputs, fisher, gradients, bias, output, shared.Threads, shared.Quiet, shared.Json };
        command.SetAction((parse, cancellationToken) =>
        {
            var request = new Request(
                parse.GetValue(weight)!, MethodOf(parse.GetValue(method)!), parse.GetValue(rank), parse.GetValue(inputs), parse.GetValue(fisher), parse.GetValue(gradients), parse.GetValue(bias),
                parse.GetValue(output)!, shared.Parallelism(parse));
            var report = NpyFile.ReadDType(request.Weight) == TensorDType.F64 ? Run<double>(request, cancellationToken) : Run<float>(request, cancellationToken);
            if (parse.GetValue(shared.Json))
                Console.Out.WriteLine(JsonSerializer.Serialize(report, CommandJson.Default.TruncationReport));
            else if (!parse.GetValue(shared.Quiet))
                Print(report, request.Method);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static IFactorizationMethod MethodOf(string name)
    {
        var method = FactorizationMethods.ByName(name);
        return method.NeedsModel ? throw new ArgumentException($"{name} factorizes the layers of a model together; on one matrix its objective is that of svd-llm.") : method;
    }

    private sealed record Request(string Weight, IFactorizationMethod Method, int Rank, string? Inputs, string? Fisher, string? Gradients, string? Bias, string Output, Parallelism Parallelism);

    private static TruncationReport Run<T>(Request request, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var weight = Read<T>(request.Weight, "W is [out×in]", null, null).ToMatrix();
        var full = Math.Min(weight.Rows, weight.Columns);
        if (request.Rank < 1 || request.Rank > full)
            throw new ArgumentException($"--rank must be from 1 to {full} for a weight of {weight.Rows}×{weight.Columns}, and is {request.Rank}.");
        var statistics = ReadStatistics<T>(request, weight);
        var factorization = Guarded(request.Weight, () => request.Method.Decompose<T>(weight, statistics, request.Rank, request.Parallelism, cancellationToken));
        var factors = factorization.Truncate(request.Rank);
        NpyFile.Write<T>(Path.Combine(request.Output, "A.npy"), factors.A);
        NpyFile.Write<T>(Path.Combine(request.Output, "B.npy"), factors.B);
        if (factorization.BiasShift(factors) is { } shift)
            WriteBias<T>(request, shift);
        return factorization.Measure(factors, request.Parallelism);
    }

    private static LayerStatistics? ReadStatistics<T>(Request request, Matrix<T> weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var needs = request.Method.Needs;
        if (needs == StatisticsKinds.Inputs)
        {
            var path = request.Inputs ?? throw new ArgumentException($"{request.Method.Name} needs --inputs X.npy.");
            var x = Read<double>(path, "X is [tokens×in]", null, weight.Columns).ToMatrix();
            return Guarded(path, () => new LayerStatistics(null) { Inputs = InputStatistics.Of<double>(x, request.Parallelism) });
        }
        if (needs == StatisticsKinds.KroneckerFisher)
        {
            var path = request.Gradients ?? throw new ArgumentException($"{request.Method.Name} needs --gradients G.npy.");
            var gradients = ReadGradients(path, weight);
            return Guarded(path, () => new LayerStatistics(null) { Kronecker = KroneckerFisher.FromGradients(gradients, request.Parallelism) });
        }
        return needs == StatisticsKinds.None ? null : ReadFisher(request, weight);
    }

    private static LayerStatistics ReadFisher<T>(Request request, Matrix<T> weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (request.Fisher is { } fisher)
        {
            var values = Read<double>(fisher, "F is [out×in]", weight.Rows, weight.Columns).ToMatrix();
            return Guarded(fisher, () => LayerStatistics.FromFisher<double>(values));
        }
        var path = request.Gradients ?? throw new ArgumentException($"{request.Method.Name} needs --fisher F.npy or --gradients G.npy.");
        var gradients = ReadGradients(path, weight);
        return Guarded(path, () => LayerStatistics.FromGradients(gradients));
    }

    private static MatrixView<double>[] ReadGradients<T>(string path, Matrix<T> weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var all = NpyFile.Read<double>(path);
        if (all.Shape.Length != 3 || all.Shape[0] == 0 || all.Shape[1] != weight.Rows || all.Shape[2] != weight.Columns)
            throw new InputDataException(path, $"has the shape {Shape(all.Shape)}; G is [examples×out×in], here [examples×{weight.Rows}×{weight.Columns}] with at least one example.");
        var stacked = all.ToMatrix();
        return [.. Enumerable.Range(0, all.Shape[0]).Select(e => stacked.View.RowRange(e * weight.Rows, weight.Rows))];
    }

    private static void WriteBias<T>(Request request, double[] shift)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var old = new double[shift.Length];
        if (request.Bias is { } path)
        {
            var array = NpyFile.Read<double>(path);
            if (array.Shape.Length != 1 || array.Shape[0] != shift.Length)
                throw new InputDataException(path, $"has the shape {Shape(array.Shape)}; the bias is [out], here [{shift.Length}].");
            if (Array.FindIndex(array.Values, b => !double.IsFinite(b)) is >= 0 and var bad)
                throw new InputDataException(path, string.Create(CultureInfo.InvariantCulture, $"has a bias of {array.Values[bad]}; every element must be finite."), $"element {bad}");
            old = array.Values;
        }
        NpyFile.Write<T>(Path.Combine(request.Output, "bias.npy"), [.. old.Zip(shift, (b, s) => T.CreateTruncating(b + s))], shift.Length);
    }

    private static NpyArray<T> Read<T>(string path, string what, int? rows, int? columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var array = NpyFile.Read<T>(path);
        if (array.Shape.Length != 2 || (rows ?? array.Shape[0]) != array.Shape[0] || (columns ?? array.Shape[1]) != array.Shape[1])
            throw new InputDataException(path, $"has the shape {Shape(array.Shape)}; {what}{(rows is null ? "" : $", here [{rows}×{columns}]")}.");
        return array;
    }

    /// <summary>What is wrong with the numbers is the file's fault, not the arguments'.</summary>
    private static TResult Guarded<TResult>(string path, Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (ArgumentException e)
        {
            throw new InputDataException(path, CommandLine.Plain(e), inner: e);
        }
    }

    private static void Print(TruncationReport report, IFactorizationMethod method)
    {
        var statistics = report.StatisticsRank is { } seen ? string.Create(CultureInfo.InvariantCulture, $", inputs with weight {seen}") : "";
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{method.Name} rank {report.Rank}: residual {report.Residual:G6} (optimum {report.OptimalResidual:G6}, of {report.ObjectiveNorm:G6}); Frobenius {report.FrobeniusResidual:P2}; effective rank {report.EffectiveRank}{statistics}"));
    }

    private static string Shape(int[] shape) => $"[{string.Join('×', shape)}]";
}
