using PureSvd.LinearAlgebra;
using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Tests.Evaluation;

/// <summary>Expected numbers are SciPy 1.10.1's unless a test says otherwise.</summary>
public class StatisticsTests
{
    [Theory]
    [InlineData(0, 10, 0.0, 0.27753279986288926)]
    [InlineData(10, 10, 0.7224672001371109, 1.0)]
    [InlineData(5, 10, 0.236593090512564, 0.7634069094874361)]
    [InlineData(81, 263, 0.2552885198782742, 0.36620957698280004)]
    [InlineData(2790, 3000, 0.9203092281595247, 0.938590961936695)]
    public void Wilson_agrees_with_scipys_binomtest(int k, int n, double low, double high)
    {
        var interval = WilsonInterval.Compute(k, n);
        Assert.Equal(low, interval.Low, 1e-12);
        Assert.Equal(high, interval.High, 1e-12);
    }

    [Fact]
    public void Wilson_without_data_knows_nothing() => Assert.Equal(new Interval(0, 1), WilsonInterval.Compute(0, 0));

    [Fact]
    public void Wilson_mirrors_successes_and_failures()
    {
        for (var k = 0; k <= 37; k++)
        {
            var (a, b) = (WilsonInterval.Compute(k, 37), WilsonInterval.Compute(37 - k, 37));
            Assert.Equal(a.Low, 1 - b.High, 1e-14);
            Assert.InRange(k / 37.0, a.Low, a.High);
        }
    }

    [Theory]
    [InlineData(10, 20, 0.09873714670538905)]
    [InlineData(0, 5, 0.0625)]
    [InlineData(3, 3, 1.0)]
    [InlineData(0, 0, 1.0)]
    [InlineData(150, 97, 0.0009002873869539926)]
    [InlineData(1200, 1000, 2.181702640791419e-05)]
    public void McNemar_agrees_with_scipys_binomtest(int b, int c, double p)
        => Assert.Equal(1, McNemar.FromCounts(b, c).PValue / p, 1e-9);

    [Fact]
    public void McNemar_agrees_with_the_enumeration_of_all_outcomes()
    {
        for (var n = 1; n <= 16; n++)
        {
            var ways = new int[n + 1];
            for (var outcome = 0; outcome < 1 << n; outcome++)
                ways[int.PopCount(outcome)]++;
            for (var b = 0; b <= n; b++)
            {
                var asExtreme = Enumerable.Range(0, n + 1).Where(k => Math.Min(k, n - k) <= Math.Min(b, n - b)).Sum(k => ways[k]);
                Assert.Equal((double)asExtreme / (1 << n), McNemar.FromCounts(b, n - b).PValue, 1e-12);
            }
        }
    }

    [Fact]
    public void McNemar_counts_only_discordant_items()
    {
        var test = McNemar.Compare([true, true, false, false, true], [true, false, true, false, false]);
        Assert.Equal((2, 1), (test.OnlyFirst, test.OnlySecond));
        Assert.Throws<ArgumentException>(() => McNemar.Compare([true], [true, false]));
    }

    [Fact]
    public void Paired_tests_refuse_other_items()
    {
        Prediction[] first = [new(0, "a", "a", null)], second = [new(1, "a", "a", null)];
        Assert.Throws<ArgumentException>(() => McNemar.Compare(first, second));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare(first, second, 1));
    }

    [Fact]
    public void The_bootstrap_interval_is_close_to_the_normal_one_on_many_items()
    {
        var random = new SeededRandom(3);
        var (first, second) = (new bool[4000], new bool[4000]);
        for (var i = 0; i < first.Length; i++)
        {
            first[i] = random.NextDouble() < 0.8;
            second[i] = random.NextDouble() < 0.1 ? !first[i] : first[i];
        }
        var result = PairedBootstrap.Compare(first, second, seed: 7);
        var gains = first.Zip(second, (a, b) => (b ? 1.0 : 0) - (a ? 1.0 : 0)).ToArray();
        var mean = gains.Average();
        var standardError = Math.Sqrt(gains.Sum(g => (g - mean) * (g - mean)) / gains.Length / gains.Length);
        Assert.Equal(mean, result.Difference, 1e-12);
        Assert.Equal(mean - 1.96 * standardError, result.Interval.Low, 0.1 * standardError);
        Assert.Equal(mean + 1.96 * standardError, result.Interval.High, 0.1 * standardError);
        Assert.Equal(result, PairedBootstrap.Compare(first, second, seed: 7));
        Assert.NotEqual(PairedBootstrap.Compare(first, second, seed: 7, resamples: 20).Interval, PairedBootstrap.Compare(first, second, seed: 8, resamples: 20).Interval);
    }

    [Fact]
    public void The_bootstrap_of_equal_outcomes_is_zero()
    {
        bool[] outcomes = [true, false, true];
        Assert.Equal(new Interval(0, 0), PairedBootstrap.Compare(outcomes, outcomes, 1).Interval);
        Assert.True(double.IsNaN(PairedBootstrap.Compare(ReadOnlySpan<bool>.Empty, [], 1).Difference));
    }

    /// <summary>Holm's own example form: sorted p = .005 .01 .03 .04 times 4 3 2 1, made monotone.</summary>
    [Fact]
    public void Holm_steps_down_and_keeps_the_order()
    {
        double[] expected = [0.03, 0.06, 0.06, 0.02];
        var adjusted = Holm.Adjust([0.01, 0.04, 0.03, 0.005]);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], adjusted[i], 1e-15);
    }

    [Fact]
    public void Holm_never_exceeds_one_and_keeps_nan()
    {
        var adjusted = Holm.Adjust([0.9, double.NaN, 0.3]);
        Assert.Equal([1.0, double.NaN, 0.8999999999999999], adjusted);
        Assert.Empty(Holm.Adjust([]));
    }

    [Fact]
    public void Pearson_and_its_interval_agree_with_scipy()
    {
        var r = Correlation.Pearson([1, 2, 3, 4, 5, 6, 7.5], [2, 1, 4, 3, 7, 5, 5]);
        Assert.Equal(0.7385198066226313, r.Value, 1e-12);
        Assert.Equal(-0.03275486768095239, r.Interval.Low, 1e-9);
        Assert.Equal(0.9585062605537472, r.Interval.High, 1e-9);
        Assert.Equal(7, r.Count);
    }

    [Fact]
    public void Spearman_agrees_with_scipy_on_ties()
        => Assert.Equal(0.8108437164260032, Correlation.Spearman([1, 2, 3, 4, 5, 6, 7.5], [2, 1, 4, 3, 7, 5, 5]).Value, 1e-12);

    /// <summary>The figure is NumPy's: the correlation of the residuals of the ranks, each regressed on the ranks of z.</summary>
    [Fact]
    public void Partial_spearman_is_the_correlation_of_what_the_third_leaves()
    {
        var partial = Correlation.PartialSpearman([1, 2, 3, 4, 5, 6, 7.5, 8], [2, 1, 4, 3, 7, 5, 5, 9], [1, 1, 2, 2, 3, 3, 4, 4]);
        Assert.Equal(-0.1310806262732691, partial.Value, 1e-12);
        Assert.Equal(8, partial.Count);
    }

    [Fact]
    public void A_third_variable_that_drives_both_leaves_nothing()
    {
        var random = new SeededRandom(5);
        var z = Enumerable.Range(0, 400).Select(i => (double)(i % 4)).ToArray();
        var x = z.Select(l => l + 0.3 * random.NextGaussian()).ToArray();
        var y = z.Select(l => l + 0.3 * random.NextGaussian()).ToArray();
        Assert.True(Correlation.Spearman(x, y).Value > 0.8);
        Assert.InRange(Correlation.PartialSpearman(x, y, z).Value, -0.2, 0.2);
        Assert.True(double.IsNaN(Correlation.PartialSpearman(z, y, z).Value));
    }

    /// <summary>Of three clusters with the means 0, 1 and 2 a draw of all the same has probability 1/27 > 2.5 %, so the interval reaches from the least to the greatest; single observations would give a much narrower one.</summary>
    [Fact]
    public void Clusters_are_drawn_whole()
    {
        double[] values = [.. Enumerable.Range(0, 300).Select(i => (double)(i / 100))];
        IReadOnlyList<IReadOnlyList<int>> clusters = [.. Enumerable.Range(0, 3).Select(c => Enumerable.Range(100 * c, 100).ToList())];
        Assert.Equal(new Interval(0, 2), ClusterBootstrap.Interval(clusters, draw => draw.Average(i => values[i]), 1));
        Assert.True(double.IsNaN(ClusterBootstrap.Interval([[0, 1]], draw => draw.Count, 1).Low));
        Assert.True(double.IsNaN(ClusterBootstrap.Interval(clusters, draw => draw.Contains(0) ? double.NaN : 1, 1).Low));
    }

    [Fact]
    public void A_correlation_without_variance_or_with_nan_is_nan()
    {
        Assert.True(double.IsNaN(Correlation.Pearson([1, 1, 1, 1], [1, 2, 3, 4]).Value));
        Assert.True(double.IsNaN(Correlation.Spearman([1, double.NaN, 3, 4], [1, 2, 3, 4]).Value));
        Assert.Equal(new Interval(-1, 1), Correlation.Pearson([1, 2, 3], [1, 2, 2]).Interval);
    }
}
