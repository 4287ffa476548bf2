using PureSvd.Layers;
using PureSvd.Models;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Research.Training;

/// <summary>A model with random weights, in the sizes that a configuration gives.</summary>
internal static class NewModel
{
    /// <summary>Makes it.</summary>
    /// <exception cref="InputDataException">A size is out of range; <paramref name="path"/> is the configuration.</exception>
    internal static TransformerModel<float> Create(ModelSource source, ITokenizer tokenizer, ulong seed, string path)
    {
        var hidden = source.HiddenSize ?? 128;
        var heads = source.NumAttentionHeads ?? 4;
        var layers = source.NumHiddenLayers ?? 4;
        var positions = source.MaxPositionEmbeddings ?? 128;
        var range = source.InitializerRange ?? 0.02 * Math.Sqrt(768.0 / Math.Max(1, hidden));
        if (Math.Min(Math.Min(hidden, layers), Math.Min(source.IntermediateSize ?? 1, positions)) < 1 || heads < 1 || hidden % heads != 0)
            throw new InputDataException(path, $"the sizes must be positive, and num_attention_heads {heads} divide hidden_size {hidden}.", "model");
        if (range is not (> 0 and < 10))
            throw new InputDataException(path, "must be positive and below 10.", "model.initializer_range");
        return source.Architecture switch
        {
            null or "bert" => Bert(source, tokenizer, hidden, layers, heads, positions, range, seed, path),
            "llama" => Llama(source, tokenizer, hidden, layers, heads, positions, range, seed, path),
            var other => throw new InputDataException(path, $"is \"{other}\".", "model.architecture", "It is bert or llama."),
        };
    }

    private static BertModel<float> Bert(ModelSource source, ITokenizer tokenizer, int hidden, int layers, int heads, int positions, double range, ulong seed, string path)
    {
        var activation = source.HiddenAct ?? "gelu";
        if (Activations.ByName(activation) is null)
            throw new InputDataException(path, $"the activation \"{activation}\" is not known.", "model.hidden_act", "Known are gelu, gelu_new, gelu_pytorch_tanh and relu.");
        if (source.NumKeyValueHeads is not null)
            throw new InputDataException(path, "is a size of llama, not of bert.", "model.num_key_value_heads");
        return BertModel<float>.CreateRandom(new BertConfig
        {
            VocabularySize = tokenizer.VocabularySize,
            HiddenSize = hidden,
            LayerCount = layers,
            HeadCount = heads,
            IntermediateSize = source.IntermediateSize ?? 4 * hidden,
            MaxPositions = positions,
            Activation = activation,
            InitializerRange = range,
        }, seed);
    }

    // The embeddings are tied to the head: in a small model they are a large part of the weights.
    private static LlamaModel<float> Llama(ModelSource source, ITokenizer tokenizer, int hidden, int layers, int heads, int positions, double range, ulong seed, string path)
    {
        var keyValueHeads = source.NumKeyValueHeads ?? heads;
        if (keyValueHeads < 1 || heads % keyValueHeads != 0 || hidden / heads % 2 != 0)
            throw new InputDataException(path, $"num_key_value_heads {keyValueHeads} must divide num_attention_heads {heads}, and a head of {hidden / heads} have an even size.", "model");
        if (source.HiddenAct is not (null or "silu"))
            throw new InputDataException(path, $"is \"{source.HiddenAct}\", and llama has silu.", "model.hidden_act");
        return LlamaModel<float>.CreateRandom(new LlamaConfig
        {
            VocabularySize = tokenizer.VocabularySize,
            HiddenSize = hidden,
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            IntermediateSize = source.IntermediateSize ?? 8 * hidden / 3,
            MaxPositions = positions,
            TieWordEmbeddings = true,
            InitializerRange = range,
            BosTokenId = tokenizer.BosId,
            EosTokenIds = tokenizer.EosId is { } eos ? [eos] : [],
        }, seed);
    }
}
