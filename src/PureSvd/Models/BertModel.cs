using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>BERT: embeddings, encoder blocks, and whichever heads the checkpoint has. Immutable and thread-safe; each caller runs it through a session of its own.</summary>
/// <remarks>
/// Only a trainer changes the parameters' values, of a model that it owns.
/// Source: J. Devlin et al., <i>BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding</i> (2019); names and details as in Hugging Face's <c>modeling_bert.py</c>.
/// </remarks>
public sealed class BertModel<T> : TransformerModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal BertModel(BertConfig config, BertEmbeddings<T> embeddings, IReadOnlyList<BertBlock<T>> blocks, LinearLayer<T>? pooler, LinearLayer<T>? classifier, BertMaskedLmHead<T>? maskedLmHead)
    {
        Config = config;
        Embeddings = embeddings;
        Blocks = blocks;
        Pooler = pooler;
        Classifier = classifier is null ? null : new BertClassifier<T>(pooler!, classifier);
        MaskedLmHead = maskedLmHead;
        Parameters = CollectParameters();
        TargetLinears = Targets(Blocks.Select(b => b.Targets));
    }

    /// <summary>The sizes.</summary>
    public BertConfig Config { get; }

    /// <summary>Every parameter under its canonical checkpoint name.</summary>
    public override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<TargetLinear<T>> TargetLinears { get; }

    /// <inheritdoc/>
    public override long ParameterCount => Parameters.Sum(p => (long)p.Value.Rows * p.Value.Columns);

    /// <inheritdoc/>
    public override int LayerCount => Config.LayerCount;

    /// <inheritdoc/>
    public override int HiddenSize => Config.HiddenSize;

    /// <inheritdoc/>
    public override int VocabularySize => Config.VocabularySize;

    /// <inheritdoc/>
    public override int ContextLength => Config.MaxPositions;

    /// <inheritdoc/>
    public override bool IsCausal => false;

    /// <summary>Whether there is a classifier (and a pooler) on top.</summary>
    public bool HasClassifier => Classifier is not null;

    /// <summary>Whether there is a masked-language-model head.</summary>
    public bool HasMaskedLmHead => MaskedLmHead is not null;

    internal BertEmbeddings<T> Embeddings { get; }

    internal IReadOnlyList<BertBlock<T>> Blocks { get; }

    internal LinearLayer<T>? Pooler { get; }

    internal BertClassifier<T>? Classifier { get; }

    internal BertMaskedLmHead<T>? MaskedLmHead { get; }

    /// <summary>Loads a Hugging Face directory, dense or compressed.</summary>
    /// <exception cref="InputDataException">The directory, its configuration or its weights are at fault.</exception>
    public static BertModel<T> Load(string directory) => BertLoader.Load<T>(directory);

    /// <summary>A model with random weights (normal with σ = <see cref="BertConfig.InitializerRange"/>; biases 0), with a classifier if <paramref name="config"/> has labels.</summary>
    public static BertModel<T> CreateRandom(BertConfig config, ulong seed, bool maskedLmHead = false)
    {
        ArgumentNullException.ThrowIfNull(config);
        var source = new RandomParameters<T>(config.InitializerRange, seed);
        var embeddings = BertAssembly.Embeddings(config, source);
        var blocks = new BertBlock<T>[config.LayerCount];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = BertAssembly.Block(config, source, i);
        var (pooler, classifier) = RandomClassifier(config, source);
        return new BertModel<T>(config, embeddings, blocks, pooler, classifier, maskedLmHead ? BertAssembly.MaskedLmHead(config, source, embeddings.Word.Table) : null);
    }

    /// <summary>The same encoder under new random heads, as fine-tuning starts: a pooler and a classifier for <paramref name="labels"/> (the pooler is kept if there is one), or a masked-language-model head, or both.</summary>
    public BertModel<T> WithNewHeads(IReadOnlyList<string> labels, bool maskedLmHead, ulong seed)
    {
        var source = new RandomParameters<T>(Config.InitializerRange, seed);
        var config = Config with { Labels = labels };
        var (pooler, classifier) = RandomClassifier(config, source);
        var head = maskedLmHead ? MaskedLmHead ?? BertAssembly.MaskedLmHead(config, source, Embeddings.Word.Table) : null;
        return new BertModel<T>(config, Embeddings, Blocks, Pooler ?? pooler, classifier, head);
    }

    /// <summary>The same model with other dropout rates, hidden and attention.</summary>
    public BertModel<T> WithDropout(double hidden, double attention)
        => new(Config with { HiddenDropout = hidden, AttentionDropout = attention }, Embeddings, Blocks, Pooler, Classifier?.Classifier, MaskedLmHead);

    /// <inheritdoc/>
    public override BertModel<T> WithLinears(IReadOnlyDictionary<string, LinearLayer<T>> replacements)
    {
        CheckReplacements(replacements);
        LinearLayer<T> Choose(LinearLayer<T> linear) => replacements.GetValueOrDefault(linear.Name, linear);
        var blocks = Blocks.Select((block, i) => new BertBlock<T>(
            i,
            new Attention<T>(Choose(block.Attention.Query), Choose(block.Attention.Key), Choose(block.Attention.Value), Choose(block.Attention.Output), Config.HeadCount),
            block.AttentionNorm,
            new GeluMlp<T>(Choose(block.Mlp.Up), Choose(block.Mlp.Down), block.Mlp.Activation),
            block.OutputNorm));
        return new BertModel<T>(Config, Embeddings, [.. blocks], Pooler, Classifier?.Classifier, MaskedLmHead);
    }

    /// <summary>The same model with a copy of its weights in the order in which the products read them: faster for batches of tokens, and as large again in memory. For use, not for training: the copy does not follow the parameters.</summary>
    public override BertModel<T> Packed() => WithLinears(TargetLinears.ToDictionary(t => t.Name, t => PackedLinear<T>.Pack(t.Linear), StringComparer.Ordinal));

    /// <inheritdoc/>
    public override void Save(string directory, TensorDType? dtype = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        Directory.CreateDirectory(directory);
        var type = dtype ?? (typeof(T) == typeof(double) ? TensorDType.F64 : TensorDType.F32);
        SafetensorsWriter.Write<T>(
            Path.Combine(directory, "model.safetensors"),
            [.. Parameters.Select(p => (new TensorSpec(p.Name, type, p.IsVector ? [p.Value.Columns] : [p.Value.Rows, p.Value.Columns]), p.Value.View))]);
        BertConfigFile.Write(directory, Config, IsFactored, BasisOwners, HasClassifier, HasMaskedLmHead);
    }

    /// <inheritdoc/>
    public override BertModel<T> Randomized(ulong seed) => CreateRandom(Config, seed);

    /// <inheritdoc/>
    public override void EmbedWords(ReadOnlySpan<int> ids, MatrixView<T> destination) => Embeddings.Word.Forward(ids, destination);

    /// <summary>A session with buffers of its own.</summary>
    public override BertSession<T> CreateSession() => new(this);

    private static (LinearLayer<T>? Pooler, LinearLayer<T>? Classifier) RandomClassifier(BertConfig config, RandomParameters<T> source)
        => config.Labels.Count == 0
            ? (null, null)
            : (source.Linear(BertAssembly.Pooler, config.HiddenSize, config.HiddenSize), source.Linear(BertAssembly.Classifier, config.HiddenSize, config.Labels.Count));

    private List<Parameter<T>> CollectParameters()
    {
        List<Parameter<T>> all = [Embeddings.Word.Table, Embeddings.Position.Table, Embeddings.Type.Table, Embeddings.Norm.Weight, Embeddings.Norm.Bias];
        foreach (var block in Blocks)
        {
            foreach (var linear in (LinearLayer<T>[])[block.Attention.Query, block.Attention.Key, block.Attention.Value, block.Attention.Output])
                all.AddRange(linear.Parameters);
            all.AddRange([block.AttentionNorm.Weight, block.AttentionNorm.Bias]);
            all.AddRange(block.Mlp.Up.Parameters);
            all.AddRange(block.Mlp.Down.Parameters);
            all.AddRange([block.OutputNorm.Weight, block.OutputNorm.Bias]);
        }
        all.AddRange(Pooler?.Parameters ?? []);
        all.AddRange(Classifier?.Classifier.Parameters ?? []);
        if (MaskedLmHead is { } head)
            all.AddRange([.. head.Transform.Parameters, head.Norm.Weight, head.Norm.Bias, .. head.Decoder.Parameters.Where(p => p != Embeddings.Word.Table)]);
        return all;
    }
}
