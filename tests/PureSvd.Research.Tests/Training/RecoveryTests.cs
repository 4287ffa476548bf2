using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Training;
using PureSvd.Storage;

namespace PureSvd.Research.Tests.Training;

/// <summary>A compressed model trained on: which weights move, and what a teacher adds.</summary>
public sealed class RecoveryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("puresvd-recovery-").FullName;
    private readonly BertModel<float> _dense, _compressed;

    public RecoveryTests()
    {
        string[] nouns = ["dog", "cat", "bird", "fox"], verbs = ["runs", "sleeps", "sings"];
        string[] words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", .. nouns, .. verbs];
        Write("train.tsv", "premise\thypothesis\tlabel\n" + string.Join('\n', nouns.SelectMany(a => nouns.SelectMany(b => verbs.Select(v => $"the {a} {v}\tthe {b} {v}\t{(a == b ? "entailment" : "neutral")}")))));
        _dense = BertModel<float>.CreateRandom(new BertConfig
        {
            VocabularySize = words.Length,
            HiddenSize = 32,
            LayerCount = 2,
            HeadCount = 2,
            IntermediateSize = 64,
            MaxPositions = 16,
            InitializerRange = 0.2,
            Labels = ["entailment", "neutral"],
        }, seed: 3);
        _compressed = _dense.WithLinears(_dense.TargetLinears.ToDictionary(t => t.Name, t => Truncated(t.Name, t.Linear, 4)));
        foreach (var (model, name) in new[] { (_dense, "dense"), (_compressed, "compressed") })
        {
            model.Save(PathOf(name));
            Write($"{name}/vocab.txt", string.Join('\n', words));
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Training_the_factors_leaves_every_other_bit()
    {
        var recovered = Train("\"update\": \"factors\", \"steps\": 20");
        var factors = recovered.TargetLinears.SelectMany(t => t.Linear.Parameters).Select(p => p.Name).ToHashSet();
        foreach (var (before, after) in _compressed.Parameters.Zip(recovered.Parameters))
        {
            Assert.Equal(before.Name, after.Name);
            Assert.Equal(!factors.Contains(after.Name), before.Value.Span.SequenceEqual(after.Value.Span));
        }
        Assert.Contains("puresvd-bert", File.ReadAllText(PathOf("out/config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Training_everything_moves_every_weight()
    {
        var recovered = Train("\"steps\": 20");
        Assert.All(_compressed.Parameters.Zip(recovered.Parameters).Where(p => !p.Second.IsVector), p => Assert.False(p.First.Value.Span.SequenceEqual(p.Second.Value.Span), p.Second.Name));
    }

    /// <summary>A random dense model has nothing to teach but itself: its logits come nearer than labels alone would bring them.</summary>
    [Fact]
    public void A_teacher_draws_the_logits_towards_its_own()
    {
        var before = Distance(_compressed);
        var labels = Distance(Train("\"steps\": 60"));
        var taught = Distance(Train("\"steps\": 60, \"distill\": { \"from\": \"dense\", \"weight\": 1 }"));
        Assert.True(taught < before / 4, $"{taught} after, {before} before");
        Assert.True(taught < labels / 4, $"{taught} from the teacher, {labels} from the labels");
    }

    [Fact]
    public void The_result_is_the_same_for_any_number_of_threads_and_depends_on_the_teacher()
    {
        const string Stage = "\"steps\": 5, \"distill\": { \"from\": \"dense\" }";
        Train(Stage, "one", Parallelism.Serial);
        Train(Stage, "three", new Parallelism(3));
        Assert.Equal(File.ReadAllBytes(PathOf("one/model.safetensors")), File.ReadAllBytes(PathOf("three/model.safetensors")));
        foreach (var parameter in _dense.Parameters)
            parameter.Value.Span[0] += 1;
        _dense.Save(PathOf("dense"));
        Train(Stage, "one", Parallelism.Serial);
        Assert.NotEqual(File.ReadAllBytes(PathOf("one/model.safetensors")), File.ReadAllBytes(PathOf("three/model.safetensors")));
    }

    [Theory]
    [InlineData("dense", "\"update\": \"factors\"", "update")]
    [InlineData("compressed", "\"update\": \"some\"", "update")]
    [InlineData("compressed", "\"distill\": { \"weight\": 0.5 }", "distill.from")]
    [InlineData("compressed", "\"distill\": { \"from\": \"dense\", \"weight\": 2 }", "distill.weight")]
    [InlineData("compressed", "\"distill\": { \"from\": \"nowhere\" }", "nowhere")]
    [InlineData("compressed", "\"labels\": [\"neutral\", \"entailment\"], \"distill\": { \"from\": \"dense\" }", "labels")]
    public void What_cannot_be_trained_is_one_clear_message(string from, string stage, string named)
    {
        var error = Assert.Throws<InputDataException>(() => Train(stage, from: from));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private BertModel<float> Train(string stage, string output = "out", Parallelism? parallelism = null, string from = "compressed")
    {
        Write("train.json", $$"""{ "model": { "from": "{{from}}" }, "shards": 2, "task": "nli", "train": ["train.tsv"], "batch": 16, "learning_rate": 3e-3, "dropout": 0, {{stage}} }""");
        new TrainingRun(PathOf("train.json"), PathOf(output)).Run(false, parallelism ?? Parallelism.Serial);
        return BertModel<float>.Load(PathOf(output));
    }

    /// <summary>Σ ‖z − t‖² against the dense model over the twelve pairs of equal nouns.</summary>
    private double Distance(BertModel<float> model)
    {
        int[] ids = [.. Enumerable.Range(0, 12).SelectMany(i => (int[])[2, 5, 6 + i % 4, 10 + i / 4, 3, 5, 6 + i % 4, 10 + i / 4, 3])];
        int[] types = [.. Enumerable.Range(0, 12).SelectMany(_ => (int[])[0, 0, 0, 0, 0, 1, 1, 1, 1])];
        var batch = new TokenBatch(ids, types, [.. ids.Select((_, i) => i % 9)], [.. Enumerable.Range(0, 13).Select(i => 9 * i)]);
        var (own, teacher) = (model.CreateSession(), _dense.CreateSession());
        own.Forward(batch, Parallelism.Serial);
        teacher.Forward(batch, Parallelism.Serial);
        var sum = 0.0;
        for (var i = 0; i < 12; i++)
            for (var k = 0; k < 2; k++)
                sum += Math.Pow(own.Logits[i, k] - teacher.Logits[i, k], 2);
        return sum;
    }

    private static LinearLayer<float> Truncated(string name, LinearLayer<float> linear, int rank)
    {
        var svd = HouseholderSvd.Compute<float>(linear.ToDense(), new SvdOptions { Rank = rank });
        var a = Matrix<float>.Create(rank, linear.Inputs, (i, j) => svd.S[i] * svd.Vt[i, j]);
        var b = Matrix<float>.Create(linear.Outputs, rank, (i, j) => svd.U[i, j]);
        return new LowRankLinear<float>(name, new Parameter<float>($"{name}.a.weight", a), new Parameter<float>($"{name}.b.weight", b),
            linear.Bias is { } bias ? new Parameter<float>($"{name}.b.bias", bias.Value, isVector: true) : null);
    }

    private string PathOf(string name) => Path.Combine(_directory, name);

    private void Write(string name, string text) => File.WriteAllText(PathOf(name), text);
}
