using System.Numerics;
using PureSvd.Layers;

namespace PureSvd.Models;

/// <summary>Puts a BERT together from parameters under the names of Hugging Face.</summary>
internal static class BertAssembly
{
    internal const string Classifier = "classifier";
    internal const string Pooler = "bert.pooler.dense";
    internal const string MaskedLm = "cls.predictions";

    internal static string Block(int index) => $"bert.encoder.layer.{index}";

    internal static BertEmbeddings<T> Embeddings<T>(BertConfig config, IParameterSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Embedding<T> Table(string name, int entries) => new(source.Matrix($"bert.embeddings.{name}.weight", entries, config.HiddenSize));
        return new BertEmbeddings<T>(
            Table("word_embeddings", config.VocabularySize),
            Table("position_embeddings", config.MaxPositions),
            Table("token_type_embeddings", config.TypeVocabularySize),
            Norm(config, source, "bert.embeddings.LayerNorm"));
    }

    internal static BertBlock<T> Block<T>(BertConfig config, IParameterSource<T> source, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (name, hidden, wide) = (Block(index), config.HiddenSize, config.IntermediateSize);
        var attention = new Attention<T>(
            source.Linear($"{name}.attention.self.query", hidden, hidden),
            source.Linear($"{name}.attention.self.key", hidden, hidden),
            source.Linear($"{name}.attention.self.value", hidden, hidden),
            source.Linear($"{name}.attention.output.dense", hidden, hidden),
            config.HeadCount);
        var attentionNorm = Norm(config, source, $"{name}.attention.output.LayerNorm");
        var mlp = new GeluMlp<T>(source.Linear($"{name}.intermediate.dense", hidden, wide), source.Linear($"{name}.output.dense", wide, hidden), ActivationOf(config));
        return new BertBlock<T>(index, attention, attentionNorm, mlp, Norm(config, source, $"{name}.output.LayerNorm"));
    }

    internal static BertMaskedLmHead<T> MaskedLmHead<T>(BertConfig config, IParameterSource<T> source, Parameter<T> decoder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var transform = source.Linear($"{MaskedLm}.transform.dense", config.HiddenSize, config.HiddenSize);
        var norm = Norm(config, source, $"{MaskedLm}.transform.LayerNorm");
        return new BertMaskedLmHead<T>(transform, ActivationOf(config), norm, new Linear<T>($"{MaskedLm}.decoder", decoder, source.Vector($"{MaskedLm}.bias", config.VocabularySize, 0)));
    }

    private static LayerNorm<T> Norm<T>(BertConfig config, IParameterSource<T> source, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new(source.Vector($"{name}.weight", config.HiddenSize, 1), source.Vector($"{name}.bias", config.HiddenSize, 0), config.LayerNormEpsilon);

    private static Activation ActivationOf(BertConfig config)
        => Activations.ByName(config.Activation) ?? throw new ArgumentException($"The activation {config.Activation} is not known.");
}
