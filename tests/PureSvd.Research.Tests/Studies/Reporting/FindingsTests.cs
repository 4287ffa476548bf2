using PureSvd.Research.Studies;
using PureSvd.Research.Studies.Reporting;

namespace PureSvd.Research.Tests.Studies.Reporting;

public sealed class FindingsTests
{
    [Fact]
    public void Losses_that_are_there_support_every_claim()
    {
        var findings = Of(MadeUpStudy.Create((method, allocation, removed) => (method == "svd" ? 0.6 : 0.35) * removed * (allocation == "uniform" ? 1 : 0.5), (_, removed) => 0.6 * removed));
        Assert.Equal([Verdict.Supported, Verdict.Supported, Verdict.Supported], findings.Claims.Select(c => c.Verdict));
    }

    [Fact]
    public void No_losses_support_none()
    {
        var findings = Of(MadeUpStudy.Create((_, _, _) => 0, (_, _) => -0.05));
        Assert.Equal(Verdict.NotSupported, findings.Claims[0].Verdict);
        Assert.Equal(Verdict.NotSupported, findings.Claims[1].Verdict);
        Assert.Equal(Verdict.Undecided, findings.Claims[2].Verdict);
        Assert.Contains(findings.Points, s => s.Contains("at no cost that matters", StringComparison.Ordinal));
    }

    [Fact]
    public void A_loss_just_at_the_border_is_undecided()
        => Assert.Equal(Verdict.Undecided, Of(MadeUpStudy.Create((_, _, removed) => 0.25 * removed, items: 900)).Claims[0].Verdict);

    [Fact]
    public void Weighting_that_makes_it_worse_is_not_supported_while_selection_may_be()
    {
        var findings = Of(MadeUpStudy.Create((method, allocation, removed) => removed * (method == "fwsvd" ? 0.8 : allocation == "uniform" ? 0.6 : 0.2)));
        Assert.Equal(Verdict.SupportedInPart, findings.Claims[2].Verdict);
        Assert.EndsWith("Supported here.", findings.Claims[2].Evidence[0], StringComparison.Ordinal);
        Assert.EndsWith("Not supported here.", findings.Claims[2].Evidence[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Syntax_lost_without_semantics_supports_the_probes_claim_in_part()
    {
        var findings = Of(MadeUpStudy.Create((_, _, removed) => 0.6 * removed, (task, removed) => ProbingTaskNames.Property(task) == ProbedProperty.Syntactic ? 0.9 * removed : -0.1));
        Assert.Equal(Verdict.SupportedInPart, findings.Claims[1].Verdict);
    }

    /// <summary>Both losses follow the ratio and nothing else: they correlate over all ratios, and not with the ratio held fixed.</summary>
    [Fact]
    public void What_only_the_ratio_drives_is_no_association_once_it_is_held_fixed()
    {
        var summary = StudySummary.Of(MadeUpStudy.Create((_, _, removed) => 0.6 * removed, (_, removed) => 0.6 * removed));
        var association = new Association(summary, summary.Families[0]);
        Assert.True(association.Pearson().Interval.Low > 0.9, $"{association.Pearson()}");
        Assert.InRange(association.GivenRatio.Value, -0.6, 0.6);
        Assert.Contains(Findings.Of(summary, summary.Families[0]).Points, p => p.Contains("With the ratio held fixed", StringComparison.Ordinal));
    }

    /// <summary>At each ratio the methods that lose more in inference lose more in probes too.</summary>
    [Fact]
    public void What_goes_together_within_a_ratio_is_an_association_with_it_held_fixed()
    {
        static double Share(string method, string allocation) => (method == "svd" ? 1 : 0.6) * (allocation == "uniform" ? 1 : 0.5);
        var results = MadeUpStudy.Create((method, allocation, removed) => 0.6 * removed * Share(method, allocation));
        var probes = MadeUpStudy.Create((_, _, _) => 0, (_, removed) => 0.6 * removed);
        var halved = MadeUpStudy.Create((_, _, _) => 0, (_, removed) => 0.6 * removed * 0.4);
        var cells = results.Cells.Select((c, i) => c.Cell.IsDense ? c : c with { Probes = (Share(c.Cell.Method, c.Cell.Allocation) > 0.55 ? probes : halved).Cells[i].Probes }).ToList();
        var summary = StudySummary.Of(results with { Cells = cells });
        var association = new Association(summary, summary.Families[0]);
        Assert.True(association.GivenRatio.Value > 0.5, $"{association.GivenRatio}");
        var bySeed = association.GivenRatioBySeed;
        Assert.True(bySeed.Low > 0 && bySeed.Low <= association.GivenRatio.Value && bySeed.High >= association.GivenRatio.Value - 0.05, $"{bySeed}");
    }

    [Theory]
    [InlineData(1.2, Verdict.Supported)]
    [InlineData(0.1, Verdict.NotSupported)]
    public void Without_questions_models_are_judged_by_perplexity(double slope, Verdict uniform)
    {
        var summary = StudySummary.Of(MadeUpStudy.OfText((method, allocation, removed) => slope * removed * (method == "fwsvd" ? 0.5 : 1) * (allocation == "uniform" ? 1 : 0.6)));
        var (family, findings) = (summary.Families[0], Findings.Of(summary, summary.Families[0]));
        var loss = family.At(new MethodLine("svd", "uniform"), 0.2)!.Loss;
        Assert.Equal(0.2 * slope, loss, 0.01);
        Assert.Equal(uniform, findings.Claims[0].Verdict);
        Assert.Equal(Verdict.Supported, findings.Claims[2].Verdict);
        Assert.Contains("a perplexity of", findings.Lead, StringComparison.Ordinal);
        Assert.Contains($"multiplies that by {Phrase.Fixed(Math.Exp(loss), 2)} (95", findings.Lead, StringComparison.Ordinal);
        Assert.DoesNotContain("points of that", findings.Lead, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grid_without_plain_uniform_svd_decides_nothing()
    {
        var results = MadeUpStudy.Create((_, _, _) => 0.3, models: 1);
        var findings = Of(results with { Cells = [.. results.Cells.Where(c => c.Cell.IsDense || c.Cell.Method == "fwsvd")] });
        Assert.All(findings.Claims, c => Assert.Equal(Verdict.Undecided, c.Verdict));
    }

    private static Findings Of(StudyResults results)
    {
        var summary = StudySummary.Of(results);
        return Findings.Of(summary, summary.Families[0]);
    }
}
