using System.Numerics;
using PureSvd.Layers;

namespace PureSvd.Models;

/// <summary>Puts a Llama together from parameters under the names of Hugging Face.</summary>
internal static class LlamaAssembly
{
    internal const string Prefix = "model.";
    internal const string EmbeddingName = "model.embed_tokens.weight";
    internal const string Head = "lm_head";
    internal const string HeadName = Head + ".weight";
    internal const string FinalNorm = "model.norm";

    private static readonly string[] s_blockTensors =
    [
        "input_layernorm.weight", "post_attention_layernorm.weight", "self_attn.q_proj.", "self_attn.k_proj.", "self_attn.v_proj.", "self_attn.o_proj.", "self_attn.rotary_emb.inv_freq",
        "mlp.gate_proj.", "mlp.up_proj.", "mlp.down_proj.",
    ];

    internal static string Block(int index) => $"model.layers.{index}";

    /// <summary>Whether tensors are those of a Llama without biases, with or without the prefix: Qwen's, Phi's and others' have more beside them, or other ones.</summary>
    internal static bool Wrote(IEnumerable<string> names)
    {
        var bare = names.Select(n => n.StartsWith(Prefix, StringComparison.Ordinal) ? n[Prefix.Length..] : n).ToHashSet(StringComparer.Ordinal);
        return bare.Contains(EmbeddingName[Prefix.Length..]) && bare.Where(n => n.StartsWith("layers.", StringComparison.Ordinal)).All(n =>
            n.Split('.', 3) is [_, _, var part] && s_blockTensors.Any(t => part.StartsWith(t, StringComparison.Ordinal)) && !part.EndsWith(".bias", StringComparison.Ordinal));
    }

    internal static LlamaModel<T> Model<T>(LlamaConfig config, IParameterSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var embeddings = source.Table(EmbeddingName, config.VocabularySize, config.HiddenSize);
        var rotary = new RotaryEmbedding<T>(config.HeadSize, config.RopeTheta, config.RopeScaling);
        var blocks = new LlamaBlock<T>[config.LayerCount];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = BlockOf(config, source, rotary, i);
        var norm = Norm(config, source, FinalNorm);
        var head = config.TieWordEmbeddings ? embeddings.AsLinear(Head) : source.Linear(Head, config.HiddenSize, config.VocabularySize, bias: false);
        return new LlamaModel<T>(config, embeddings, blocks, norm, head);
    }

    private static LlamaBlock<T> BlockOf<T>(LlamaConfig config, IParameterSource<T> source, RotaryEmbedding<T> rotary, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (name, hidden, wide) = (Block(index), config.HiddenSize, config.IntermediateSize);
        var attentionNorm = Norm(config, source, $"{name}.input_layernorm");
        var attention = new CausalAttention<T>(
            source.Linear($"{name}.self_attn.q_proj", hidden, config.QuerySize, config.AttentionBias),
            source.Linear($"{name}.self_attn.k_proj", hidden, config.KeyValueSize, config.AttentionBias),
            source.Linear($"{name}.self_attn.v_proj", hidden, config.KeyValueSize, config.AttentionBias),
            source.Linear($"{name}.self_attn.o_proj", config.QuerySize, hidden, config.AttentionBias),
            config.HeadCount, config.KeyValueHeadCount, rotary);
        var mlpNorm = Norm(config, source, $"{name}.post_attention_layernorm");
        var mlp = new SwiGluMlp<T>(
            source.Linear($"{name}.mlp.gate_proj", hidden, wide, config.MlpBias),
            source.Linear($"{name}.mlp.up_proj", hidden, wide, config.MlpBias),
            source.Linear($"{name}.mlp.down_proj", wide, hidden, config.MlpBias));
        return new LlamaBlock<T>(attentionNorm, attention, mlpNorm, mlp);
    }

    private static RmsNorm<T> Norm<T>(LlamaConfig config, IParameterSource<T> source, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new(source.Vector($"{name}.weight", config.HiddenSize, 1), config.RmsNormEpsilon);
}
