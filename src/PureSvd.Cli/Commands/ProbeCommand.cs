using System.CommandLine;
using System.Globalization;
using PureSvd.Research.Corpora;
using PureSvd.Research.Probing;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd probe</c>: what linear classifiers read from the hidden states, with controls.</summary>
internal static class ProbeCommand
{
    internal static Command Create()
    {
        var shared = new SharedOptions();
        var model = new Argument<string>("MODEL") { Description = "A checkpoint directory, dense or compressed." };
        var tasks = new Option<string>("--tasks") { Description = "A folder of SentEval probing files (.txt), or one of them.", Required = true };
        var layers = new Option<string>("--layers") { Description = "Hidden states, as in 0,2,4: 0 is the embedding output. Or all.", DefaultValueFactory = _ => "all" };
        var vectors = new Option<string?>("--vectors") { Description = "mean (over the tokens without special ones), cls, last, or several; if left out, mean and cls for an encoder, mean and last for a decoder." };
        var seeds = new Option<int>("--seeds") { Description = "Probe seeds: each trains on its own 90 % of the sentences and has its own control task.", DefaultValueFactory = _ => 3 };
        var trainLimit = Limit("--train-limit", "Train on at most so many sentences, drawn at random.");
        var devLimit = Limit("--dev-limit", "Choose the penalty on at most so many.");
        var testLimit = Limit("--test-limit", "Test on at most so many.");
        var mdl = new Option<bool>("--mdl") { Description = "Measure the length of the online code of the labels too (minimum description length)." };
        var noBaselines = new Option<bool>("--no-baselines") { Description = "Leave out the random encoder and the static embeddings." };
        var output = new Option<string?>("--out") { Description = "A folder for probes.csv." };
        var command = new Command("probe", "Probing accuracy per task and layer, beside the majority rate, a random encoder, static embeddings and a control task.")
        {
            model, tasks, layers, vectors, seeds, trainLimit, devLimit, testLimit, mdl, noBaselines, output, shared.Seed, shared.Threads, shared.Json, shared.Quiet,
        };
        command.SetAction((parse, cancellationToken) =>
        {
            var quiet = parse.GetValue(shared.Quiet);
            var options = new ProbeOptions
            {
                Layers = Layers(parse.GetValue(layers)!),
                Vectors = Vectors(parse.GetValue(vectors)),
                Seeds = parse.GetValue(seeds) is > 0 and var count ? count : throw new ArgumentException($"--seeds must be positive, and is {parse.GetValue(seeds)}."),
                Seed = parse.GetValue(shared.Seed),
                TrainLimit = Positive(trainLimit, parse),
                DevLimit = Positive(devLimit, parse),
                TestLimit = Positive(testLimit, parse),
                OnlineCode = parse.GetValue(mdl),
            };
            var data = SentEvalFile.ReadDirectory(parse.GetValue(tasks)!);
            var (encoder, tokenizer) = ModelDirectory.LoadAny(parse.GetValue(model)!);
            CheckLayers(options.Layers, encoder.LayerCount);
            if (options.Vectors.Count == 0)
                options = options with { Vectors = SentenceVectors.SuitedTo(encoder) };
            var parallelism = shared.Parallelism(parse);
            var baselines = !parse.GetValue(noBaselines);
            var report = TerminalProgress.RunReports(!quiet, progress => baselines
                ? ProbeRunner.RunWithBaselines(encoder, tokenizer, data, options, parallelism, progress, cancellationToken)
                : new ProbeReport(ProbeRunner.Run(encoder, tokenizer, data, options, parallelism, progress, cancellationToken), [], []));
            if (parse.GetValue(output) is { } folder)
                ProbeCsv.Write(Path.Combine(folder, "probes.csv"), report);
            Console.Out.Write(parse.GetValue(shared.Json) ? ProbeOutput.Json(report) : ProbeOutput.Text(report));
            if (!quiet && report.Model.Count(r => !r.Score.Converged) is > 0 and var stopped)
                Console.Error.WriteLine($"puresvd: {stopped} of {report.Model.Count} probes have not converged, or have vectors that are not numbers.");
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static Option<int?> Limit(string name, string description) => new(name) { Description = description };

    private static int? Positive(Option<int?> option, ParseResult parse)
        => parse.GetValue(option) is <= 0 and var value ? throw new ArgumentException($"{option.Name} must be positive, and is {value}.") : parse.GetValue(option);

    private static IReadOnlyList<int>? Layers(string text)
    {
        if (text == "all")
            return null;
        var layers = text.Split(',', StringSplitOptions.TrimEntries)
            .Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : throw new ArgumentException($"--layers: \"{part}\" is not a layer."));
        return [.. layers.Distinct().Order()];
    }

    private static void CheckLayers(IReadOnlyList<int>? layers, int count)
    {
        if (layers?.FirstOrDefault(l => l > count) is > 0 and var layer)
            throw new ArgumentException($"--layers: there is no layer {layer}; the model has 0 (embeddings) to {count}.");
    }

    // Empty for what suits the model.
    private static SentenceVector[] Vectors(string? text)
        => text is null ? [] : [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part => part switch
        {
            "mean" => SentenceVector.Mean,
            "cls" => SentenceVector.Cls,
            "last" => SentenceVector.Last,
            _ => throw new ArgumentException($"--vectors: \"{part}\" is none of mean, cls and last."),
        }).Distinct()];
}
