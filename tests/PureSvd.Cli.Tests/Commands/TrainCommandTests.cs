using PureSvd.Models;

namespace PureSvd.Cli.Tests.Commands;

public sealed class TrainCommandTests : IDisposable
{
    private readonly CommandFolder _folder = new();

    public TrainCommandTests()
    {
        _folder.Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\ndog\ncat\nruns\nsleeps\n");
        _folder.Write("pairs.tsv", "premise\thypothesis\tlabel\na dog runs\ta dog runs\tentailment\na dog runs\ta cat sleeps\tneutral\n");
        _folder.Write("train.json", """
            { "model": { "tokenizer": "vocab.txt", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 16 },
              "task": "nli", "train": ["pairs.tsv"], "dev": ["pairs.tsv"], "steps": 4, "batch": 2 }
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Trains_into_a_folder_beside_the_configuration_and_says_where_and_how_well()
    {
        var run = await CommandRun.Of("train", _folder["train.json"]);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith($"{_folder["train"]}, dev accuracy ", run.Output, StringComparison.Ordinal);
        Assert.Contains("1/1 nli 4/4: loss", run.Error, StringComparison.Ordinal);
        Assert.Equal(["entailment", "neutral"], BertModel<float>.Load(_folder["train"]).Config.Labels);
        var again = await CommandRun.Of("train", _folder["train.json"], "--quiet");
        Assert.Equal((0, run.Output, ""), (again.ExitCode, again.Output, again.Error));
    }

    [Fact]
    public async Task An_interruption_is_130_and_keeps_a_checkpoint()
    {
        Assert.Equal(130, (await CommandRun.Interrupted("train", _folder["train.json"], "--quiet")).ExitCode);
        Assert.True(File.Exists(_folder["train/checkpoint.safetensors"]));
        Assert.Equal(0, (await CommandRun.Of("train", _folder["train.json"], "--quiet")).ExitCode);
    }

    [Fact]
    public async Task What_is_wrong_is_one_line()
    {
        (await CommandRun.Of("train", _folder["nowhere.json"])).AssertFailed(1, "nowhere.json");
        _folder.Write("bad.json", "{ \"task\": \"nli\", \"batchsize\": 3 }");
        (await CommandRun.Of("train", _folder["bad.json"])).AssertFailed(1, "batchsize");
        (await CommandRun.Of("train", _folder["train.json"], "--out", _folder["vocab.txt"])).AssertFailed(2, "is a file");
    }
}
