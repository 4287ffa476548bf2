using PureSvd.LinearAlgebra;
using PureSvd.Research.Evaluation;
using PureSvd.Research.Studies;
using PureSvd.Research.Studies.Reporting;

namespace PureSvd.Research.Tests.Studies;

/// <summary>Made-up answers whose tests are known.</summary>
public sealed class StudyComparisonsTests
{
    private const int Items = 100;

    /// <summary>Right on the first items, so many.</summary>
    private static List<string> Right(int count) => [.. Enumerable.Range(0, Items).Select(i => i < count ? "a" : "b")];

    private static CellResult Cell(string method, double removed, int right, long bytes, string model = "m", ulong seed = 1, int? recovered = null, string allocation = "uniform") => new(
        new StudyCell(model, method, method == "dense" ? "" : allocation, removed, seed), new SizeResult(removed, removed, bytes), [], Right(right), null, 0, [], [], new TimingResult(1, 1, 1),
        recovered is { } after ? new RecoveredResult(Right(after), null, 10, 1, 0.5, 1) : null);

    private static StudySummary Summary(params CellResult[] cells)
    {
        var models = cells.Select(c => c.Cell.Model).Distinct().ToList();
        var config = new StudyConfig { Name = "made up", Models = [.. models.Select(m => new StudyModel(m, m, "f", null))], Nli = new NliSettings { Test = "t" }, Statistics = new StatisticsSettings { Resamples = 500 } };
        return StudySummary.Of(new StudyResults(
            config, [.. models.Select(m => new ModelFacts(m, "f", null, false, 1, 1, 1, 1, 1, 1, 1, []))], [.. Enumerable.Range(0, Items).Select(_ => new NliItem("a", null))], cells,
            new StudyManifest([], "", 0, 1, 1, 0, "", "", "", default, 0, 0, [], [])));
    }

    [Fact]
    public void Every_pair_of_methods_of_a_ratio_is_tested_and_Holm_is_over_all_tests()
    {
        var summary = Summary(
            Cell("dense", 0, 90, 100), Cell("svd", 0.2, 60, 80), Cell("fwsvd", 0.2, 70, 80), Cell("svd-llm", 0.2, 90, 80), Cell("svd", 0.4, 50, 60),
            Cell("rtn-int8", 0, 89, 55), Cell("rtn-int4", 0, 80, 30), Cell("svd+int8", 0.2, 60, 40));
        var by = summary.Comparisons.ToLookup(c => c.Kind);
        Assert.Equal(7, by[ComparisonKind.Dense].Count());
        Assert.Equal(3, by[ComparisonKind.Methods].Count());
        Assert.Equal(4, by[ComparisonKind.Bytes].Count());
        Assert.Equal(Holm.Adjust([.. summary.Comparisons.Select(c => c.PValue)]), summary.Comparisons.Select(c => c.AdjustedPValue));
        var pair = Assert.Single(by[ComparisonKind.Methods], c => c.First.Method == "svd" && c.Second.Method == "svd-llm");
        Assert.Equal((0, 30), (pair.OnlyFirst, pair.OnlySecond));
        Assert.Equal(McNemar.FromCounts(0, 30).PValue, pair.PValue);
        Assert.Equal(-0.3, pair.Gain, 1e-12);
        Assert.True(pair.GainInterval.Low > -0.42 && pair.GainInterval.High < -0.18, $"{pair.GainInterval}");
        // Fewer bytes than int8 has: int4 is what remains. What rounds factors besides is no factorization alone.
        Assert.All(by[ComparisonKind.Bytes], c => Assert.Equal("rtn-int8", c.First.Method));
        Assert.Equal("rtn-int4", Assert.Single(Summary(Cell("dense", 0, 90, 100), Cell("svd", 0.4, 50, 40), Cell("rtn-int8", 0, 89, 55), Cell("rtn-int4", 0, 80, 30)).Comparisons, c => c.Kind == ComparisonKind.Bytes).First.Method);
        Assert.Equal(0, summary.Comparisons.Single(c => c is { Kind: ComparisonKind.Dense, First.Method: "svd-llm" }).Gain);
    }

    [Fact]
    public void Seeds_meet_each_other_and_what_has_none_meets_all_of_them()
    {
        var summary = Summary(
            Cell("dense", 0, 90, 100), Cell("svd", 0.2, 60, 80), Cell("fwsvd", 0.2, 70, 80, seed: 1), Cell("fwsvd", 0.2, 71, 80, seed: 2), Cell("asvd", 0.2, 72, 80, seed: 1), Cell("asvd", 0.2, 73, 80, seed: 2));
        Assert.Equal(
            ["svd 1 fwsvd 1", "svd 1 fwsvd 2", "svd 1 asvd 1", "svd 1 asvd 2", "fwsvd 1 asvd 1", "fwsvd 2 asvd 2"],
            summary.Comparisons.Where(c => c.Kind == ComparisonKind.Methods).Select(c => $"{c.First.Method} {c.First.Seed} {c.Second.Method} {c.Second.Seed}"));
    }

    [Fact]
    public void Every_allocation_meets_the_uniform_one_of_its_method_and_ratio_in_a_family_of_its_own()
    {
        var summary = Summary(
            Cell("dense", 0, 90, 100), Cell("svd", 0.2, 60, 80), Cell("svd", 0.2, 85, 80, allocation: "global"), Cell("svd", 0.2, 61, 80, allocation: "spectrum"), Cell("svd", 0.4, 70, 60, allocation: "global"),
            Cell("svd-llm", 0.2, 70, 80, seed: 1), Cell("svd-llm", 0.2, 71, 80, seed: 2), Cell("svd-llm", 0.2, 40, 80, seed: 1, allocation: "global"), Cell("svd-llm", 0.2, 72, 80, seed: 2, allocation: "global"),
            Cell("rtn-int8", 0, 89, 55));
        var tests = summary.AllocationComparisons;
        Assert.Equal(
            ["svd global 1 uniform 1", "svd spectrum 1 uniform 1", "svd-llm global 1 uniform 1", "svd-llm global 2 uniform 2"],
            tests.Select(c => $"{c.First.Method} {c.First.Allocation} {c.First.Seed} {c.Second.Allocation} {c.Second.Seed}"));
        Assert.All(tests, c => Assert.Equal((ComparisonKind.Allocations, c.First.Model, c.First.Method, c.First.Removed), (c.Kind, c.Second.Model, c.Second.Method, c.Second.Removed)));
        Assert.Equal([McNemar.FromCounts(25, 0).PValue, 1, McNemar.FromCounts(0, 30).PValue, 1], tests.Select(c => c.PValue));
        Assert.Equal([0.25, 0.01, -0.3, 0.01], tests.Select(c => Math.Round(c.Gain, 9)));
        Assert.Equal(Holm.Adjust([.. tests.Select(c => c.PValue)]), tests.Select(c => c.AdjustedPValue));
        Assert.DoesNotContain(summary.Comparisons, c => c.Kind == ComparisonKind.Allocations);
        Assert.Equal(Holm.Adjust([.. summary.Comparisons.Select(c => c.PValue)]), summary.Comparisons.Select(c => c.AdjustedPValue));
        Assert.Equal(tests.Count, ResultsCsv.Comparisons(summary).Split('\n').Count(line => line.Contains(",allocations,", StringComparison.Ordinal)));
        Assert.Contains(Findings.Of(summary, summary.Families[0]).Points, p => p.Contains("another allocation is significantly better in 1 and worse in 1 of 4 pairs", StringComparison.Ordinal));
        var html = Report.Html(summary);
        Assert.Contains("Allocation against uniform", html, StringComparison.Ordinal);
        Assert.Contains("table-allocations-0", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_of_one_allocation_has_none_to_compare()
    {
        var summary = Summary(Cell("dense", 0, 90, 100), Cell("svd", 0.2, 60, 80), Cell("fwsvd", 0.2, 70, 80));
        Assert.Empty(summary.AllocationComparisons);
        Assert.DoesNotContain("Allocation against uniform", Report.Html(summary), StringComparison.Ordinal);
        Assert.DoesNotContain("allocation is significantly", string.Concat(Findings.Of(summary, summary.Families[0]).Points), StringComparison.Ordinal);
    }

    [Fact]
    public void Allocations_are_compared_again_after_training()
    {
        var summary = Summary(Cell("dense", 0, 90, 100, recovered: 95), Cell("svd", 0.2, 40, 80, recovered: 80), Cell("svd", 0.2, 60, 80, recovered: 70, allocation: "selective"));
        Assert.Equal([(false, 0.2), (true, -0.1)], summary.AllocationComparisons.Select(c => (c.Recovered, Math.Round(c.Gain, 9))));
    }

    [Fact]
    public void Models_trained_on_are_tested_against_the_dense_model_as_it_was_and_with_each_other()
    {
        var summary = Summary(Cell("dense", 0, 90, 100, recovered: 95), Cell("svd", 0.2, 40, 80, recovered: 88), Cell("fwsvd", 0.2, 70, 80, recovered: 89));
        var after = summary.Comparisons.Where(c => c.Recovered).ToList();
        Assert.Equal([-0.02, -0.01, -0.01], after.Select(c => Math.Round(c.Gain, 9)));
        Assert.Equal((0.88, 0.02), (summary.Cells[1].Recovered!.Accuracy, Math.Round(summary.Cells[1].Recovered!.Loss, 9)));
        Assert.Equal(0.885, summary.Families[0].Levels.Average(l => l.Recovered!.Accuracy), 1e-9);
        Assert.Equal(0.95, summary.Families[0].Dense.Recovered!.Accuracy, 1e-9);
        Assert.Contains("recovered_accuracy", ResultsCsv.Results(summary), StringComparison.Ordinal);
        Assert.Equal(1 + 6, ResultsCsv.Comparisons(summary).TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public void The_report_says_where_factorization_loses_to_rounding_and_where_it_does_not()
    {
        var summary = Summary(
            Cell("dense", 0, 95, 1_000_000), Cell("svd", 0.2, 50, 800_000), Cell("fwsvd", 0.2, 94, 800_000), Cell("svd", 0.8, 10, 200_000), Cell("fwsvd", 0.8, 60, 290_000),
            Cell("rtn-int8", 0, 94, 500_000), Cell("rtn-int4", 0, 20, 280_000));
        var points = Findings.Of(summary, summary.Families[0]).Points;
        var eight = Assert.Single(points, p => p.Contains("where rtn-int8", StringComparison.Ordinal));
        Assert.Contains("is clearly better: than 1 of the 2 factorizations that are compared with it", eight, StringComparison.Ordinal);
        Assert.Contains("by 44.0 points", eight, StringComparison.Ordinal);
        Assert.EndsWith("One is not clearly different.", eight, StringComparison.Ordinal);
        var four = Assert.Single(points, p => p.Contains("where rtn-int4", StringComparison.Ordinal));
        Assert.Contains("than none of the one factorization that is compared with it", four, StringComparison.Ordinal);
        Assert.EndsWith("fwsvd uniform 80\u202f% is clearly better than the rounding.", four, StringComparison.Ordinal);
        var html = Report.Html(summary);
        Assert.Contains("By size on disk", html, StringComparison.Ordinal);
        Assert.Contains("Method against method", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_says_whether_training_brings_the_methods_together()
    {
        static IReadOnlyList<string> Points(int before, int after) => Findings.Of(Trained(before, after), Trained(before, after).Families[0]).Points;
        Assert.Contains(Points(40, 88), p => p.StartsWith("Training after compression brings the methods together. From the best to the worst method it is, at 20\u202f% uniform: from 40.0 points to 2.0 points", StringComparison.Ordinal));
        Assert.Contains(Points(40, 88), p => p.Contains("Of one pair of methods, 1 differ significantly before training and 0 after it", StringComparison.Ordinal));
        Assert.Contains(Points(78, 50), p => p.StartsWith("Training after compression drives the methods apart.", StringComparison.Ordinal));
        Assert.Contains(Points(79, 89), p => p.StartsWith("Whether training after compression brings the methods together cannot be told.", StringComparison.Ordinal));
        Assert.Contains("Training after compression", Report.Html(Trained(40, 88)), StringComparison.Ordinal);

        static StudySummary Trained(int before, int after)
        {
            var summary = Summary(Cell("dense", 0, 95, 100, recovered: 95), Cell("svd", 0.2, before, 80, recovered: after), Cell("fwsvd", 0.2, 80, 80, recovered: 90));
            return StudySummary.Of(summary.Results with { Config = summary.Results.Config with { Recover = new RecoverySettings { Steps = 10 } } });
        }
    }

    [Fact]
    public void A_score_that_is_not_a_number_makes_its_test_one()
    {
        var text = MadeUpStudy.OfText((_, _, r) => r);
        var broken = text with { Cells = [.. text.Cells.Select((c, i) => i == 1 ? c with { Text = c.Text! with { Losses = [double.NaN, .. c.Text.Losses.Skip(1)] } } : c)] };
        Assert.All(StudySummary.Of(broken).Comparisons, c => Assert.Equal(c.First == text.Cells[1].Cell || c.Second == text.Cells[1].Cell, double.IsNaN(c.PValue)));
    }

    /// <summary>The product of counts and figures against drawing item by item.</summary>
    [Theory]
    [InlineData(7, 1)]
    [InlineData(300, 600)]
    public void The_bootstrap_of_many_lists_is_that_of_each(int items, int lists)
    {
        var random = new SeededRandom(3);
        var figures = Enumerable.Range(0, lists).Select(_ => Enumerable.Range(0, items).Select(_ => random.NextGaussian()).ToArray()).ToList();
        var intervals = new ItemBootstrap(300, 5).Intervals(figures);
        foreach (var l in new[] { 0, lists / 2, lists - 1 })
        {
            var draws = new SeededRandom(5);
            var means = Enumerable.Range(0, 300).Select(_ => Enumerable.Range(0, items).Sum(_ => figures[l][draws.Next(items)]) / items).ToArray();
            var expected = Interval.OfPercentiles(means);
            Assert.Equal(expected.Low, intervals[l].Low, 1e-12);
            Assert.Equal(expected.High, intervals[l].High, 1e-12);
        }
    }
}
