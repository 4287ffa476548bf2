namespace PureSvd.Cli.Tests.Commands;

public class TokenizeCommandTests
{
    private const string Vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwant\n##ed\na\né\n";

    [Fact]
    public async Task Json_has_the_ids_and_pieces_with_the_special_tokens()
    {
        using var folder = new CommandFolder();
        folder.Write("vocab.txt", Vocabulary);
        var run = await CommandRun.Of("tokenize", folder.Name, "--text", "Wanted [MASK] x", "--pair", "a", "--json");
        Assert.Equal("{\"ids\":[2,5,6,4,1,3,7,3],\"pieces\":[\"[CLS]\",\"want\",\"##ed\",\"[MASK]\",\"[UNK]\",\"[SEP]\",\"a\",\"[SEP]\"]}\n", run.Output);
        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Text_output_has_the_pieces_and_then_the_ids_and_truncation_is_said_on_standard_error()
    {
        using var folder = new CommandFolder();
        var file = folder.Write("vocab.txt", Vocabulary);
        var run = await CommandRun.Of("tokenize", file, "--text", "wanted a", "--max-length", "3");
        Assert.Equal("[CLS] want [SEP]\n2 5 3\n", run.Output);
        Assert.Equal("puresvd: 2 tokens were cut off.\n", run.Error);
        Assert.Equal("", (await CommandRun.Of("tokenize", file, "--text", "wanted a", "--max-length", "3", "--quiet")).Error);
    }

    [Fact]
    public async Task Failures_are_one_line_with_the_right_exit_code()
    {
        using var folder = new CommandFolder();
        (await CommandRun.Of("tokenize", folder.Name, "--text", "a")).AssertFailed(ExitCodes.Data, "has no tokenizer");
        (await CommandRun.Of("tokenize", folder["absent"], "--text", "a")).AssertFailed(ExitCodes.Data, "no such file or directory");
        folder.Write("vocab.txt", Vocabulary);
        (await CommandRun.Of("tokenize", folder.Name, "--text", "a", "--max-length", "1")).AssertFailed(ExitCodes.Arguments, "too few");
        (await CommandRun.Of("tokenize", folder.Name)).AssertFailed(ExitCodes.Arguments, "--text");
        folder.Write("tokenizer.json", """{"model":{"type":"Unigram"}}""");
        (await CommandRun.Of("tokenize", folder.Name, "--text", "a")).AssertFailed(ExitCodes.Data, "'Unigram'");
    }
}
