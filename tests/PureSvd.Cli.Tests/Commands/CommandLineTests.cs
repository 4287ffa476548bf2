using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Cli.Tests.Commands;

/// <summary>What holds for every command.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("A.npy must not be empty", "svd", "", "--out", "x")]
    [InlineData("MODEL must not be empty", "inspect", " ")]
    [InlineData("study.json must not be empty", "study", "")]
    [InlineData("--out must not be empty", "study", "--out", "")]
    [InlineData("--out must not be empty", "svd", "a.npy", "--out", "\t")]
    [InlineData("--data must not be empty", "evaluate", "model", "--data", "")]
    [InlineData("--tasks must not be empty", "probe", "model", "--tasks", "")]
    public async Task Nothing_names_no_file(string message, params string[] args) =>
        (await CommandRun.Of(args)).AssertFailed(ExitCodes.Arguments, message);

    [Fact]
    public async Task A_text_may_be_empty() =>
        (await CommandRun.Of("tokenize", "absent", "--text", "")).AssertFailed(ExitCodes.Data, "no such file or directory");

    [Fact]
    public async Task Too_little_memory_is_one_line()
    {
        using var folder = new CommandFolder();
        NpyFile.Write(folder["a.npy"], new Matrix<float>(4000, 4000).View);
        var (exitCode, error) = await CommandProcess.RunAsync(["svd", folder["a.npy"], "--out", folder["out"]], new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x2000000" });
        Assert.Equal("puresvd: there is not enough memory for this.", error.TrimEnd());
        Assert.Equal(ExitCodes.Data, exitCode);
        Assert.False(Directory.Exists(folder["out"]));
    }
}
