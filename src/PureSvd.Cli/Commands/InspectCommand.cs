using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;
using Spectre.Console;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd inspect</c>: what a checkpoint holds, and how much of each weight matrix is redundant.</summary>
internal static class InspectCommand
{
    private const int LeadingCount = 8;

    internal static Command Create()
    {
        var shared = new SharedOptions();
        var model = new Argument<string>("MODEL") { Description = "A checkpoint directory, or a safetensors file." };
        var noSpectra = new Option<bool>("--no-spectra") { Description = "Only names, shapes and sizes: at once, whatever the size." };
        var command = new Command("inspect", "Lists tensors, shapes and types, and the spectra and effective ranks of the weight matrices.") { model, noSpectra, shared.Threads, shared.Json, shared.Quiet };
        command.SetAction((parse, cancellationToken) =>
        {
            var options = new SvdOptions { ValuesOnly = true, Parallelism = shared.Parallelism(parse) };
            using var checkpoint = Checkpoint.Open(parse.GetValue(model)!);
            var wanted = !parse.GetValue(shared.Quiet) && !Console.IsErrorRedirected && !parse.GetValue(noSpectra);
            var result = WithProgress(wanted, report => Inspect(checkpoint, parse.GetValue(noSpectra) ? null : options, report, cancellationToken));
            if (parse.GetValue(shared.Json))
                Console.Out.WriteLine(JsonSerializer.Serialize(result, CommandJson.Default.InspectResult));
            else
                Print(result);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static TResult WithProgress<TResult>(bool wanted, Func<Action<double>, TResult> work)
    {
        if (!wanted)
            return work(static _ => { });
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask("spectra", maxValue: 1);
                return work(done => task.Value = done);
            });
    }

    private static InspectResult Inspect(Checkpoint checkpoint, SvdOptions? options, Action<double> report, CancellationToken cancellationToken)
    {
        // The work grows with m·n·min(m, n).
        static double Work(TensorInfo t) => HasSpectrum(t) ? (double)t.ElementCount * Math.Min(t.Shape[0], t.Shape[1]) : 0;
        var infos = checkpoint.Tensors.Values.OrderBy(t => t.Name, NaturalOrder.Instance).ToArray();
        var (total, done) = (Math.Max(1, infos.Sum(Work)), 0.0);
        var tensors = new List<InspectedTensor>();
        foreach (var info in infos)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var spectrum = options is null || !HasSpectrum(info) ? null
                : info.DType == TensorDType.F64 ? Spectrum<double>(checkpoint, info, options, cancellationToken) : Spectrum<float>(checkpoint, info, options, cancellationToken);
            tensors.Add(new InspectedTensor(info.Name, info.DType.FormatName(), info.Shape, info.ElementCount, info.ByteCount, spectrum));
            report((done += Work(info)) / total);
        }
        return new InspectResult(checkpoint.Directory, tensors, tensors.Sum(t => t.Parameters), tensors.Sum(t => t.Bytes));
    }

    private static bool HasSpectrum(TensorInfo tensor)
        => tensor.Shape.Length == 2 && tensor.DType.IsFloatingPoint() && tensor.ElementCount > 0 && tensor.ElementCount <= Array.MaxLength && tensor.Shape.All(size => size > 1);

    private static InspectedSpectrum Spectrum<T>(Checkpoint checkpoint, TensorInfo info, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var weight = checkpoint.ReadMatrix<T>(info.Name, (int)info.Shape[0], (int)info.Shape[1]);
        try
        {
            var values = Svd.Compute<T>(weight, options, cancellationToken).S;
            var summary = SpectrumSummary.Of<T>(values);
            return new InspectedSpectrum(
                Array.ConvertAll(values[..Math.Min(LeadingCount, values.Length)], double.CreateTruncating), summary.EffectiveRank, summary.StableRank, summary.Rank90, summary.Rank99, summary.Count);
        }
        catch (NonFiniteMatrixException e)
        {
            throw new InputDataException(checkpoint.FileOf(info.Name).Path, e.Message, $"tensor '{info.Name}'", "Run inspect with --no-spectra to see the rest.", e);
        }
    }

    private static void Print(InspectResult result)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("tensor", "type", "shape");
        foreach (var column in new[] { "parameters", "σ₁", "effective rank", "stable rank", "rank at 90 %", "rank at 99 %" })
            table.AddColumn(new TableColumn(column) { Alignment = Justify.Right, NoWrap = true });
        foreach (var tensor in result.Tensors)
        {
            var spectrum = tensor.Spectrum;
            string[] figures = spectrum is null ? ["", "", "", "", ""]
                : [Text($"{spectrum.SingularValues[0]:G5}"), Text($"{spectrum.EffectiveRank:F1} of {spectrum.Count}"), Text($"{spectrum.StableRank:F1}"), Text($"{spectrum.Rank90}"), Text($"{spectrum.Rank99}")];
            table.AddRow([Markup.Escape(tensor.Name), tensor.Dtype, string.Join('×', tensor.Shape), Text($"{tensor.Parameters:N0}"), .. figures]);
        }
        var output = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        output.Profile.Width = Math.Max(output.Profile.Width, 170);
        output.Write(table);
        Console.Out.WriteLine(Text($"{result.Tensors.Count} tensors, {result.Parameters:N0} parameters, {result.Bytes:N0} bytes"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What <c>inspect --json</c> prints.</summary>
internal sealed record InspectResult(string Model, IReadOnlyList<InspectedTensor> Tensors, long Parameters, long Bytes);

/// <summary>One tensor; the spectrum is null where it is no matrix of real numbers.</summary>
internal sealed record InspectedTensor(string Name, string Dtype, long[] Shape, long Parameters, long Bytes, InspectedSpectrum? Spectrum);

/// <summary>The leading singular values and the ranks of <see cref="SpectrumSummary"/>; <c>Count</c> is min(m, n).</summary>
internal sealed record InspectedSpectrum(double[] SingularValues, double EffectiveRank, double StableRank, [property: System.Text.Json.Serialization.JsonPropertyName("rank_90")] int Rank90, [property: System.Text.Json.Serialization.JsonPropertyName("rank_99")] int Rank99, int Count);
