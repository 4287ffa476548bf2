using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>A table of vectors as a checkpoint stores it; a row is widened when it is looked up. It is no parameter, so it has no gradient.</summary>
public sealed class StoredEmbedding(StoredTensor table) : EmbeddingTable<float>
{
    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<float>> Parameters => [];

    /// <inheritdoc/>
    public override IReadOnlyList<StoredTensor> StoredTensors { get; } = [table];

    /// <inheritdoc/>
    public override LinearLayer<float> AsLinear(string name) => new StoredLinear(name, StoredTensors, bias: null);

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<int> ids, MatrixView<float> y, bool add = false)
    {
        if (add)
            throw new NotSupportedException("A stored table is the first of its model, and is added to nothing.");
        var matrix = table.Matrix;
        for (var t = 0; t < ids.Length; t++)
            matrix.CopyRowTo(ids[t], y.Row(t));
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<int> ids, MatrixView<float> dy, Gradients<float> gradients)
    {
    }
}
