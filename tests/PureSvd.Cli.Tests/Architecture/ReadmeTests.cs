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
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests/PureSvd.Cli.Tests/Architecture/ReadmeTests.cs"));
        var compiled = Between(source, "// README {", "// }").Trim().Split('\n').Select(line => line.Trim());
        var shown = CSharpBlock().Match(Readme).Groups["code"].Value.Split('\n').Select(line => line.Trim())
            .Where(line => !line.StartsWith("using ", StringComparison.Ordinal)).SkipWhile(line => line.Length == 0);
        Assert.Equal(compiled, string.Join('\n', shown).Trim().Split('\n'));
    }

    [Fact]
    public void The_library_example_truncates_the_matrix()
    {
        // README {
        var a = Matrix<double>.Create(200, 100, (i, j) => 1.0 / (1 + i + j));
        var svd = Svd.Compute<double>(a, new SvdOptions { Rank = 10 });

        var approximation = new Matrix<double>(200, 100);
        var us = Matrix<double>.Create(200, 10, (i, j) => svd.U[i, j] * svd.S[j]);
        Gemm.Multiply<double>(us, Operand.AsIs, svd.Vt, Operand.AsIs, 1, 0, approximation, Parallelism.All);

        Console.WriteLine($"σ₁ = {svd.S[0]:F6}, σ₁₀ = {svd.S[9]:E2}, error at (0, 0) = {Math.Abs(a[0, 0] - approximation[0, 0]):E1}");
        // }
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
