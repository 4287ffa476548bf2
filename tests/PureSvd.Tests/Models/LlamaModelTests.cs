using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Tests.Models;

public sealed class LlamaModelTests : IDisposable
{
    private static readonly int[] Text = [.. Enumerable.Range(0, 250).Select(i => i % 17)];
    private readonly string _directory = Directory.CreateTempSubdirectory("puresvd-llama-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("plain", false)]
    [InlineData("tied", false)]
    [InlineData("biases", true)]
    [InlineData("llama3", true)]
    [InlineData("linear", false)]
    public void Saving_and_loading_keeps_every_bit(string kind, bool lowRank)
    {
        var model = LlamaTestModels.Model<double>(LlamaTestModels.Config(kind), lowRank);
        model.Save(_directory);
        var loaded = LlamaModel<double>.Load(_directory);
        Assert.Equal(model.Parameters.Select(p => p.Name), loaded.Parameters.Select(p => p.Name));
        Assert.Equal(lowRank, loaded.TargetLinears[0].Linear.IsFactored);
        Assert.Contains(lowRank ? "\"puresvd-llama\"" : "\"llama\"", File.ReadAllText(Path.Combine(_directory, "config.json")), StringComparison.Ordinal);
        Assert.Equal(LlamaTestModels.Logits(model, LlamaTestModels.Batch), LlamaTestModels.Logits(loaded, LlamaTestModels.Batch));
        Assert.Equal(model.Config, loaded.Config with { Original = null, EosTokenIds = model.Config.EosTokenIds });
    }

    [Theory]
    [InlineData("plain", 1)]
    [InlineData("biases", 7)]
    [InlineData("llama3", 64)]
    [InlineData("tied", 299)]
    public void Decoding_predicts_what_the_forward_pass_does_however_the_text_is_cut(string kind, int piece)
    {
        var model = LlamaTestModels.Model<float>(LlamaTestModels.Config(kind));
        var random = new SeededRandom(5);
        var ids = Enumerable.Range(0, 299).Select(_ => random.Next(17)).ToArray();
        var whole = LlamaTestModels.Logits(model, TokenBatch.FromIds(ids));
        var decoder = model.CreateDecoder(capacity: 3);
        for (var t = 0; t < ids.Length; t += piece)
        {
            var read = ids.AsSpan(t, Math.Min(piece, ids.Length - t));
            AssertClose(whole.AsSpan((t + read.Length - 1) * 17, 17), decoder.Append(read, new Parallelism(1 + t % 2)).Row(0));
        }
        decoder.Truncate(100);
        AssertClose(whole.AsSpan(100 * 17, 17), decoder.Append(ids.AsSpan(100, 1), Parallelism.Serial).Row(0));
    }

    [Fact]
    public void What_follows_a_token_changes_nothing_before_it()
    {
        var model = LlamaTestModels.Model<float>(LlamaTestModels.Small);
        var random = new SeededRandom(9);
        var ids = Enumerable.Range(0, 150).Select(_ => random.Next(17)).ToArray();
        var whole = LlamaTestModels.Logits(model, TokenBatch.FromIds(ids));
        foreach (var length in new[] { 1, 63, 64, 65, 149 })
            AssertClose(whole.AsSpan(0, length * 17), LlamaTestModels.Logits(model, TokenBatch.FromIds(ids[..length])));
    }

    [Fact]
    public void A_sequence_gives_the_same_alone_and_among_others()
    {
        var model = LlamaTestModels.Model<float>(LlamaTestModels.Small);
        var batch = LlamaTestModels.Batch;
        var together = LlamaTestModels.Logits(model, batch);
        for (var s = 0; s < batch.SequenceCount; s++)
            AssertClose(together.AsSpan(batch.Start(s) * 17, batch.Length(s) * 17), LlamaTestModels.Logits(model, TokenBatch.FromIds(batch.Ids[batch.Start(s)..(batch.Start(s) + batch.Length(s))])));
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var model = LlamaTestModels.Model<float>(LlamaTestModels.Small with { HiddenSize = 64, HeadCount = 8, KeyValueHeadCount = 4, HeadSize = 8, IntermediateSize = 400 });
        var random = new SeededRandom(9);
        var ids = Enumerable.Range(0, 280).Select(_ => random.Next(17)).ToArray();
        var batch = TokenBatch.FromIds(ids[..150], ids[150..], [3]);
        Assert.Equal(LlamaTestModels.Logits(model, batch), LlamaTestModels.Logits(model, batch, threads: 3));
        var (one, two) = (model.CreateDecoder(), model.CreateDecoder());
        Assert.Equal(one.Append(ids, Parallelism.Serial).Row(0), two.Append(ids, new Parallelism(2)).Row(0));
        Assert.Equal(one.Append([5], Parallelism.Serial).Row(0), two.Append([5], new Parallelism(2)).Row(0));
    }

    [Fact]
    public void Attention_depends_on_distance_and_not_on_position()
    {
        var model = LlamaTestModels.Model<double>(LlamaTestModels.Small);
        int[] ids = [1, 5, 7, 2, 9];
        var shifted = new TokenBatch(ids, new int[5], [120, 121, 122, 123, 124], [0, 5]);
        Assert.All(LlamaTestModels.Logits(model, TokenBatch.FromIds(ids)).Zip(LlamaTestModels.Logits(model, shifted)), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public void The_last_hidden_state_is_after_the_final_norm()
    {
        var model = LlamaTestModels.Model<double>(LlamaTestModels.Config("tied"));
        var session = model.CreateSession();
        session.Forward(LlamaTestModels.Batch, Parallelism.Serial);
        var (last, table) = (session.Hidden(model.LayerCount).ToMatrix(), model.Parameters[0].Value);
        Assert.Equal(table.Row(5).ToArray(), session.Hidden(0).Row(1).ToArray());
        var logit = 0.0;
        for (var j = 0; j < 12; j++)
            logit += last[3, j] * table[8, j];
        Assert.Equal(logit, session.Logits(Parallelism.Serial)[3, 8], 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_warm_session_and_a_warm_decoder_allocate_nothing(int threads)
    {
        var parallelism = new Parallelism(threads);
        var model = LlamaTestModels.Model<float>(LlamaTestModels.Small, lowRank: true);
        var session = model.CreateSession();
        var decoder = model.CreateDecoder();
        var gradients = new Gradients<float>(model.Parameters);
        var targets = LlamaTestModels.Batch.NextIds();
        var scores = new double[targets.Length];
        void Pass()
        {
            session.Forward(LlamaTestModels.Batch, parallelism);
            session.Logits(parallelism);
            session.Score(LlamaTestModels.Batch, targets, scores, [], parallelism);
            session.LossAndGradients(LlamaTestModels.Batch, targets, [], 1, gradients, parallelism);
            decoder.Append(Text, parallelism);
            for (var i = 0; i < 20; i++)
                decoder.Append([3], parallelism);
            decoder.Truncate(0);
        }
        // Which thread takes which share differs from pass to pass, so a thread may meet a kernel, and make its packing memory, in a later pass than the first.
        var clean = 0;
        for (var pass = 0; pass < 100 && clean < 10; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Pass();
            clean = GC.GetAllocatedBytesForCurrentThread() == before ? clean + 1 : 0;
        }
        Assert.Equal(10, clean);
    }

    [Fact]
    public void What_is_out_of_the_models_range_is_named()
    {
        var model = LlamaTestModels.Model<float>(LlamaTestModels.Small);
        var (session, decoder) = (model.CreateSession(), model.CreateDecoder());
        Assert.Contains("Token id 17", Message(() => session.Forward(TokenBatch.FromIds([17]), Parallelism.Serial)), StringComparison.Ordinal);
        Assert.Contains("Token id -1", Message(() => decoder.Append([-1], Parallelism.Serial)), StringComparison.Ordinal);
        Assert.Contains("context of 300", Message(() => session.Forward(TokenBatch.FromIds(new int[301]), Parallelism.Serial)), StringComparison.Ordinal);
        Assert.Contains("301 tokens", Message(() => decoder.Append(new int[301], Parallelism.Serial)), StringComparison.Ordinal);
        Assert.Contains("Sequence 0", Message(() => session.Forward(TokenBatch.FromIds([], [1]), Parallelism.Serial)), StringComparison.Ordinal);
        Assert.Contains("Target 17", Message(() => session.Loss(TokenBatch.FromIds([1, 2]), [17, -1], Parallelism.Serial)), StringComparison.Ordinal);
        static string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
    }

    // A product of few rows is summed in another order than one of many, so equality is up to rounding.
    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 2e-5 * Math.Max(1, Math.Abs(expected[i])));
    }

    [Fact]
    public void Unknown_fields_of_the_configuration_and_the_name_of_the_architecture_survive()
    {
        LlamaTestModels.Model<double>(LlamaTestModels.Small).Save(_directory);
        var config = Path.Combine(_directory, "config.json");
        File.WriteAllText(config, File.ReadAllText(config)
            .Replace("\"llama\"", "\"mistral\"", StringComparison.Ordinal)
            .Replace("\"hidden_size\"", "\"nested\": {\"a\": [1]}, \"sliding_window\": 4096, \"hidden_size\"", StringComparison.Ordinal));
        var copy = Path.Combine(_directory, "copy");
        LlamaModel<double>.Load(_directory).Save(copy);
        var text = File.ReadAllText(Path.Combine(copy, "config.json"));
        Assert.Contains("\"nested\"", text, StringComparison.Ordinal);
        Assert.Contains("\"sliding_window\": 4096", text, StringComparison.Ordinal);
        Assert.Contains("MistralForCausalLM", text, StringComparison.Ordinal);
    }
}
