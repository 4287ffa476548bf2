using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Research.Probing;
using PureSvd.Research.Tests.Evaluation;

namespace PureSvd.Research.Tests.Probing;

public sealed class SentenceEncoderTests : IDisposable
{
    private static readonly SentenceVector[] Both = [SentenceVector.Mean, SentenceVector.Cls];

    private readonly TinyModel _tiny = new();

    public void Dispose() => _tiny.Dispose();

    private static string[] Sentences(int count) => [.. TinyModel.Pairs(count, 3).Select(p => p.Premise)];

    [Fact]
    public void Vectors_are_those_of_each_sentence_on_its_own()
    {
        var sentences = Sentences(200);
        var encodings = SentenceEncoder.Encode(_tiny.Model, _tiny.Tokenizer, sentences, null, Both, new Parallelism(2));
        Assert.Equal([0, 1, 2], encodings.Layers);
        var session = _tiny.Model.CreateSession();
        foreach (var sentence in sentences.Take(40))
        {
            session.Forward(TokenBatch.Pack([_tiny.Tokenizer.Encode(sentence)]), Parallelism.Serial);
            for (var layer = 0; layer <= 2; layer++)
            {
                var hidden = session.Hidden(layer);
                for (var j = 0; j < hidden.Columns; j++)
                {
                    var mean = Enumerable.Range(1, hidden.Rows - 2).Average(t => (double)session.Hidden(layer)[t, j]);
                    Assert.Equal(mean, encodings.Vectors(SentenceVector.Mean, layer)[encodings.IndexOf(sentence), j], 1e-4);
                    Assert.Equal(hidden[0, j], encodings.Vectors(SentenceVector.Cls, layer)[encodings.IndexOf(sentence), j], 1e-4);
                }
            }
        }
    }

    [Fact]
    public void A_repeated_sentence_is_encoded_once()
    {
        var encodings = SentenceEncoder.Encode(_tiny.Model, _tiny.Tokenizer, ["the cat", "a dog", "the cat"], [1], Both, Parallelism.Serial);
        Assert.Equal(["the cat", "a dog"], encodings.Sentences);
        Assert.Equal(2, encodings.Vectors(SentenceVector.Mean, 1).Rows);
        Assert.Throws<ArgumentException>(() => encodings.IndexOf("no bird"));
        Assert.Throws<ArgumentException>(() => encodings.Vectors(SentenceVector.Mean, 2));
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        var sentences = Sentences(300);
        var (one, four) = (SentenceEncoder.Encode(_tiny.Model, _tiny.Tokenizer, sentences, [2], Both, Parallelism.Serial), SentenceEncoder.Encode(_tiny.Model, _tiny.Tokenizer, sentences, [2], Both, new Parallelism(4)));
        foreach (var kind in Both)
            Assert.Equal(one.Vectors(kind, 2).Span, four.Vectors(kind, 2).Span);
    }

    [Fact]
    public void Static_embeddings_know_no_order()
    {
        var encodings = SentenceEncoder.StaticEmbeddings(_tiny.Model, _tiny.Tokenizer, ["the dog sees a cat", "a cat sees the dog", "every bird runs"], Parallelism.Serial);
        var vectors = encodings.Vectors(SentenceVector.Mean, 0);
        for (var j = 0; j < vectors.Columns; j++)
            Assert.Equal(vectors[0, j], vectors[1, j], 1e-5);
        Assert.NotEqual(vectors[0, 0], vectors[2, 0]);
    }

    [Fact]
    public void A_sentence_without_tokens_has_the_zero_mean()
    {
        var encodings = SentenceEncoder.Encode(_tiny.Model, _tiny.Tokenizer, [""], [0], Both, Parallelism.Serial);
        Assert.All(encodings.Vectors(SentenceVector.Mean, 0).Span.ToArray(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void A_layer_that_is_not_there_is_named()
        => Assert.Contains("no layer 3", Assert.Throws<ArgumentException>(() => SentenceEncoder.Encode(_tiny.Model, _tiny.Tokenizer, ["a"], [3], Both, Parallelism.Serial)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_model_is_probed_beside_a_random_encoder_and_static_embeddings_in_any_memory()
    {
        var sentences = Sentences(600).Distinct().ToArray();
        ProbingExample[] examples = [.. sentences.Select(s => new ProbingExample(s.Contains("cat", StringComparison.Ordinal) ? "cat" : "none", s))];
        ProbingTask Task(string name) => new(name, examples[..300], examples[300..380], examples[380..]);
        ProbingTask[] tasks = [Task("one"), Task("two")];
        var options = new ProbeOptions { Vectors = Both, Layers = [0, 2], Seeds = 2 };
        var report = ProbeRunner.RunWithBaselines(_tiny.Model, _tiny.Tokenizer, tasks, options, new Parallelism(2));
        Assert.Equal(["one mean 0", "one mean 2", "one cls 0", "one cls 2", "two mean 0", "two mean 2", "two cls 0", "two cls 2"], report.Model.Select(r => $"{r.Task} {(r.Vector == SentenceVector.Mean ? "mean" : "cls")} {r.Layer}"));
        Assert.Equal(8, report.RandomEncoder.Count);
        Assert.Equal(["one", "two"], report.StaticEmbeddings.Select(r => r.Task));
        Assert.All(report.RandomEncoder.Concat(report.StaticEmbeddings), r => Assert.Null(r.Control));
        Assert.All(report.Model, r => Assert.NotNull(report.RandomFor(r)));
        Assert.Equal(4, report.BestLayers().Count());

        // At layer 0, [CLS] is the same vector for every sentence: nothing can be read.
        Assert.All(report.Model.Where(r => r.Vector == SentenceVector.Cls && r.Layer == 0), r => Assert.Equal(r.Majority, r.Score.Test, 1e-12));
        Assert.All(report.Model.Where(r => r.Vector == SentenceVector.Mean && r.Layer == 0), r => Assert.True(r.Score.Test > r.Majority + 0.1));

        var oneByOne = ProbeRunner.Run(_tiny.Model, _tiny.Tokenizer, tasks, options with { MemoryBudget = 1 }, new Parallelism(2));
        Assert.Equal(report.Model.Select(r => r.Score), oneByOne.Select(r => r.Score));
    }

    [Fact]
    public void The_table_has_a_row_a_probe_and_writes_nan()
    {
        var score = new ProbeScore(0.5, double.NaN, 0, 0.01, false, 3);
        var result = new ProbeResult { Task = "a,\"b\"", Layer = 1, Vector = SentenceVector.Cls, Classes = 2, TrainCount = 10, TestCount = 5, Majority = 0.6, Score = score, Control = score with { Test = 0.25 }, TestCorrect = [], Milliseconds = 1 };
        var path = Path.Combine(_tiny.Folder, "probes.csv");
        ProbeCsv.Write(path, new ProbeReport([result], [result with { Control = null, Vector = SentenceVector.Last, OnlineCode = new OnlineCode(4, 10) }], []));
        var lines = File.ReadAllLines(path);
        Assert.Equal("model,\"a,\"\"b\"\"\",cls,1,2,10,5,0.6,0.5,NaN,0,0.01,false,0.25,0,NaN,,", lines[1]);
        Assert.Equal("random,\"a,\"\"b\"\"\",last,1,2,10,5,0.6,0.5,NaN,0,0.01,false,,,,4,2.5", lines[2]);
    }
}
