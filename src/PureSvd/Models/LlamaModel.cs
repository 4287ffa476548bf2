using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>Llama: token embeddings, decoder blocks, a final norm and a head over the vocabulary. Immutable and thread-safe; each caller runs it through a session or a decoder of its own.</summary>
/// <remarks>
/// Only a trainer changes the parameters' values, of a model that it owns.
/// Source: H. Touvron et al., <i>LLaMA: Open and Efficient Foundation Language Models</i> and <i>Llama 2</i> (2023); names and details as in Hugging Face's <c>modeling_llama.py</c>.
/// </remarks>
public sealed class LlamaModel<T> : TransformerModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal LlamaModel(LlamaConfig config, EmbeddingTable<T> embeddings, IReadOnlyList<LlamaBlock<T>> blocks, RmsNorm<T> norm, LinearLayer<T> head)
    {
        Config = config;
        Embeddings = embeddings;
        Blocks = blocks;
        Norm = norm;
        Head = head;
        TargetLinears = Targets(Blocks.Select(b => b.Targets));
        Parameters = CollectParameters();
        StoredTensors = [.. Embeddings.StoredTensors, .. TargetLinears.SelectMany(t => t.Linear.StoredTensors).DistinctBy(s => s.Name, StringComparer.Ordinal), .. config.TieWordEmbeddings ? [] : head.StoredTensors];
    }

    /// <summary>The sizes.</summary>
    public LlamaConfig Config { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<TargetLinear<T>> TargetLinears { get; }

    /// <inheritdoc/>
    public override long ParameterCount => Parameters.Sum(p => (long)p.Value.Rows * p.Value.Columns) + StoredTensors.Sum(s => (long)s.Matrix.Rows * s.Matrix.Columns);

    /// <summary>The weights that are used as the checkpoint stores them, and so are no parameters.</summary>
    public IReadOnlyList<StoredTensor> StoredTensors { get; }

    /// <inheritdoc/>
    public override int LayerCount => Config.LayerCount;

    /// <inheritdoc/>
    public override int HiddenSize => Config.HiddenSize;

    /// <inheritdoc/>
    public override int VocabularySize => Config.VocabularySize;

    /// <inheritdoc/>
    public override int ContextLength => Config.ContextLength;

    /// <inheritdoc/>
    public override bool IsCausal => true;

    internal EmbeddingTable<T> Embeddings { get; }

    internal IReadOnlyList<LlamaBlock<T>> Blocks { get; }

    internal RmsNorm<T> Norm { get; }

    internal LinearLayer<T> Head { get; }

    internal RotaryEmbedding<T> Rotary => Blocks[0].Attention.Rotary;

    /// <summary>Loads a Hugging Face directory, dense or compressed.</summary>
    /// <param name="directory">The checkpoint.</param>
    /// <param name="weights">Whether matrices stay in the file; a model that is to be trained, or to have gradients taken of, holds copies.</param>
    /// <exception cref="InputDataException">The directory, its configuration or its weights are at fault.</exception>
    public static new LlamaModel<T> Load(string directory, WeightStorage weights = WeightStorage.Mapped) => LlamaLoader.Load<T>(directory, weights);

    /// <summary>A model with random weights: normal with σ = <see cref="LlamaConfig.InitializerRange"/>; biases 0, norms 1.</summary>
    public static LlamaModel<T> CreateRandom(LlamaConfig config, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        return LlamaAssembly.Model(config, new RandomParameters<T>(config.InitializerRange, seed));
    }

    /// <inheritdoc/>
    public override LlamaModel<T> WithLinears(IReadOnlyDictionary<string, LinearLayer<T>> replacements)
    {
        CheckReplacements(replacements);
        LinearLayer<T> Choose(LinearLayer<T> linear) => replacements.GetValueOrDefault(linear.Name, linear);
        var blocks = Blocks.Select(block => new LlamaBlock<T>(
            block.AttentionNorm,
            new CausalAttention<T>(
                Choose(block.Attention.Query), Choose(block.Attention.Key), Choose(block.Attention.Value), Choose(block.Attention.Output),
                Config.HeadCount, Config.KeyValueHeadCount, block.Attention.Rotary),
            block.MlpNorm,
            new SwiGluMlp<T>(Choose(block.Mlp.Gate), Choose(block.Mlp.Up), Choose(block.Mlp.Down))));
        return new LlamaModel<T>(Config, Embeddings, [.. blocks], Norm, Head);
    }

    /// <inheritdoc/>
    public override void Save(string directory, TensorDType? dtype = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        Directory.CreateDirectory(directory);
        var type = dtype ?? (typeof(T) == typeof(double) ? TensorDType.F64 : TensorDType.F32);
        var specs = Parameters.Select(p => new TensorSpec(p.Name, type, p.IsVector ? [p.Value.Columns] : [p.Value.Rows, p.Value.Columns]))
            .Concat(StoredTensors.Select(s => new TensorSpec(s.Name, dtype ?? s.DType, s.Matrix.Rows, s.Matrix.Columns)));
        using (var writer = new SafetensorsWriter(Path.Combine(directory, "model.safetensors"), specs))
        {
            foreach (var parameter in Parameters)
                writer.Write(parameter.Name, parameter.Value.View);
            foreach (var stored in StoredTensors)
                stored.WriteTo(writer, dtype ?? stored.DType);
            writer.Complete();
        }
        LlamaConfigFile.Write(directory, Config, IsFactored, BasisOwners);
    }

    /// <inheritdoc/>
    public override LlamaModel<T> Randomized(ulong seed) => CreateRandom(Config, seed);

    /// <inheritdoc/>
    public override void EmbedWords(ReadOnlySpan<int> ids, MatrixView<T> destination) => Embeddings.Forward(ids, destination);

    /// <summary>A session over whole sequences, with buffers of its own.</summary>
    public override LlamaSession<T> CreateSession() => new(this);

    /// <summary>A decoder that remembers what it has seen, with buffers and a key-value cache of its own.</summary>
    /// <param name="capacity">Tokens to make room for at once; it grows when it must.</param>
    public LlamaDecoder<T> CreateDecoder(int capacity = 256) => new(this, capacity);

    private List<Parameter<T>> CollectParameters()
    {
        List<Parameter<T>> all = [.. Embeddings.Parameters];
        foreach (var block in Blocks)
        {
            all.Add(block.AttentionNorm.Weight);
            foreach (var linear in (LinearLayer<T>[])[block.Attention.Query, block.Attention.Key, block.Attention.Value, block.Attention.Output])
                all.AddRange(linear.Parameters);
            all.Add(block.MlpNorm.Weight);
            foreach (var linear in (LinearLayer<T>[])[block.Mlp.Gate, block.Mlp.Up, block.Mlp.Down])
                all.AddRange(linear.Parameters);
        }
        all.Add(Norm.Weight);
        if (!Config.TieWordEmbeddings)
            all.AddRange(Head.Parameters);
        return all;
    }
}
