using System.Text.RegularExpressions;
using PureSvd.LinearAlgebra;

namespace PureSvd.Cli.Tests.Architecture;

/// <summary>What the README shows compiles, runs, and is what the reader sees.</summary>
public partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public void The_library_example_is_the_one_that_is_compiled_here()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests/PureSvd.Cli.Tests/Architecture/ReadmeExample.cs"));
        var compiled = Between(source, "// README starts", "// README ends").Trim().Split('\n').Select(line => line.Trim());
        var shown = CSharpBlock().Match(Readme).Groups["code"].Value.Split('\n').Select(line => line.Trim())
            .Where(line => !line.StartsWith("using ", StringComparison.Ordinal)).SkipWhile(line => line.Length == 0);
        Assert.Equal(compiled, string.Join('\n', shown).Trim().Split('\n'));
    }

    [Fact]
    public async Task The_library_example_truncates_the_matrix_and_prints_a_line()
    {
        var (a, svd, approximation) = (new Matrix<double>(0, 0), default(SvdFactors<double>)!, new Matrix<double>(0, 0));
        var run = await CommandRun.Of(() =>
        {
            (a, svd, approximation) = ReadmeExample.Run();
            return Task.FromResult(ExitCodes.Done);
        });
        Assert.StartsWith("σ₁ = ", run.Output, StringComparison.Ordinal);
        Assert.True(Math.Abs(a[0, 0] - approximation[0, 0]) < 1e-6);
        Assert.True(svd.S[9] > 0 && svd.S[9] < svd.S[0] * 1e-5);
    }

    [Fact]
    public void Every_file_that_the_readme_links_exists()
    {
        var missing = Link().Matches(Readme).Select(match => match.Groups["path"].Value)
            .Where(path => !path.StartsWith("http", StringComparison.Ordinal))
            .Where(path => !Path.Exists(Path.Combine(Repository.Root, path)));
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_command_that_the_readme_shows_exists()
    {
        var commands = CommandLine.Create().Subcommands.Select(command => command.Name).ToHashSet();
        var shown = Command().Matches(Readme).Select(match => match.Groups["name"].Value);
        Assert.Subset(commands, shown.ToHashSet());
    }

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\]\((?<path>[^)#]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?m)^(?:dotnet run -c Release --project src/PureSvd\.Cli -- |puresvd )(?<name>[a-z]+)")]
    private static partial Regex Command();
}
