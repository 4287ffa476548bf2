using System.Text.Json;
using PureSvd.Models;

namespace PureSvd.Cli.Tests.Commands;

public sealed class EvaluateCommandTests : IDisposable
{
    private static readonly string[] Words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "dog", "cat", "runs", "sleeps", "no"];
    private static readonly string[] Pairs = ["a dog runs\ta cat runs\tneutral\tnouns", "a dog runs\tno dog runs\tcontradiction\tnegation", "no cat sleeps\tno cat sleeps\tentailment\tnouns"];
    private readonly string _folder = Directory.CreateTempSubdirectory("puresvd-evaluate-").FullName;

    public EvaluateCommandTests()
    {
        Save("model", ["CONTRADICTION", "ENTAILMENT", "NEUTRAL"]);
        File.WriteAllLines(At("pairs.tsv"), Pairs.Prepend("premise\thypothesis\tlabel\tphenomenon"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private void Save(string name, string[] labels)
    {
        var config = new BertConfig { VocabularySize = Words.Length, HiddenSize = 16, LayerCount = 1, HeadCount = 2, IntermediateSize = 24, MaxPositions = 12, Labels = labels };
        BertModel<float>.CreateRandom(config, 1).Save(At(name));
        File.WriteAllLines(At($"{name}/vocab.txt"), Words);
    }

    private Task<CommandRun> Evaluate(params string[] more) => CommandRun.Of(["evaluate", At("model"), "--data", At("pairs.tsv"), .. more]);

    [Fact]
    public async Task Prints_accuracy_with_interval_majority_histogram_and_phenomena()
    {
        var (exitCode, output, errors) = await Evaluate("--threads", "1");
        Assert.Equal(0, exitCode);
        foreach (var word in new[] { "accuracy", "95 %", "majority", "NEUTRAL", "phenomenon", "negation", "nouns", "ms per example" })
            Assert.Contains(word, output, StringComparison.Ordinal);
        Assert.DoesNotContain("ms per example", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_and_the_predictions_file_agree()
    {
        var (_, output, errors) = await Evaluate("--json", "--quiet", "--predictions", At("out/predictions.jsonl"));
        Assert.Equal("", errors);
        using var json = JsonDocument.Parse(output);
        var lines = File.ReadAllLines(At("out/predictions.jsonl")).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(3, json.RootElement.GetProperty("count").GetInt32());
        Assert.Equal(lines.Count(l => l.GetProperty("gold").GetString() == l.GetProperty("predicted").GetString()) / 3.0, json.RootElement.GetProperty("accuracy").GetDouble());
        Assert.Equal(["negation", "nouns"], json.RootElement.GetProperty("phenomena").EnumerateArray().Select(p => p.GetProperty("phenomenon").GetString()));
        Assert.Equal("CONTRADICTION", lines[1].GetProperty("gold").GetString());
    }

    [Fact]
    public async Task Long_pairs_and_collapse_are_told_on_standard_error()
    {
        var (_, _, errors) = await Evaluate("--max-length", "6");
        Assert.Contains("3 of 3 sequences were too long", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_way_gold_is_folded_and_said()
    {
        File.WriteAllText(At("pairs.tsv"), "sentence1\tsentence2\tlabel\na dog\ta cat\tnot_entailment\na dog\ta dog\tentailment\n");
        var (exitCode, output, errors) = await Evaluate();
        Assert.Equal(0, exitCode);
        Assert.Contains("not_entailment", output, StringComparison.Ordinal);
        Assert.Contains("neutral and contradiction count as not_entailment", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Baselines_stand_beside_the_model()
    {
        File.Copy(At("pairs.tsv"), At("train.tsv"));
        var (exitCode, output, _) = await Evaluate("--baselines", At("train.tsv"));
        Assert.Equal(0, exitCode);
        Assert.Contains("hypothesis only", output, StringComparison.Ordinal);
        Assert.Contains("bag of words and overlap", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nameless_outputs_need_labels()
    {
        Save("model", ["LABEL_0", "LABEL_1", "LABEL_2"]);
        (await Evaluate()).AssertFailed(1, "--labels");
        Assert.Equal(0, (await Evaluate("--labels", "entailment,neutral,contradiction")).ExitCode);
        (await Evaluate("--labels", "a,b")).AssertFailed(2, "names 2 outputs, and the model has 3");
    }

    [Fact]
    public async Task Data_and_model_at_fault_give_one_line_and_1()
    {
        (await CommandRun.Of("evaluate", At("model"), "--data", At("nothing.tsv"))).AssertFailed(1, "no such file");
        File.WriteAllText(At("bad.tsv"), "premise\thypothesis\tlabel\na\tb\tmaybe\n");
        (await CommandRun.Of("evaluate", At("model"), "--data", At("bad.tsv"))).AssertFailed(1, "(line 2): the label \"maybe\"");
        (await CommandRun.Of("evaluate", At("nowhere"), "--data", At("pairs.tsv"))).AssertFailed(1, At("nowhere"));
        Save("model", []);
        (await Evaluate()).AssertFailed(1, "no classifier");
    }

    [Fact]
    public async Task A_tokenizer_of_another_model_is_refused()
    {
        File.AppendAllLines(At("model/vocab.txt"), ["extra"]);
        (await Evaluate()).AssertFailed(1, "different models");
    }

    [Fact]
    public async Task Arguments_at_fault_give_2()
    {
        (await Evaluate("--limit", "0")).AssertFailed(2, "--limit must be positive");
        (await Evaluate("--task", "classification", "--split", "TEST")).AssertFailed(2, "go with --task nli");
        Assert.Equal(2, (await Evaluate("--task", "poetry")).ExitCode);
    }

    [Fact]
    public async Task Single_sentences_are_scored_by_ids()
    {
        Save("model", ["LABEL_0", "LABEL_1"]);
        File.WriteAllText(At("sst2.tsv"), "a dog\t1\nno dog\t0\n");
        var (exitCode, output, _) = await CommandRun.Of("evaluate", At("model"), "--task", "classification", "--data", At("sst2.tsv"));
        Assert.Equal(0, exitCode);
        Assert.Contains("LABEL_1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Baselines_are_not_fitted_on_the_pairs_that_they_are_scored_on()
    {
        var run = await CommandRun.Of("evaluate", "model", "--task", "nli", "--data", "pairs.tsv", "--baselines", "./pairs.tsv");
        run.AssertFailed(ExitCodes.Arguments, "--baselines-split");
    }
}
