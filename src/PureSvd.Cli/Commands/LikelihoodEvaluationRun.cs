using System.Globalization;
using System.Text.Json;
using PureSvd.LinearAlgebra;
using PureSvd.Research.Evaluation;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd evaluate</c> of a decoder: the likeliest choice is its answer.</summary>
internal static class LikelihoodEvaluationRun
{
    internal sealed record Settings(string Directory, string Task, string Data, string? Split, int? Limit, int Shots, string? Examples, string? ExamplesSplit, bool NoBos, ulong Seed, bool Json, bool Quiet, Parallelism Parallelism);

    internal static void Run(Settings s, CancellationToken cancellationToken)
    {
        if (s.Shots < 0)
            throw new ArgumentException($"--shots must not be negative, and is {s.Shots}.");
        if (!File.Exists(s.Task) && LikelihoodTask.BuiltIn.All(known => known.Name != s.Task))
            throw new ArgumentException($"--task is nli, classification, {string.Join(", ", LikelihoodTask.BuiltIn.Select(known => known.Name))} or a JSON file, and not '{s.Task}'.");
        var task = LikelihoodTask.Find(s.Task);
        var items = LikelihoodItem.Read(s.Data, task, s.Split);
        var examples = s.Examples is null ? null : LikelihoodItem.Read(s.Examples, task, s.ExamplesSplit);
        if (s.Limit is { } limit)
            items = [.. items.Take(limit)];
        var (model, tokenizer) = ModelDirectory.LoadDecoder(s.Directory);
        var encoder = new LikelihoodEncoder(tokenizer, model.ContextLength, s.NoBos ? false : null);
        var scorer = new LlamaScorer(model, s.Parallelism);
        var result = TerminalProgress.RunReports(!s.Quiet, progress => LikelihoodEvaluation.Run(scorer, encoder, task, items, s.Shots, examples, s.Seed, progress, cancellationToken));
        var report = LikelihoodReport.Of(result);
        Console.Out.Write(s.Json ? JsonSerializer.Serialize(report, CommandJson.Default.LikelihoodReport) + "\n" : Text(report));
        if (!s.Quiet && result.Truncated > 0)
            Console.Error.WriteLine($"puresvd: the context of {result.Truncated} of {result.Count} items was too long, and lost its start.");
    }

    private static string Text(LikelihoodReport r)
    {
        static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
        var scores = new TextTable("", r.Task, "stderr");
        scores.Add("acc", Number(r.Acc), Number(r.AccStderr));
        scores.Add("acc_norm", Number(r.AccNorm), Number(r.AccNormStderr));
        scores.Add("majority", Number(r.MajorityRate), "");
        var choices = new TextTable("choice", "gold", "acc", "acc_norm");
        foreach (var c in r.Choices)
            choices.Add(c.Text, $"{c.Gold}", $"{c.Predicted}", $"{c.PredictedNorm}");
        return $"{scores}\n{choices}\nn = {r.Count}, shots = {r.Shots}, seed = {r.Seed}, BOS = {(r.Bos ? "yes" : "no")}\n";
    }
}

/// <summary>What <c>evaluate --json</c> prints of a decoder.</summary>
internal sealed record LikelihoodReport(string Task, int Count, double Acc, double AccStderr, double AccNorm, double AccNormStderr, double MajorityRate, int Shots, ulong Seed, bool Bos, int Truncated, int NonFinite, LikelihoodReport.ChoiceCounts[] Choices)
{
    internal static LikelihoodReport Of(LikelihoodResult r) => new(r.Task.Name, r.Count, r.Accuracy, r.StandardError, r.NormalizedAccuracy, r.NormalizedStandardError, r.MajorityRate, r.Shots, r.Seed, r.Bos, r.Truncated, r.NonFinite,
        [.. r.Task.Choices.Select((choice, c) => new ChoiceCounts(choice.Text, r.GoldHistogram[c], r.ChoiceHistogram[c], r.NormalizedHistogram[c]))]);

    internal sealed record ChoiceCounts(string Text, int Gold, int Predicted, int PredictedNorm);
}
