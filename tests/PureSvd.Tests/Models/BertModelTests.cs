using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Tests.Models;

public sealed class BertModelTests : IDisposable
{
    private static readonly TokenBatch Batch = new([1, 5, 7, 2, 9, 2, 1, 3, 2], [0, 0, 0, 0, 1, 1, 0, 0, 0], [0, 1, 2, 3, 4, 5, 0, 1, 2], [0, 6, 9]);
    private readonly string _directory = Directory.CreateTempSubdirectory("puresvd-bert-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Saving_and_loading_keeps_every_bit(bool lowRank)
    {
        var model = BertGradientTests.Model("gelu", lowRank);
        model.Save(_directory);
        var loaded = BertModel<double>.Load(_directory);
        Assert.Equal(model.Parameters.Select(p => p.Name), loaded.Parameters.Select(p => p.Name));
        Assert.All(model.Parameters.Zip(loaded.Parameters), pair => Assert.Equal(pair.First.Value.Span, pair.Second.Value.Span));
        Assert.Equal(model.Config.Labels, loaded.Config.Labels);
        Assert.Equal(lowRank, loaded.TargetLinears[0].Linear is LowRankLinear<double>);
        Assert.Contains(lowRank ? "\"puresvd-bert\"" : "\"bert\"", File.ReadAllText(Path.Combine(_directory, "config.json")), StringComparison.Ordinal);
        Assert.Equal(Logits(model), Logits(loaded));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_packed_model_is_the_same_model_bit_by_bit(bool lowRank)
    {
        var model = BertGradientTests.Model("gelu", lowRank);
        var packed = model.Packed();
        Assert.Equal(model.Parameters, packed.Parameters);
        Assert.Equal(Logits(model), Logits(packed));
        Assert.All(model.TargetLinears.Zip(packed.TargetLinears), pair => Assert.Equal(pair.First.Linear.WeightCount, pair.Second.Linear.WeightCount));
        model.Save(_directory);
        packed.Save(Path.Combine(_directory, "packed"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(_directory, "model.safetensors")), File.ReadAllBytes(Path.Combine(_directory, "packed", "model.safetensors")));
        foreach (var length in (int[])[1, 8, 9, 16])
        {
            var ids = Enumerable.Range(1, length).ToArray();
            var batch = TokenBatch.FromIds([.. ids.Chunk(5)]);
            var (a, b) = (model.CreateSession(), packed.CreateSession());
            a.Forward(batch, Parallelism.Serial);
            b.Forward(batch, new Parallelism(2));
            Assert.Equal(a.Hidden(2).ToMatrix().Span, b.Hidden(2).ToMatrix().Span);
        }
    }

    [Fact]
    public void Unknown_fields_of_the_configuration_survive()
    {
        BertGradientTests.Model("gelu", lowRank: false).Save(_directory);
        var config = Path.Combine(_directory, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"hidden_size\"", "\"transformers_version\": \"4.40\", \"nested\": {\"a\": [1]}, \"hidden_size\"", StringComparison.Ordinal));
        var copy = Path.Combine(_directory, "copy");
        BertModel<double>.Load(_directory).Save(copy);
        var text = File.ReadAllText(Path.Combine(copy, "config.json"));
        Assert.Contains("\"transformers_version\": \"4.40\"", text, StringComparison.Ordinal);
        Assert.Contains("\"nested\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_padded_batch_with_a_mask_gives_the_states_of_the_unpadded_one()
    {
        var model = BertGradientTests.Model("gelu", lowRank: false);
        var padded = TokenBatch.FromPadded(
            new[,] { { 1, 5, 7, 2, 9, 2, 0 }, { 1, 3, 2, 0, 0, 0, 0 } },
            new[,] { { 0, 0, 0, 0, 1, 1, 0 }, { 0, 0, 0, 0, 0, 0, 0 } },
            new[,] { { 1, 1, 1, 1, 1, 1, 0 }, { 1, 1, 1, 0, 0, 0, 0 } });
        var (a, b) = (model.CreateSession(), model.CreateSession());
        a.Forward(Batch, Parallelism.Serial);
        b.Forward(padded, Parallelism.Serial);
        for (var i = 0; i <= 2; i++)
            Assert.Equal(a.Hidden(i).ToMatrix().Span, b.Hidden(i).ToMatrix().Span);
        Assert.Equal([0, 2], TokenBatch.FromPadded(new[,] { { 4, 5, 6 } }, null, new[,] { { 1, 0, 1 } }).Positions);
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var model = BertModel<float>.CreateRandom(new BertConfig { VocabularySize = 50, HiddenSize = 64, LayerCount = 2, HeadCount = 4, IntermediateSize = 256, MaxPositions = 128, Labels = ["a", "b"] }, 3, maskedLmHead: true);
        var random = new SeededRandom(5);
        var ids = Enumerable.Range(0, 200).Select(_ => random.Next(50)).ToArray();
        var batch = new TokenBatch(ids, new int[200], [.. Enumerable.Range(0, 80), .. Enumerable.Range(0, 120)], [0, 80, 200]);
        var (one, four) = (model.CreateSession(), model.CreateSession());
        one.Forward(batch, Parallelism.Serial);
        four.Forward(batch, new Parallelism(4));
        Assert.Equal(one.Hidden(2).ToMatrix().Span, four.Hidden(2).ToMatrix().Span);
        Assert.Equal(one.Logits.ToMatrix().Span, four.Logits.ToMatrix().Span);
        Assert.Equal(one.MaskedLmLogits(Parallelism.Serial).ToMatrix().Span, four.MaskedLmLogits(new Parallelism(4)).ToMatrix().Span);
    }

    [Fact]
    public void A_warm_session_allocates_nothing()
    {
        var model = BertGradientTests.Model("gelu", lowRank: true);
        var session = model.CreateSession();
        var gradients = new Gradients<double>(model.Parameters);
        var masks = BertDropout.Of(model.Config, 1, 1);
        int[] targets = [-1, 4, -1, 3, -1, -1, 8, -1, -1];
        void Pass()
        {
            session.Forward(Batch, Parallelism.Serial);
            session.LossAndGradients(Batch, [0, 1], 1, masks, gradients, Parallelism.Serial);
            session.MaskedLmLossAndGradients(Batch, targets, 1, masks, gradients, Parallelism.Serial);
            gradients.Clear();
        }
        Pass();

        // The runtime itself allocates now and then on a thread whose methods it replaces: what allocates in every pass is the session's.
        var least = long.MaxValue;
        for (var i = 0; i < 20 && least > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Pass();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, least);
    }

    [Fact]
    public void What_is_out_of_the_models_range_is_named()
    {
        var session = BertGradientTests.Model("gelu", lowRank: false).CreateSession();
        Assert.Contains("Token id 17", Message(new TokenBatch([17], [0], [0], [0, 1])), StringComparison.Ordinal);
        Assert.Contains("Token id -1", Message(new TokenBatch([-1], [0], [0], [0, 1])), StringComparison.Ordinal);
        Assert.Contains("Segment 2", Message(new TokenBatch([1], [2], [0], [0, 1])), StringComparison.Ordinal);
        Assert.Contains("Position 9", Message(new TokenBatch([1], [0], [9], [0, 1])), StringComparison.Ordinal);
        Assert.Contains("Sequence 0", Message(new TokenBatch([1], [0], [0], [0, 0, 1])), StringComparison.Ordinal);
        string Message(TokenBatch batch) => Assert.Throws<ArgumentException>(() => session.Forward(batch, Parallelism.Serial)).Message;
    }

    private static double[] Logits(BertModel<double> model)
    {
        var session = model.CreateSession();
        session.Forward(Batch, Parallelism.Serial);
        return session.Logits.ToMatrix().Span.ToArray();
    }
}
