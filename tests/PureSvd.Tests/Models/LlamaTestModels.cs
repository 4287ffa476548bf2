using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Tests.Models;

/// <summary>Small models of Llama's architecture with weights large enough that every part matters.</summary>
internal static class LlamaTestModels
{
    internal static readonly LlamaConfig Small = new()
    {
        VocabularySize = 17,
        HiddenSize = 12,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadSize = 4,
        IntermediateSize = 20,
        MaxPositions = 300,
        RmsNormEpsilon = 1e-5,
    };

    internal static readonly TokenBatch Batch = TokenBatch.FromIds([1, 5, 7, 2, 9, 2], [1, 3, 2], [1, 16, 11, 12, 2]);

    /// <summary>Every kind of configuration that changes the arithmetic.</summary>
    internal static LlamaConfig Config(string kind) => kind switch
    {
        "plain" => Small,
        "tied" => Small with { TieWordEmbeddings = true, KeyValueHeadCount = 4 },
        "biases" => Small with { AttentionBias = true, MlpBias = true, KeyValueHeadCount = 1 },
        "llama3" => Small with { TieWordEmbeddings = true, HeadSize = 6, RopeScaling = new RotaryScaling(RotaryScalingKind.Llama3, 8, 1, 4, 32) },
        "linear" => Small with { AttentionBias = true, RopeScaling = new RotaryScaling(RotaryScalingKind.Linear, 2.5) },
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown."),
    };

    internal static LlamaModel<T> Model<T>(LlamaConfig config, bool lowRank = false)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var model = LlamaModel<T>.CreateRandom(config, seed: 7);
        var random = new SeededRandom(11);
        foreach (var parameter in model.Parameters)
            foreach (ref var element in parameter.Value.Span)
                element += T.CreateTruncating(0.3 * random.NextGaussian());
        return lowRank ? LowRank(model, 3) : model;
    }

    internal static LlamaModel<T> LowRank<T>(LlamaModel<T> model, int rank)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(13);
        Matrix<T> Factor(int rows, int columns) => Matrix<T>.Create(rows, columns, (_, _) => T.CreateTruncating(0.4 * random.NextGaussian()));
        return model.WithLinears(model.TargetLinears.ToDictionary(t => t.Name, t => (LinearLayer<T>)new LowRankLinear<T>(
            t.Name, new Parameter<T>($"{t.Name}.a.weight", Factor(rank, t.Linear.Inputs)), new Parameter<T>($"{t.Name}.b.weight", Factor(t.Linear.Outputs, rank)), t.Linear.Bias)));
    }

    /// <summary>Logits [tokens×vocabulary] of one forward pass over the whole batch.</summary>
    internal static T[] Logits<T>(LlamaModel<T> model, TokenBatch batch, int threads = 1)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var session = model.CreateSession();
        session.Forward(batch, new Parallelism(threads));
        return session.Logits(new Parallelism(threads)).ToMatrix().Span.ToArray();
    }
}
