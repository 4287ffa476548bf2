using System.Text.Json;

namespace PureSvd.Models;

/// <summary>The sizes and settings of a BERT, as its <c>config.json</c> says them.</summary>
public sealed record BertConfig
{
    /// <summary><c>vocab_size</c>.</summary>
    public int VocabularySize { get; init; } = 30522;

    /// <summary><c>hidden_size</c>.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary><c>num_hidden_layers</c>.</summary>
    public int LayerCount { get; init; } = 12;

    /// <summary><c>num_attention_heads</c>.</summary>
    public int HeadCount { get; init; } = 12;

    /// <summary><c>intermediate_size</c>.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary><c>max_position_embeddings</c>.</summary>
    public int MaxPositions { get; init; } = 512;

    /// <summary><c>type_vocab_size</c>.</summary>
    public int TypeVocabularySize { get; init; } = 2;

    /// <summary><c>layer_norm_eps</c>.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-12;

    /// <summary><c>hidden_act</c>.</summary>
    public string Activation { get; init; } = "gelu";

    /// <summary><c>hidden_dropout_prob</c>.</summary>
    public double HiddenDropout { get; init; } = 0.1;

    /// <summary><c>attention_probs_dropout_prob</c>.</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary><c>initializer_range</c>: the standard deviation of a random model's matrices.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary><c>id2label</c>, in the order of the ids; empty where there is no classifier.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary><c>tie_word_embeddings</c>: whether the masked-language-model decoder is the word embedding table; null where the file does not say.</summary>
    public bool? TieWordEmbeddings { get; init; }

    /// <summary>The object that the configuration was read from, so that writing it loses nothing.</summary>
    internal JsonElement? Original { get; init; }

    /// <summary><c>LABEL_0</c> …, as Hugging Face names labels that have no name.</summary>
    internal static string[] UnnamedLabels(int count) => [.. Enumerable.Range(0, count).Select(i => $"LABEL_{i}")];
}
