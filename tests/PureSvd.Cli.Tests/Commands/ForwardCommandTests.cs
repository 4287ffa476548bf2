using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Cli.Tests.Commands;

public sealed class ForwardCommandTests : IDisposable
{
    private static readonly BertConfig Small = new() { VocabularySize = 8, HiddenSize = 12, LayerCount = 2, HeadCount = 3, IntermediateSize = 20, MaxPositions = 6, Labels = ["yes", "no"] };
    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Writes_what_the_session_computes_and_leaves_out_what_the_mask_hides()
    {
        var model = Save(Small, maskedLmHead: false);
        var run = await Forward("--ids", "2,5,0,3", "--types", "0,0,0,1", "--mask", "1,1,0,1");
        Assert.Equal(0, run.ExitCode);
        var session = model.CreateSession();
        session.Forward(new TokenBatch([2, 5, 3], [0, 0, 1], [0, 1, 3], [0, 3]), Parallelism.Serial);
        for (var i = 0; i <= 2; i++)
            Assert.Equal(session.Hidden(i).ToMatrix().Span, NpyFile.ReadMatrix<float>(_folder[$"out/hidden_0{i}.npy"]).Span);
        var logits = NpyFile.Read<float>(_folder["out/logits.npy"]);
        Assert.Equal([2], logits.Shape);
        Assert.Equal(session.Logits.Row(0).ToArray(), logits.Values);
    }

    [Fact]
    public async Task Text_is_encoded_by_the_tokenizer_of_the_model_and_cut_with_a_message()
    {
        Save(Small, maskedLmHead: false);
        _folder.Write("model/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ndog\nruns\na\n");
        await Forward("--text", "a dog", "--pair", "runs");
        var pair = NpyFile.ReadMatrix<float>(_folder["out/hidden_02.npy"]);
        await Forward("--ids", "2,7,5,3,6,3", "--types", "0,0,0,0,1,1");
        Assert.Equal(NpyFile.ReadMatrix<float>(_folder["out/hidden_02.npy"]).Span, pair.Span);
        var cut = await Forward("--text", "a dog runs a dog runs a dog");
        Assert.Equal(0, cut.ExitCode);
        Assert.Contains("cut off", cut.Error, StringComparison.Ordinal);
        Assert.Equal(6, NpyFile.ReadMatrix<float>(_folder["out/hidden_02.npy"]).Rows);
    }

    [Fact]
    public async Task Without_a_classifier_the_logits_are_the_masked_language_models_or_none()
    {
        Save(Small with { Labels = [] }, maskedLmHead: true);
        await Forward("--ids", "2,5,3");
        Assert.Equal([3, 8], NpyFile.Read<float>(_folder["out/logits.npy"]).Shape);
        File.Delete(_folder["out/logits.npy"]);
        Save(Small with { Labels = [] }, maskedLmHead: false);
        var run = await Forward("--ids", "2,5,3");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("no logits", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["out/logits.npy"]));
    }

    [Theory]
    [InlineData(2, "8", "--ids", "2,8,3")]
    [InlineData(2, "-1", "--ids=-1,2")]
    [InlineData(2, "Position 6", "--ids", "1,1,1,1,1,1,1")]
    [InlineData(2, "Segment 2", "--ids", "1,1", "--types", "0,2")]
    [InlineData(2, "--types", "--ids", "1,1", "--types", "0")]
    [InlineData(2, "whole number", "--ids", "1,x")]
    [InlineData(2, "no token", "--ids", "1,1", "--mask", "0,0")]
    [InlineData(2, "--ids or --text")]
    [InlineData(2, "--pair", "--ids", "1", "--pair", "x")]
    [InlineData(1, "tokenizer", "--text", "a")]
    public async Task Bad_arguments_are_one_line(int exitCode, string message, params string[] arguments)
    {
        Save(Small, maskedLmHead: false);
        (await Forward(arguments)).AssertFailed(exitCode, message);
    }

    private BertModel<float> Save(BertConfig config, bool maskedLmHead)
    {
        var model = BertModel<float>.CreateRandom(config, 4, maskedLmHead);
        model.Save(_folder["model"]);
        return model;
    }

    private Task<CommandRun> Forward(params string[] arguments) => CommandRun.Of(["forward", _folder["model"], "--out", _folder["out"], .. arguments]);
}
