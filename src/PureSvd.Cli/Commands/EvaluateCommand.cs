using System.CommandLine;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Research.Evaluation;
using PureSvd.Storage;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd evaluate</c>: what a classifier scores on labelled pairs or sentences.</summary>
internal static class EvaluateCommand
{
    private const string Nli = "nli", Classification = "classification";

    private sealed record Settings(string Directory, string Task, string Data, string? Split, IReadOnlyList<string>? Labels, int? MaxLength, int? Limit, string? Baselines, string? BaselineSplit, string? Predictions, ulong Seed, bool Json, bool Quiet, Parallelism Parallelism);

    internal static Command Create()
    {
        var shared = new SharedOptions();
        var model = new Argument<string>("MODEL") { Description = "A checkpoint directory, dense or compressed, with a classifier." };
        var task = new Option<string>("--task") { Description = $"nli (pairs with a premise and a hypothesis: by the classifier, or the likeliest answer of a decoder to MNLI's question) or, for a classifier, classification (single sentences). For a decoder also {string.Join(", ", LikelihoodTask.BuiltIn.Select(t => t.Name))}, or a task of yours as JSON: the likeliest choice is its answer.", DefaultValueFactory = _ => Nli };
        var data = new Option<string>("--data") { Description = "GLUE TSV, SNLI or MNLI JSONL, CSV, SICK.txt, or any table whose columns are named so.", Required = true };
        var split = new Option<string?>("--split") { Description = "Only the rows whose SemEval_set or split says so, such as TEST." };
        var labels = new Option<string?>("--labels") { Description = "What the model's outputs mean, in their order, instead of its id2label: entailment,neutral,contradiction." };
        var maxLength = new Option<int?>("--max-length") { Description = "Cut sequences to so many tokens; as many as the model takes if left out." };
        var limit = new Option<int?>("--limit") { Description = "Only the first so many examples." };
        var baselines = new Option<string?>("--baselines") { Description = "Training pairs to fit the hypothesis-only and the bag-of-words-and-overlap baselines on." };
        var baselineSplit = new Option<string?>("--baselines-split") { Description = "Which split of that file, such as TRAIN." };
        var shots = new Option<int>("--shots") { Description = "Decoder: so many answered examples before each item." };
        var examples = new Option<string?>("--examples") { Description = "Decoder: where those are drawn from, instead of the other rows of --data." };
        var examplesSplit = new Option<string?>("--examples-split") { Description = "Decoder: which split of that file, such as TRAIN." };
        var noBos = new Option<bool>("--no-bos") { Description = "Decoder: no text begins with BOS, whatever the tokenizer does." };
        var predictions = new Option<string?>("--predictions") { Description = "Write every prediction there as JSON lines." };
        var command = new Command("evaluate", "Accuracy with a 95 % interval, the majority rate and what was predicted how often.")
        {
            model, task, data, split, labels, maxLength, limit, baselines, baselineSplit, predictions, shots, examples, examplesSplit, noBos, shared.Seed, shared.Threads, shared.Json, shared.Quiet,
        };
        command.SetAction((parse, cancellationToken) =>
        {
            if (parse.GetValue(task) is not (Nli or Classification))
            {
                LikelihoodEvaluationRun.Run(new LikelihoodEvaluationRun.Settings(parse.GetValue(model)!, parse.GetValue(task)!, parse.GetValue(data)!, parse.GetValue(split), Positive("--limit", parse.GetValue(limit)), parse.GetValue(shots),
                    parse.GetValue(examples), parse.GetValue(examplesSplit), parse.GetValue(noBos), parse.GetValue(shared.Seed), parse.GetValue(shared.Json), parse.GetValue(shared.Quiet), shared.Parallelism(parse)), cancellationToken);
                return Task.FromResult(ExitCodes.Done);
            }
            var settings = new Settings(parse.GetValue(model)!, parse.GetValue(task)!, parse.GetValue(data)!, parse.GetValue(split), parse.GetValue(labels)?.Split(',', StringSplitOptions.TrimEntries),
                Positive("--max-length", parse.GetValue(maxLength)), Positive("--limit", parse.GetValue(limit)), parse.GetValue(baselines), parse.GetValue(baselineSplit), parse.GetValue(predictions),
                parse.GetValue(shared.Seed), parse.GetValue(shared.Json), parse.GetValue(shared.Quiet), shared.Parallelism(parse));
            if (settings.Task == Classification && (settings.Split ?? settings.Baselines) is not null)
                throw new ArgumentException("--split and --baselines go with --task nli.");
            if (settings.Baselines is { } file && Path.GetFullPath(file) == Path.GetFullPath(settings.Data) && (settings.BaselineSplit is null || settings.BaselineSplit == settings.Split))
                throw new ArgumentException("--baselines would be fitted on the pairs that they are scored on; name another file, or its training part with --baselines-split.");
            Run(settings, cancellationToken);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static int? Positive(string option, int? value)
        => value is <= 0 ? throw new ArgumentException($"{option} must be positive, and is {value}.") : value;

    private static void Run(Settings s, CancellationToken cancellationToken)
    {
        // The data first: a slip there shows before a large model is loaded.
        var pairs = s.Task == Nli ? NliFile.Read(s.Data, s.Split) : null;
        var sentences = pairs is null ? ClassificationFile.Read(s.Data) : null;
        if (s.Limit is { } count)
            (pairs, sentences) = (pairs?.Take(count), sentences?.Take(count).ToArray());
        var train = s.Baselines is null ? null : NliFile.Read(s.Baselines, s.BaselineSplit);

        var (any, tokenizer) = ModelDirectory.LoadAny(s.Directory);
        var model = MeasuredModel.Of(any, tokenizer);
        if (model.Labels.Count == 0)
            throw new InputDataException(s.Directory, "the model has no classifier, so it predicts no labels.", remedy: "Fine-tune it first (puresvd train).");
        if (s.Labels is not null && s.Labels.Count != model.Labels.Count)
            throw new ArgumentException($"--labels names {s.Labels.Count} outputs, and the model has {model.Labels.Count}.");
        var names = s.Labels ?? model.Labels;
        var labels = pairs is not null ? LabelMap.Create(names, pairs) : LabelMap.Create(names, [.. sentences!.Select(e => e.Label)], s.Data);

        var result = TerminalProgress.RunReports(!s.Quiet, progress => Evaluate(model, pairs, sentences, labels, s, progress, cancellationToken));
        if (s.Predictions is not null)
            PredictionFile.Write(s.Predictions, result.Predictions);
        BaselineResult[] baselines = train is null ? [] : [HypothesisOnlyBaseline.Run(train, pairs!, s.Seed, cancellationToken), OverlapBaseline.Run(train, pairs!, s.Seed, cancellationToken)];
        Console.Out.Write(s.Json ? EvaluationOutput.Json(result, labels.Folded, baselines) : EvaluationOutput.Text(result, baselines));
        if (!s.Quiet)
            Warn(result, pairs?.Dropped ?? 0, labels.Folded, baselines);
    }

    private static NliResult Evaluate(MeasuredModel model, NliCorpus? pairs, IReadOnlyList<ProbingExample>? sentences, LabelMap labels, Settings s, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        var options = new EvaluationOptions { MaxLength = s.MaxLength };
        if (pairs is not null)
            return model.Answer(pairs, labels, options, s.Parallelism, progress, cancellationToken);
        return model.Model is BertModel<float> classifier
            ? NliEvaluation.Run(classifier, model.Tokenizer, sentences!, labels, options, s.Parallelism, progress, cancellationToken)
            : throw new InputDataException(s.Directory, "is a decoder, and single sentences are put to one as a task of its own.", remedy: "Give --task a JSON file.");
    }

    private static void Warn(NliResult result, int dropped, bool folded, BaselineResult[] baselines)
    {
        if (dropped > 0)
            Console.Error.WriteLine($"puresvd: {dropped} pairs without a gold label were left out.");
        if (folded)
            Console.Error.WriteLine("puresvd: neutral and contradiction count as not_entailment, since one side does not tell them apart.");
        if (result.Truncated > 0)
            Console.Error.WriteLine($"puresvd: {result.Truncated} of {result.Count} sequences were too long and were cut.");
        if (result.NonFinite > 0)
            Console.Error.WriteLine($"puresvd: the model gave no number for {result.NonFinite} of {result.Count} examples, so there is no accuracy.");
        if (result.Collapsed)
            Console.Error.WriteLine($"puresvd: nearly every prediction is {result.Classes[result.Histogram.ToList().IndexOf(result.Histogram.Max())]}: the accuracy says how frequent that label is and nothing about the model.");
        foreach (var baseline in baselines.Where(b => !b.Converged))
            Console.Error.WriteLine($"puresvd: the fit of the baseline \"{baseline.Name}\" has not converged.");
    }
}
