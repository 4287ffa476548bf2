using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>Reads one sequence token after token and predicts the next, with the keys and values of what it has read in a cache; for one caller at a time.</summary>
/// <remarks>The logits are those of <see cref="LlamaSession{T}"/> over the whole sequence up to rounding: a product of few rows is summed in another order than one of many. Once its buffers have grown, a call allocates nothing.</remarks>
public sealed class LlamaDecoder<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Tokens that go through the blocks at once: enough for the products to run at full speed, few enough for the buffers to stay small.</summary>
    private const int ChunkSize = 512;

    private readonly LlamaModel<T> _model;
    private readonly KeyValueCache<T> _cache;
    private readonly Workspace<T> _workspace = new();
    private readonly LlamaBlock<T>.Cache _block = new();
    private readonly ScratchMatrix<T> _angles = new();
    private readonly ScratchMatrix<T> _statistics = new();
    private readonly ScratchMatrix<T> _normalized = new();
    private readonly ScratchMatrix<T> _logits = new();
    private ScratchMatrix<T> _x = new();
    private ScratchMatrix<T> _y = new();

    internal LlamaDecoder(LlamaModel<T> model, int capacity)
    {
        _model = model;
        _cache = new KeyValueCache<T>(model.LayerCount, model.Config.KeyValueSize, Math.Min(capacity, model.ContextLength), model.ContextLength);
    }

    /// <summary>The number of tokens read.</summary>
    public int Length => _cache.Length;

    /// <summary>Forgets all but the first <paramref name="length"/> tokens, so that another continuation of them can be read.</summary>
    public void Truncate(int length) => _cache.Truncate(length);

    /// <summary>Reads <paramref name="ids"/>; returns the logits [1×vocabulary] of what follows them, valid until the next call.</summary>
    /// <param name="ids">At least one token.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops between chunks; what was read then stays read.</param>
    /// <exception cref="ArgumentException">There is no id, one is outside the vocabulary, or they are more than the context has room for.</exception>
    public MatrixView<T> Append(ReadOnlySpan<int> ids, Parallelism parallelism, CancellationToken cancellationToken = default)
    {
        if (ids.IsEmpty)
            throw new ArgumentException("There is no token to read.", nameof(ids));
        foreach (var id in ids)
            if ((uint)id >= (uint)_model.VocabularySize)
                throw new ArgumentException($"Token id {id} is outside the model's vocabulary of {_model.VocabularySize}.", nameof(ids));
        if (ids.Length > _model.ContextLength - Length)
            throw new ArgumentException($"{Length + ids.Length} tokens are more than the model's context of {_model.ContextLength}.", nameof(ids));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(ChunkSize, ids.Length);
            Read(ids[..count], parallelism);
            if (count == ids.Length)
                return Predict(parallelism);
            ids = ids[count..];
        }
    }

    private void Read(ReadOnlySpan<int> ids, Parallelism parallelism)
    {
        Span<int> positions = stackalloc int[ids.Length];
        for (var t = 0; t < ids.Length; t++)
            positions[t] = Length + t;
        _model.Rotary.Tabulate(positions, _angles.Resize(ids.Length, _model.Config.HeadSize));
        _model.Embeddings.Forward(ids, _x.Resize(ids.Length, _model.HiddenSize));
        _cache.Extend(ids.Length);
        for (var i = 0; i < _model.Blocks.Count; i++)
        {
            _model.Blocks[i].ForwardCached(_x.View, _angles.View, _cache.Keys(i), _cache.Values(i), _y.Resize(ids.Length, _model.HiddenSize), _block, _workspace, parallelism);
            (_x, _y) = (_y, _x);
        }
    }

    private MatrixView<T> Predict(Parallelism parallelism)
    {
        var last = _x.View.RowRange(_x.View.Rows - 1, 1);
        _model.Norm.Forward(last, _normalized.Resize(1, _model.HiddenSize), _statistics.Resize(1, 1), parallelism);
        _model.Head.Forward(_normalized.View, _logits.Resize(1, _model.VocabularySize), _workspace, parallelism);
        return _logits.View;
    }
}
