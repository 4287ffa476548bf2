using System.Text.Json;
using PureSvd.Layers;

namespace PureSvd.Models;

/// <summary>The sizes and settings of a model of Llama's architecture, as its <c>config.json</c> says them; the defaults are those of <c>transformers</c>.</summary>
public sealed record LlamaConfig
{
    private readonly int? _keyValueHeadCount;
    private readonly int? _headSize;

    /// <summary><c>vocab_size</c>.</summary>
    public int VocabularySize { get; init; } = 32000;

    /// <summary><c>hidden_size</c>.</summary>
    public int HiddenSize { get; init; } = 4096;

    /// <summary><c>num_hidden_layers</c>.</summary>
    public int LayerCount { get; init; } = 32;

    /// <summary><c>num_attention_heads</c>.</summary>
    public int HeadCount { get; init; } = 32;

    /// <summary><c>num_key_value_heads</c>: the heads of keys and values, each shared by a group of query heads; as many as query heads unless set.</summary>
    public int KeyValueHeadCount { get => _keyValueHeadCount ?? HeadCount; init => _keyValueHeadCount = value; }

    /// <summary><c>head_dim</c>; the hidden size divided by the heads unless set.</summary>
    public int HeadSize { get => _headSize ?? HiddenSize / HeadCount; init => _headSize = value; }

    /// <summary><c>intermediate_size</c>.</summary>
    public int IntermediateSize { get; init; } = 11008;

    /// <summary><c>max_position_embeddings</c>.</summary>
    public int MaxPositions { get; init; } = 2048;

    /// <summary>Mistral's <c>sliding_window</c>: how far back a token sees; null for without limit.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>The longest sequence: <see cref="MaxPositions"/>, or the sliding window where that is shorter. Within it no window takes effect, so none is computed.</summary>
    public int ContextLength => Math.Min(MaxPositions, SlidingWindow ?? int.MaxValue);

    /// <summary><c>rms_norm_eps</c>.</summary>
    public double RmsNormEpsilon { get; init; } = 1e-6;

    /// <summary><c>rope_theta</c>: the base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary><c>rope_scaling</c>; null for none.</summary>
    public RotaryScaling? RopeScaling { get; init; }

    /// <summary><c>attention_bias</c>: whether query, key, value and output have a bias.</summary>
    public bool AttentionBias { get; init; }

    /// <summary><c>mlp_bias</c>: whether gate, up and down have a bias.</summary>
    public bool MlpBias { get; init; }

    /// <summary><c>tie_word_embeddings</c>: whether the head is the embedding table.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary><c>initializer_range</c>: the standard deviation of a random model's matrices.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary><c>bos_token_id</c>: the token that begins a text; null where the file does not say.</summary>
    public int? BosTokenId { get; init; } = 1;

    /// <summary><c>eos_token_id</c>: the tokens that end a text.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [2];

    /// <summary>The object that the configuration was read from, so that writing it loses nothing.</summary>
    internal JsonElement? Original { get; init; }

    /// <summary>All query heads side by side.</summary>
    internal int QuerySize => HeadCount * HeadSize;

    /// <summary>All key heads, or value heads, side by side.</summary>
    internal int KeyValueSize => KeyValueHeadCount * HeadSize;
}
