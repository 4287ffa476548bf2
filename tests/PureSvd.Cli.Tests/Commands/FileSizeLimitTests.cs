using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Cli.Tests.Commands;

/// <summary>The tool as a process of its own, under <c>ulimit -f</c>: a limit on the size of files sends a signal that ends a process which does not expect it.</summary>
public class FileSizeLimitTests
{
    [LinuxFact]
    public async Task A_file_that_may_not_grow_is_one_line_and_leaves_nothing()
    {
        using var folder = new CommandFolder();
        var random = new SeededRandom(1);
        NpyFile.Write(folder["a.npy"], Matrix<double>.Create(200, 200, (_, _) => random.NextGaussian()).View);
        foreach (var command in (string[])["svd", "factorize --method svd --rank 190"])
        {
            var (exitCode, error) = await Limited(200, [.. command.Split(' '), folder["a.npy"], "--out", folder["out"]]);
            Assert.Equal(ExitCodes.Data, exitCode);
            Assert.Contains("cannot be written", error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd('\n').Split('\n'));
            Assert.Empty(Directory.GetFiles(folder["out"]));
        }
    }

    // The runtime's own shared memory counts as a file.
    private static Task<(int ExitCode, string Error)> Limited(int kilobytes, string[] args) =>
        CommandProcess.RunAsync(args, new Dictionary<string, string> { ["DOTNET_EnableWriteXorExecute"] = "0" }, "bash", "-c", $"ulimit -f {kilobytes}; exec \"$@\"", "bash");

    private sealed class LinuxFactAttribute : FactAttribute
    {
        public LinuxFactAttribute()
        {
            if (!OperatingSystem.IsLinux())
                Skip = "ulimit -f is tried on Linux alone.";
        }
    }
}
