using System.Numerics;
using PureSvd.Layers;

namespace PureSvd.Models;

/// <summary>BERT: embeddings, encoder blocks, and whichever heads the checkpoint has. Immutable and thread-safe; each caller runs it through a session of its own.</summary>
public sealed class BertModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The sizes.</summary>
    public BertConfig Config => throw new NotImplementedException();

    /// <summary>Every parameter under its canonical checkpoint name.</summary>
    public IReadOnlyList<Parameter<T>> Parameters => throw new NotImplementedException();

    /// <summary>The linear layers inside the blocks, block by block.</summary>
    public IReadOnlyList<TargetLinear<T>> TargetLinears => throw new NotImplementedException();

    /// <summary>Whether there is a classifier (and a pooler) on top.</summary>
    public bool HasClassifier => throw new NotImplementedException();

    /// <summary>Whether there is a masked-language-model head.</summary>
    public bool HasMaskedLmHead => throw new NotImplementedException();

    /// <summary>Loads a Hugging Face directory, dense or compressed.</summary>
    /// <exception cref="Storage.InputDataException">The directory, its configuration or its weights are at fault.</exception>
    public static BertModel<T> Load(string directory) => throw new NotImplementedException();

    /// <summary>A model with random weights (normal, σ 0.02; biases 0), with a classifier if <paramref name="config"/> has labels.</summary>
    public static BertModel<T> CreateRandom(BertConfig config, ulong seed, bool maskedLmHead = false) => throw new NotImplementedException();

    /// <summary>The same model with some target linears replaced by name; everything else is shared.</summary>
    public BertModel<T> WithLinears(IReadOnlyDictionary<string, LinearLayer<T>> replacements) => throw new NotImplementedException();

    /// <summary>Writes <c>config.json</c> and <c>model.safetensors</c> (each beside its final name, then renamed).</summary>
    public void Save(string directory) => throw new NotImplementedException();

    /// <summary>A session with buffers of its own.</summary>
    public BertSession<T> CreateSession() => throw new NotImplementedException();
}
