using System.Diagnostics;
using PureSvd.LinearAlgebra;
using PureSvd.Research.Tests.Studies;

namespace PureSvd.Cli.Tests.Commands;

/// <summary>The command in a process of its own: killed, interrupted and run again.</summary>
public sealed class StudyCommandTests : IDisposable
{
    private readonly TinyStudy _study = new();

    public void Dispose() => _study.Dispose();

    [Fact]
    public async Task A_study_killed_at_random_moments_ends_with_the_results_of_an_uninterrupted_one()
    {
        var whole = await RunToEnd("whole", 2);
        var random = new SeededRandom(5);
        var killed = 0;
        for (var attempt = 0; attempt < 4; attempt++)
        {
            using var process = Start("broken", 1 + attempt % 2);
            // Counted in finished cells and then a little more, so that a kill falls within a cell's work on any machine.
            for (var lines = random.Next(5); lines > 0 && await process.StandardError.ReadLineAsync() is not null; lines--)
            {
            }
            await Task.Delay(random.Next(60));
            if (!process.HasExited)
                killed++;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        Assert.True(killed > 0, "no run was killed before its end");
        Assert.Equal(whole, await RunToEnd("broken", 1));
        Assert.Empty(Directory.GetFiles(_study.Out("broken"), "*.partial", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_study_that_names_no_such_model_ends_with_1_and_one_line()
    {
        await File.WriteAllTextAsync(_study.ConfigFile, (await File.ReadAllTextAsync(_study.ConfigFile)).Replace("tiny-2", "tiny-3", StringComparison.Ordinal));
        using var process = Start("out", 1);
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(1, process.ExitCode);
        var lines = (await error).TrimEnd().Split('\n').Where(l => !l.StartsWith("study: ", StringComparison.Ordinal)).ToList();
        Assert.Contains("tiny-3", Assert.Single(lines), StringComparison.Ordinal);
    }

    private async Task<string> RunToEnd(string name, int threads)
    {
        using var process = Start(name, threads);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        Assert.Contains("report.html", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', output);
        Assert.DoesNotContain("trained on", output, StringComparison.Ordinal);
        return TinyStudy.WithoutTimings(await File.ReadAllTextAsync(Path.Combine(_study.Out(name), "results.csv")));
    }

    private Process Start(string name, int threads)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["TERM"] = "xterm" }, // Colours are for a terminal; this is a pipe.
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "PureSvd.Cli.dll"), "study", _study.ConfigFile, "--out", _study.Out(name), "--threads", threads == 1 ? "1" : "2" },
        };
        return Process.Start(start)!;
    }
}
