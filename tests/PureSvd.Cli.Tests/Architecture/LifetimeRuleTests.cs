using System.Text.RegularExpressions;

namespace PureSvd.Cli.Tests.Architecture;

/// <summary>The rule of Matrices/README.md: a reference keeps the memory that it points into, a bare pointer does not.</summary>
public partial class LifetimeRuleTests
{
    [Fact]
    public void Only_types_that_keep_the_owner_take_the_bare_pointer_of_a_view()
    {
        var breaches = Repository.Sources("src")
            .Where(file => Path.GetFileName(file) != "Overlap.cs") // It compares addresses and reads nothing.
            .GroupBy(file => Path.Combine(Path.GetDirectoryName(Path.GetRelativePath(Repository.Root, file))!, Path.GetFileName(file).Split('.')[0])) // Name.cs and Name.Part.cs are one type.
            .Select(files => (File: files.Key, Code: string.Concat(files.Select(File.ReadAllText))))
            .Where(source => TakesPointer().IsMatch(source.Code) && !source.Code.Contains("KeepAlive(", StringComparison.Ordinal))
            .Select(source => source.File);
        Assert.Empty(breaches);
    }

    [Fact]
    public void Nothing_above_the_linear_algebra_takes_the_bare_pointer_of_a_MatrixView()
    {
        var breaches = Repository.Sources("src")
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("src/PureSvd.LinearAlgebra/", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(Path.Combine(Repository.Root, file)) is var code && code.Contains("MatrixView<", StringComparison.Ordinal) && TakesPointer().IsMatch(code));
        Assert.Empty(breaches);
    }

    // ".Data" in arithmetic, cast or handed on; options and requests have properties of that name too, in files without pointers.
    [GeneratedRegex(@"(?s)\bunsafe\b.*\.Data\b")]
    private static partial Regex TakesPointer();
}
