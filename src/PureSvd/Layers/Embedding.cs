using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>A table of vectors [entries×n], looked up by id: <see cref="Embedding{T}"/>, or as a checkpoint stores it, <see cref="StoredEmbedding"/>.</summary>
public abstract class EmbeddingTable<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected EmbeddingTable()
    {
    }

    /// <summary>The table, where it is held as <typeparamref name="T"/>.</summary>
    public abstract IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>The table, where it is used as it is stored.</summary>
    public virtual IReadOnlyList<StoredTensor> StoredTensors => [];

    /// <summary>The linear layer over the same table, h ↦ table·h: a tied head.</summary>
    public abstract LinearLayer<T> AsLinear(string name);

    /// <summary>Row t of Y ← (or +=) entry ids[t].</summary>
    /// <param name="ids">[tokens], each below the number of entries.</param>
    /// <param name="y">[tokens×n].</param>
    /// <param name="add">Add to Y instead of overwriting it.</param>
    public abstract void Forward(ReadOnlySpan<int> ids, MatrixView<T> y, bool add = false);

    /// <summary>Adds row t of dY into the gradient of entry ids[t], in the order of the tokens.</summary>
    /// <param name="ids">[tokens].</param>
    /// <param name="dy">[tokens×n].</param>
    /// <param name="gradients">Added to, if it holds the table.</param>
    public abstract void Backward(ReadOnlySpan<int> ids, MatrixView<T> dy, Gradients<T> gradients);
}

/// <summary>A table of vectors [entries×n] in memory.</summary>
public sealed class Embedding<T>(Parameter<T> table) : EmbeddingTable<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The table [entries×n].</summary>
    public Parameter<T> Table { get; } = table;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [Table];

    /// <inheritdoc/>
    public override LinearLayer<T> AsLinear(string name) => new Linear<T>(name, Table, bias: null);

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<int> ids, MatrixView<T> y, bool add = false)
    {
        for (var t = 0; t < ids.Length; t++)
        {
            var row = y.Row(t);
            if (add)
                TensorPrimitives.Add(row, Table.Value.Row(ids[t]), row);
            else
                Table.Value.Row(ids[t]).CopyTo(row);
        }
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<int> ids, MatrixView<T> dy, Gradients<T> gradients)
    {
        if (gradients[Table] is not { } gradient)
            return;
        for (var t = 0; t < ids.Length; t++)
        {
            var row = gradient.Row(ids[t]);
            TensorPrimitives.Add(row, dy.Row(t), row);
        }
    }
}
