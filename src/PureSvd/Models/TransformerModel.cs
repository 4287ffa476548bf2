using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>What compression asks of any transformer: its parameters, the linear layers in its blocks, and the same model with some of those replaced.</summary>
/// <remarks>A model is immutable and thread-safe; running it is the affair of its own session type.</remarks>
public abstract class TransformerModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected TransformerModel()
    {
    }

    /// <summary>The parameters that are held as <typeparamref name="T"/>, each under its checkpoint name: all of them, unless weights are used as a file stores them.</summary>
    public abstract IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>The linear layers inside the blocks, block by block.</summary>
    public abstract IReadOnlyList<TargetLinear<T>> TargetLinears { get; }

    /// <summary>The number of parameters, held as <typeparamref name="T"/> or not.</summary>
    public abstract long ParameterCount { get; }

    /// <summary>The number of blocks: hidden states are numbered from 0, the embedding output, to this.</summary>
    public abstract int LayerCount { get; }

    /// <summary>The size of a hidden state.</summary>
    public abstract int HiddenSize { get; }

    /// <summary>Every token id is below it.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The longest sequence in tokens.</summary>
    public abstract int ContextLength { get; }

    /// <summary>Whether a token sees only those before it: then the model is a decoder, and the last token of a sentence has seen all of it.</summary>
    public abstract bool IsCausal { get; }

    /// <summary>The same model with some target linears replaced by name; everything else is shared.</summary>
    /// <exception cref="ArgumentException">A name is not that of a target linear, or a replacement has other sizes.</exception>
    public abstract TransformerModel<T> WithLinears(IReadOnlyDictionary<string, LinearLayer<T>> replacements);

    /// <summary>The same model as it runs many batches fastest: an encoder with a copy of its weights in the order in which the products read them, a decoder as it is.</summary>
    public virtual TransformerModel<T> Packed() => this;

    /// <summary>A session with buffers of its own.</summary>
    public abstract TransformerSession<T> CreateSession();

    /// <summary>The word embedding of each id, without position or context, into the rows of <paramref name="destination"/> [ids×hidden].</summary>
    public abstract void EmbedWords(ReadOnlySpan<int> ids, MatrixView<T> destination);

    /// <summary>A model of the same sizes with random weights, as training starts from.</summary>
    public abstract TransformerModel<T> Randomized(ulong seed);

    /// <summary>Writes <c>config.json</c> and <c>model.safetensors</c> (each beside its final name, then renamed).</summary>
    /// <param name="directory">Made if it is missing.</param>
    /// <param name="dtype">The weights are rounded to this type; null for the model's own.</param>
    /// <exception cref="InputDataException">The directory cannot be written.</exception>
    public abstract void Save(string directory, TensorDType? dtype = null);

    /// <summary>Loads a Hugging Face directory of any architecture that is supported, dense or compressed.</summary>
    /// <param name="directory">The checkpoint.</param>
    /// <param name="weights">Whether a decoder's matrices stay in the file; a model that is to be trained holds copies. An encoder always does.</param>
    /// <exception cref="InputDataException">The directory, its configuration or its weights are at fault.</exception>
    public static TransformerModel<T> Load(string directory, WeightStorage weights = WeightStorage.Mapped)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!Directory.Exists(directory))
            throw new InputDataException(directory, "there is no such directory.", remedy: "Name the directory of a Hugging Face checkpoint.");
        return ConfigReader.Read(directory, json => LlamaConfigFile.IsLlama(json.ModelType())) ? LlamaModel<T>.Load(directory, weights) : BertModel<T>.Load(directory);
    }

    /// <summary>The target linears of blocks, given each block's with their matrix types.</summary>
    private protected static List<TargetLinear<T>> Targets(IEnumerable<IReadOnlyList<(string Kind, LinearLayer<T> Linear)>> blocks)
        => [.. blocks.SelectMany((linears, layer) => linears.Select(l => new TargetLinear<T>(layer, l.Kind, l.Linear)))];

    /// <summary>Refuses replacements that do not fit.</summary>
    private protected void CheckReplacements(IReadOnlyDictionary<string, LinearLayer<T>> replacements)
    {
        ArgumentNullException.ThrowIfNull(replacements);
        foreach (var (name, linear) in replacements)
        {
            var target = TargetLinears.FirstOrDefault(t => t.Name == name)
                ?? throw new ArgumentException($"{name} is not a linear layer inside a block of this model.", nameof(replacements));
            if (linear.Inputs != target.Linear.Inputs || linear.Outputs != target.Linear.Outputs)
                throw new ArgumentException($"{name} is [{target.Linear.Outputs}×{target.Linear.Inputs}], and its replacement [{linear.Outputs}×{linear.Inputs}].", nameof(replacements));
        }
    }

    /// <summary>Whether any target linear is factored: then the checkpoint is a compressed one.</summary>
    private protected bool IsFactored => TargetLinears.Any(t => t.Linear.IsFactored);

    /// <summary>The layers that use another layer's factor A, and whose.</summary>
    /// <exception cref="InvalidOperationException">The owner of a factor is no longer in the model, which could not be saved.</exception>
    private protected IReadOnlyDictionary<string, string> BasisOwners
    {
        get
        {
            var owners = TargetLinears.Where(t => t.Linear.BasisOwner is not null).ToDictionary(t => t.Name, t => t.Linear.BasisOwner!, StringComparer.Ordinal);
            return owners.FirstOrDefault(o => !TargetLinears.Any(t => t.Name == o.Value && t.Linear is { IsFactored: true, BasisOwner: null })) is { Key: { } orphan }
                ? throw new InvalidOperationException($"{orphan} uses a factor of {owners[orphan]}, which has none of its own.")
                : owners;
        }
    }
}
