using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Probing;

/// <summary>The vectors [sentences×hidden] of a set of sentences at some hidden states of a model.</summary>
public sealed class SentenceEncodings
{
    private readonly Dictionary<string, int> _index;
    private readonly Dictionary<(SentenceVector, int), Matrix<float>> _vectors;

    internal SentenceEncodings(IReadOnlyList<string> sentences, Dictionary<string, int> index, Dictionary<(SentenceVector, int), Matrix<float>> vectors, int truncated)
    {
        Sentences = sentences;
        _index = index;
        _vectors = vectors;
        Truncated = truncated;
    }

    /// <summary>The distinct sentences; sentence i is row i.</summary>
    public IReadOnlyList<string> Sentences { get; }

    /// <summary>Which hidden states there are: 0 is the embedding output.</summary>
    public IReadOnlyList<int> Layers => [.. _vectors.Keys.Select(k => k.Item2).Distinct().Order()];

    /// <summary>Which vectors there are.</summary>
    public IReadOnlyList<SentenceVector> Kinds => [.. _vectors.Keys.Select(k => k.Item1).Distinct().Order()];

    /// <summary>How many sentences were longer than the model takes and were cut.</summary>
    public int Truncated { get; }

    /// <summary>The row of <paramref name="sentence"/>.</summary>
    /// <exception cref="ArgumentException">It was not encoded.</exception>
    public int IndexOf(string sentence)
        => _index.TryGetValue(sentence, out var i) ? i : throw new ArgumentException($"The sentence \"{sentence}\" was not encoded.", nameof(sentence));

    /// <summary>The vectors [sentences×hidden] of one kind at hidden state <paramref name="layer"/>.</summary>
    /// <exception cref="ArgumentException">They were not computed.</exception>
    public Matrix<float> Vectors(SentenceVector kind, int layer)
        => _vectors.TryGetValue((kind, layer), out var vectors) ? vectors : throw new ArgumentException($"Layer {layer} was not encoded as {kind}.", nameof(layer));
}
