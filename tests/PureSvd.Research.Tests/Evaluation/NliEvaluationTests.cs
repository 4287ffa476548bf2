using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Tests.Evaluation;

public sealed class NliEvaluationTests : IDisposable
{
    private static readonly string[] Names = ["entailment", "neutral", "contradiction"];

    private readonly TinyModel _tiny = new();

    public void Dispose() => _tiny.Dispose();

    private NliResult Run(IReadOnlyList<NliExample> pairs, int threads = 2, EvaluationOptions? options = null, TinyModel? tiny = null)
    {
        tiny ??= _tiny;
        return NliEvaluation.Run(tiny.Model, tiny.Tokenizer, pairs, LabelMap.Create(tiny.Config.Labels, [.. pairs.Select(p => p.Label)]), options, new Parallelism(threads));
    }

    [Fact]
    public void Predictions_are_the_largest_logits_of_each_pair_on_its_own()
    {
        var pairs = TinyModel.Pairs(60);
        var result = Run(pairs, options: new EvaluationOptions { TokensPerBatch = 50 });
        var session = _tiny.Model.CreateSession();
        for (var i = 0; i < pairs.Length; i++)
        {
            session.Forward(TokenBatch.Pack([_tiny.Tokenizer.Encode(pairs[i].Premise, pairs[i].Hypothesis)]), Parallelism.Serial);
            var logits = session.Logits.Row(0).ToArray();
            Assert.Equal(Names[Array.IndexOf(logits, logits.Max())], result.Predictions[i].Predicted);
            Assert.Equal((i, pairs[i].Label, pairs[i].Phenomenon), (result.Predictions[i].Index, result.Predictions[i].Gold, result.Predictions[i].Phenomenon));
        }
        Assert.True(result.Histogram.Count(h => h > 0) > 1);
    }

    [Fact]
    public void Every_figure_follows_from_the_predictions()
    {
        var pairs = TinyModel.Pairs(200);
        var result = Run(pairs);
        var correct = result.Predictions.Count(p => p.Gold == p.Predicted);
        Assert.Equal(correct / 200.0, result.Accuracy);
        Assert.Equal(WilsonInterval.Compute(correct, 200), result.Interval);
        Assert.Equal(200, result.Histogram.Sum());
        Assert.Equal(Names.Select(n => pairs.Count(p => p.Label == n)), result.GoldHistogram);
        Assert.Equal(result.GoldHistogram.Max() / 200.0, result.MajorityRate);
        Assert.Equal(["negation", "passive"], result.ByPhenomenon.Select(p => p.Phenomenon));
        Assert.Equal(correct, result.ByPhenomenon.Sum(p => p.Accuracy * p.Count), 1e-9);
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        var pairs = TinyModel.Pairs(300);
        Assert.Equal(Run(pairs, 1).Predictions, Run(pairs, 4).Predictions);
    }

    [Fact]
    public void Long_pairs_are_cut_and_counted()
    {
        using var small = new TinyModel(maxPositions: 12);
        var pairs = TinyModel.Pairs(100);
        var result = Run(pairs, tiny: small);
        Assert.Equal(pairs.Count(p => p.Premise.Split(' ').Length + p.Hypothesis.Split(' ').Length + 3 > 12), result.Truncated);
        Assert.True(result.Truncated > 0);
    }

    [Fact]
    public void A_nan_makes_the_accuracy_nan_and_not_a_guess()
    {
        _tiny.Model.Parameters.First(p => p.Name.EndsWith("classifier.weight", StringComparison.Ordinal)).Value.Span[3] = float.NaN;
        var result = Run(TinyModel.Pairs(20));
        Assert.True(double.IsNaN(result.Accuracy));
        Assert.Equal(20, result.NonFinite);
        Assert.All(result.ByPhenomenon, p => Assert.True(double.IsNaN(p.Accuracy)));
        Assert.All(result.Predictions, p => Assert.Equal("NaN", p.Predicted));
    }

    [Fact]
    public void A_model_that_always_says_the_same_has_collapsed()
    {
        Prediction[] varied = [.. Enumerable.Range(0, 60).Select(i => new Prediction(i, Names[i % 3], Names[i % 10 == 0 ? 1 : 0], null))];
        Assert.False(Scoring.Score(varied, Names, 0, 0).Collapsed);
        foreach (ref var weight in _tiny.Model.Parameters.First(p => p.Name.EndsWith("classifier.weight", StringComparison.Ordinal)).Value.Span)
            weight = 0;
        Assert.True(Run(TinyModel.Pairs(200)).Collapsed);
    }

    [Fact]
    public void Single_sentences_are_classified_too()
    {
        ProbingExample[] sentences = [new("neutral", "the cat sleeps"), new("entailment", "no dog runs")];
        var result = NliEvaluation.Run(_tiny.Model, _tiny.Tokenizer, sentences, LabelMap.Create(_tiny.Config.Labels, ["neutral", "entailment"]), null, Parallelism.Serial);
        Assert.Equal(2, result.Count);
        Assert.Empty(result.ByPhenomenon);
    }

    [Fact]
    public void A_model_without_a_classifier_is_refused()
    {
        using var bare = new TinyModel([]);
        Assert.Throws<ArgumentException>(() => NliEvaluation.Run(bare.Model, bare.Tokenizer, TinyModel.Pairs(2), LabelMap.Create(Names, Names), null, Parallelism.Serial));
    }

    [Fact]
    public void Cancelling_stops_it()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => NliEvaluation.Run(_tiny.Model, _tiny.Tokenizer, TinyModel.Pairs(20), LabelMap.Create(Names, Names), null, new Parallelism(2), null, source.Token));
    }

    [Fact]
    public void Latency_is_ordered_and_counts_every_token()
    {
        var latency = LatencyMeasurement.Measure(_tiny.Model, _tiny.Tokenizer, TinyModel.Pairs(40), batchSize: 8, rounds: 3, Parallelism.Serial);
        Assert.InRange(latency.MillisecondsPerExample, latency.Fastest, latency.Slowest);
        Assert.True(latency.Fastest > 0 && latency.TokensPerSecond > 0);
    }

    [Fact]
    public void Predictions_are_written_as_json_lines()
    {
        var path = Path.Combine(_tiny.Folder, "predictions.jsonl");
        PredictionFile.Write(path, [new Prediction(0, "a", "b\"", null), new Prediction(1, "a", "a", "passive")]);
        Assert.Equal("{\"index\":0,\"gold\":\"a\",\"predicted\":\"b\\u0022\"}\n{\"index\":1,\"gold\":\"a\",\"predicted\":\"a\",\"phenomenon\":\"passive\"}\n", File.ReadAllText(path));
    }
}
