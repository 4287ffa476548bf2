using PureSvd.LinearAlgebra;
using PureSvd.Research.Corpora;
using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Tests.Evaluation;

public class BaselineTests
{
    /// <summary>Pairs of random words with a label decided by <paramref name="label"/>(premise, hypothesis, random number).</summary>
    private static NliExample[] Pairs(int count, ulong seed, Func<string[], string[], double, string> label)
    {
        var random = new SeededRandom(seed);
        string[] Sentence() => [.. Enumerable.Range(0, 5).Select(_ => TinyModel.Words[random.Next(TinyModel.Words.Length)])];
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var (premise, hypothesis) = (Sentence(), Sentence());
            if (random.NextDouble() < 0.5)
                hypothesis = [.. premise.Reverse()];
            return new NliExample(string.Join(' ', premise), string.Join(' ', hypothesis), label(premise, hypothesis, random.NextDouble()));
        })];
    }

    private static readonly Func<string[], string[], double, string> GivenAway = (_, h, _) => h.Contains("not") ? "contradiction" : "neutral";
    private static readonly Func<string[], string[], double, string> Overlapping = (p, h, _) => p.ToHashSet().SetEquals(h) ? "entailment" : "neutral";
    private static readonly Func<string[], string[], double, string> Order = (p, h, _) => string.CompareOrdinal(p[0] + p[1], h[0] + h[1]) < 0 ? "entailment" : "neutral";

    [Fact]
    public void A_label_that_the_hypothesis_gives_away_is_found()
        => Assert.True(HypothesisOnlyBaseline.Run(Pairs(800, 1, GivenAway), Pairs(400, 2, GivenAway)).Score.Accuracy > 0.97);

    [Fact]
    public void A_label_that_depends_on_both_sentences_is_hidden_from_the_hypothesis_alone()
    {
        var (train, test) = (Pairs(800, 3, Overlapping), Pairs(400, 4, Overlapping));
        var alone = HypothesisOnlyBaseline.Run(train, test).Score;
        Assert.Equal(0.5, alone.Accuracy, 0.1);
        Assert.True(OverlapBaseline.Run(train, test).Score.Accuracy > 0.97);
    }

    [Fact]
    public void Random_labels_are_learned_by_neither()
    {
        static string Coin(string[] p, string[] h, double u) => u < 0.5 ? "entailment" : "neutral";
        var (train, test) = (Pairs(600, 5, Coin), Pairs(600, 6, Coin));
        Assert.Equal(0.5, HypothesisOnlyBaseline.Run(train, test).Score.Accuracy, 4 * Math.Sqrt(0.25 / 600));
        Assert.Equal(0.5, OverlapBaseline.Run(train, test).Score.Accuracy, 4 * Math.Sqrt(0.25 / 600));
    }

    [Fact]
    public void The_result_is_the_same_every_time()
    {
        var (train, test) = (Pairs(300, 7, Order), Pairs(100, 8, Order));
        var (a, b) = (OverlapBaseline.Run(train, test), OverlapBaseline.Run(train, test));
        Assert.Equal(a.Score.Predictions, b.Score.Predictions);
        Assert.True(a.Converged);
    }

    [Fact]
    public void A_test_label_without_training_pairs_is_refused()
        => Assert.Throws<ArgumentException>(() => OverlapBaseline.Run(Pairs(50, 9, GivenAway), [new NliExample("a", "b", "maybe")]));

    [Theory]
    [InlineData("He didn't see U.S. troops—2,000!", "he|didn't|see|u|.|s|.|troops|—|2|,|000|!")]
    [InlineData("  ", "")]
    [InlineData("Straße ÉTÉ", "straße|été")]
    public void Words_are_runs_of_letters_digits_and_apostrophes(string sentence, string words)
        => Assert.Equal(words, string.Join('|', Words.Of(sentence)));
}
