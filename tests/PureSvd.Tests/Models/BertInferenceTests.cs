using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Tests.Models;

/// <summary>The way through an encoder without a backward pass (epilogues, chains, packed weights) beside the plain one of training, layer by layer.</summary>
public class BertInferenceTests
{
    [Theory]
    [InlineData("gelu", 48, 3, 80, false)]
    [InlineData("gelu_new", 40, 2, 256, false)]
    [InlineData("relu", 33, 1, 65, false)]
    [InlineData("gelu", 64, 4, 128, true)]
    public void It_has_the_bits_of_the_plain_way_for_any_number_of_threads(string activation, int hidden, int heads, int wide, bool lowRank)
    {
        Check<float>(activation, hidden, heads, wide, lowRank);
        Check<double>(activation, hidden, heads, wide, lowRank);
    }

    [Fact]
    public void Once_warm_a_packed_encoder_allocates_nothing_on_any_number_of_threads()
    {
        var model = Model<float>("gelu", 64, 4, 256, lowRank: false).Packed();
        var (session, batch) = (model.CreateSession(), Batch(7));
        foreach (var threads in (int[])[1, 2])
        {
            // The least of some: whatever runs beside a test may allocate.
            var least = long.MaxValue;
            for (var i = 0; i < 20 && least > 0; i++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                session.Forward(batch, new Parallelism(threads));
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }
            Assert.Equal(0, least);
        }
    }

    private static void Check<T>(string activation, int hidden, int heads, int wide, bool lowRank)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var model = Model<T>(activation, hidden, heads, wide, lowRank);
        var packed = model.Packed();
        foreach (var seed in (ulong[])[1, 2, 3])
        {
            var batch = Batch(seed);
            var plain = model.CreateSession();
            plain.LossAndGradients(batch, new int[batch.SequenceCount], new Gradients<T>([]), Parallelism.Serial);
            foreach (var threads in (int[])[1, 2, 3])
            {
                var session = packed.CreateSession();
                session.Forward(batch, new Parallelism(threads));

                // The last block of training computes the rows that the classifier reads.
                for (var layer = 0; layer < model.LayerCount; layer++)
                    Assert.True(plain.Hidden(layer).Span.SequenceEqual(session.Hidden(layer).Span), $"state {layer}, {threads} threads, {typeof(T)}");
                Assert.True(plain.Logits.Span.SequenceEqual(session.Logits.Span), $"logits, {threads} threads, {typeof(T)}");
            }
        }
    }

    /// <summary>Sequences of nine tokens at least: the plain way takes fewer as dot products, which have other bits.</summary>
    private static TokenBatch Batch(ulong seed)
    {
        var random = new SeededRandom(seed);
        return TokenBatch.FromIds([.. Enumerable.Range(0, 9 + random.Next(8)).Select(_ => Enumerable.Range(0, 9 + random.Next(56)).Select(_ => random.Next(50)).ToArray())]);
    }

    private static BertModel<T> Model<T>(string activation, int hidden, int heads, int wide, bool lowRank)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var config = new BertConfig
        {
            VocabularySize = 50,
            HiddenSize = hidden,
            LayerCount = 3,
            HeadCount = heads,
            IntermediateSize = wide,
            MaxPositions = 64,
            TypeVocabularySize = 2,
            Activation = activation,
            Labels = ["a", "b"],
        };
        var model = BertModel<T>.CreateRandom(config, 5);
        var random = new SeededRandom(6);
        foreach (var parameter in model.Parameters)
            foreach (ref var element in parameter.Value.Span)
                element += T.CreateChecked(0.2 * random.NextGaussian());
        if (!lowRank)
            return model;
        return model.WithLinears(model.TargetLinears.ToDictionary(t => t.Name, t => (LinearLayer<T>)new LowRankLinear<T>(t.Name, Factor("a", 17, t.Linear.Inputs), Factor("b", t.Linear.Outputs, 17), t.Linear.Bias)));

        Parameter<T> Factor(string name, int rows, int columns) => new(name, Matrix<T>.Create(rows, columns, (_, _) => T.CreateChecked(0.2 * random.NextGaussian())));
    }
}
