using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PureSvd.Cli.Tests.Architecture;

/// <summary>Data flows one way: each folder uses only the folders above it in the table of the README.</summary>
public partial class LayeringTests
{
    /// <summary>Every layer, lowest first.</summary>
    private static readonly string[] Layers =
    [
        "src/PureSvd.LinearAlgebra/Matrices",
        "src/PureSvd.LinearAlgebra/Blas",
        "src/PureSvd.LinearAlgebra/Decompositions",
        "src/PureSvd/Storage",
        "src/PureSvd/Tokenization",
        "src/PureSvd/Layers",
        "src/PureSvd/Models",
        "src/PureSvd/Factorization",
        "src/PureSvd.Research/Corpora",
        "src/PureSvd.Research/Training",
        "src/PureSvd.Research/Evaluation",
        "src/PureSvd.Research/Probing",
        "src/PureSvd.Research/Studies",
    ];

    public static TheoryData<string> EachLayer => new(Layers);

    [Theory]
    [MemberData(nameof(EachLayer))]
    public void A_layer_names_no_type_of_a_layer_below_it_in_the_table(string layer)
    {
        var higher = Layers.SkipWhile(other => other != layer).Skip(1).ToArray();
        var breaches =
            from file in Repository.Sources(layer)
            let code = CodeOnly(File.ReadAllText(file))
            from other in higher
            from name in Named(code, layer, other)
            select $"{Path.GetRelativePath(Repository.Root, file)} names {name} of {other}";
        Assert.Empty(breaches);
    }

    [Fact]
    public void Every_source_lies_in_a_layer()
    {
        var strays = Repository.Sources("src")
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("src/PureSvd.Cli/", StringComparison.Ordinal) && !Layers.Any(layer => file.StartsWith(layer + "/", StringComparison.Ordinal)));
        Assert.Empty(strays);
    }

    [Theory]
    [InlineData("PureSvd.LinearAlgebra")]
    [InlineData("PureSvd", "PureSvd.LinearAlgebra")]
    [InlineData("PureSvd.Research", "PureSvd")]
    [InlineData("PureSvd.Cli", "PureSvd.Research")]
    public void An_assembly_references_the_one_above_it_only(string project, params string[] expected)
    {
        var references = XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
        Assert.Equal(expected, references);
    }

    /// <summary>What <paramref name="code"/> of <paramref name="layer"/> names of <paramref name="other"/>: its namespace, or its types where the two share one.</summary>
    private static IEnumerable<string> Named(string code, string layer, string other)
    {
        if (!other.StartsWith("src/PureSvd.LinearAlgebra/", StringComparison.Ordinal))
            return Regex.IsMatch(code, $@"\b{Regex.Escape(Namespace(other))}\b|(?<![\w.])(?:Research\.)?{other.Split('/')[^1]}\.[A-Z]") ? [Namespace(other)] : [];
        var uses = TypeUse().Matches(code).Select(match => match.Groups["name"].Value).ToHashSet();
        return DeclaredTypes(other).Except(DeclaredTypes(layer)).Where(uses.Contains);
    }

    private static string Namespace(string layer) => layer["src/".Length..].Replace('/', '.');

    private static IEnumerable<string> DeclaredTypes(string layer) =>
        Repository.Sources(layer).SelectMany(file => Declaration().Matches(CodeOnly(File.ReadAllText(file)))).Select(match => match.Groups["name"].Value).Distinct();

    /// <summary>The source without comments, strings and documentation, where any word may stand.</summary>
    private static string CodeOnly(string source) => NotCode().Replace(source, " ");

    // Types at the left margin only: a nested type is its owner's affair.
    [GeneratedRegex(@"^(?:public|internal)(?: (?:sealed|static|abstract|partial|readonly|unsafe|ref))* (?:class|struct|interface|enum|record(?: struct| class)?|delegate \S+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    // "new Name", "Name.Member", "Name<T>" and "Name variable"; a method of that name, "Name(…)", is something else.
    [GeneratedRegex(@"(?<=\bnew )(?<name>[A-Z]\w+)|(?<![\w.])(?<name>[A-Z]\w+)(?=\.\w|<|\?? [a-z]\w*\s*[=;,)])")]
    private static partial Regex TypeUse();

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|\$?"{3}.*?"{3}|@"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\])+'""", RegexOptions.Singleline)]
    private static partial Regex NotCode();
}
