using PureSvd.Research.Studies;
using PureSvd.Storage;

namespace PureSvd.Research.Tests.Studies;

public sealed class MethodGuideTests
{
    private const string Header = "model,method,allocation,removed_requested,bytes,nli_accuracy,perplexity,speedup,compression_seconds,loss,p_holm,rounded,rounded_gain,rounded_p_holm,family\n";

    [Fact]
    public void The_best_of_each_ratio_stands_in_bold_with_its_range_and_its_loss()
    {
        var guide = MethodGuide.Markdown(Header
            + "m1,dense,,0,1000000,0.9,,1,0,,,,,,m\nm2,dense,,0,1000000,0.8,,1,0,,,,,,m\n"
            + "m1,svd,uniform,0.2,800000,0.7,,1.2,2,0.2,0.001,rtn-int8,0.19,0.001,m\nm2,svd,uniform,0.2,800000,0.5,,1.2,4,0.3,0.001,rtn-int8,0.29,0.001,m\n"
            + "m1,svd-llm,selective,0.2,800000,0.88,,1.2,2,0.02,0.5,rtn-int8,0.01,1,m\nm2,svd-llm,selective,0.2,800000,0.8,,1.2,4,0,1,rtn-int8,-0.01,1,m\n"
            + "m1,rtn-int8,uniform,0,500000,0.89,,1,0.1,0.01,1,,,,m\nm2,rtn-int8,uniform,0,500000,0.79,,1,0.1,0.01,1,,,,m\n");
        Assert.Contains("**m**: inference accuracy in % (uncompressed 85.0 (80.0–90.0)); mean and range over 2 training seeds", guide, StringComparison.Ordinal);
        Assert.Contains("| `svd` | uniform | none | 3.0 | 60.0 (50.0–70.0) |\n", guide, StringComparison.Ordinal);
        Assert.Contains("| `svd-llm` | selective | inputs that look like yours, labelled pairs to try on | 3.0 | **84.0 (80.0–88.0)** |\n", guide, StringComparison.Ordinal);
        Assert.Contains("- 20 % removed: uniform, `svd` loses 25.0 points (each of 2 models significantly worse than dense); selective, `svd-llm` loses 1.0 points (none of 2 models significantly worse than dense).\n", guide, StringComparison.Ordinal);
        Assert.Contains("takes 50 % of the checkpoint (0.50 of 1.00 MB) and keeps 84.0 (79.0–89.0) %. Of 4 factored models that take at least as many bytes it is significantly better than 2 and worse than 0", guide, StringComparison.Ordinal);
        Assert.Contains("prefer it.\n", guide, StringComparison.Ordinal);
    }

    [Fact]
    public void A_decoder_has_its_perplexity_too_and_the_lowest_is_the_best()
    {
        var guide = MethodGuide.Markdown(Header + "d,dense,,0,100,0.9,3.5,1,0,,,,,,d\nd,svd,uniform,0.2,80,0.7,9,1,2,0.2,0.001,,,,d\nd,fwsvd,uniform,0.2,80,0.6,8,1,2,0.3,0.001,,,,d\n");
        Assert.Contains("**d**: perplexity of text (uncompressed 3.50); mean, the best", guide, StringComparison.Ordinal);
        Assert.Contains("| `svd` | uniform | none | 2.0 | 9.00 |\n| `fwsvd` | uniform | labelled pairs (gradients) | 2.0 | **8.00** |\n", guide, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", guide, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_table_is_refused_with_the_column_that_it_lacks()
        => Assert.Equal("family", Assert.Throws<InputDataException>(() => MethodGuide.Markdown("model,method\nm,dense\n")).Place);

    /// <summary>The block between the marks is what the kept results give, byte for byte.</summary>
    [Theory]
    [InlineData("README.md", "which-method")]
    [InlineData("src/PureSvd.Research/Studies/README.md", "methods")]
    public void The_README_has_the_guide_of_the_study_that_is_kept(string file, string study)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "PureSvd.sln")))
            root = root.Parent!;
        var readme = File.ReadAllText(Path.Combine(root.FullName, file));
        var begin = $"<!-- {study}: begin -->\n";
        var start = readme.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        Assert.Equal(
            MethodGuide.Markdown(File.ReadAllText(Path.Combine(root.FullName, "data", "studies", $"{study}.csv"))),
            readme[start..readme.IndexOf($"<!-- {study}: end -->", StringComparison.Ordinal)]);
    }
}
