using System.Reflection;
using System.Text;

namespace PureSvd.Cli.Tests.Architecture;

/// <summary>The public surface of each library is a text file, so that a change of it is seen in review.</summary>
public class PublicApiTests
{
    [Theory]
    [InlineData("PureSvd.LinearAlgebra", typeof(LinearAlgebra.Gemm))]
    [InlineData("PureSvd", typeof(Models.BertConfig))]
    [InlineData("PureSvd.Research", typeof(Research.Corpora.NliExample))]
    public void The_public_surface_is_the_one_on_file(string library, Type member)
    {
        var file = Path.Combine(Repository.Root, "src", library, "PublicApi.txt");
        var actual = Describe(member.Assembly);
        if (Environment.GetEnvironmentVariable("PURESVD_ACCEPT_API") == "1")
            File.WriteAllText(file, actual);
        var expected = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        Assert.True(expected == actual, $"{file} differs from the library; look at the change, then run this test with PURESVD_ACCEPT_API=1.");
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(type.FullName).Append('\n');
            var members = type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(member => member is not MethodInfo { IsSpecialName: true } && !member.Name.Contains('<', StringComparison.Ordinal))
                .Select(member => $"    {member}")
                .Distinct()
                .Order(StringComparer.Ordinal);
            foreach (var member in members)
                text.Append(member).Append('\n');
        }
        return text.ToString();
    }
}
