using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>One encoder block: a = norm(x + attention(x)), y = norm(a + mlp(a)).</summary>
internal sealed class BertBlock<T>(int index, Attention<T> attention, LayerNorm<T> attentionNorm, GeluMlp<T> mlp, LayerNorm<T> outputNorm)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal Attention<T> Attention { get; } = attention;

    internal LayerNorm<T> AttentionNorm { get; } = attentionNorm;

    internal GeluMlp<T> Mlp { get; } = mlp;

    internal LayerNorm<T> OutputNorm { get; } = outputNorm;

    /// <summary>What compression may replace, with the matrix types.</summary>
    internal IReadOnlyList<(string Kind, LinearLayer<T> Linear)> Targets =>
    [
        ("query", Attention.Query),
        ("key", Attention.Key),
        ("value", Attention.Value),
        ("attention.output", Attention.Output),
        ("intermediate", Mlp.Up),
        ("output", Mlp.Down),
    ];

    /// <summary>What the forward pass leaves for the backward pass.</summary>
    internal sealed class Cache
    {
        internal Attention<T>.Cache Attention { get; } = new();

        internal GeluMlp<T>.Cache Mlp { get; } = new();

        internal ScratchMatrix<T> Selected { get; } = new();

        internal ScratchMatrix<T> AttentionSum { get; } = new();

        internal ScratchMatrix<T> AttentionStatistics { get; } = new();

        internal ScratchMatrix<T> Attended { get; } = new();

        internal ScratchMatrix<T> OutputSum { get; } = new();

        internal ScratchMatrix<T> OutputStatistics { get; } = new();
    }

    // Three places that drop; 0 is the embeddings', and the head's is after the last block's.
    private ulong Site(int place) => (ulong)(1 + 3 * index + place);

    /// <summary>Y [selected×hidden] from X [tokens×hidden]; dropout only on the way to a backward pass.</summary>
    internal void Forward(MatrixView<T> x, ReadOnlyMemory<int> starts, RowSelection selection, MatrixView<T> y, bool forBackward, BertDropout dropout, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        var (n, hidden) = (selection.CountOf(x.Rows), x.Columns);
        if (!forBackward)
        {
            var a = cache.Attended.Resize(n, hidden);
            Attention.Forward(x, starts, selection, AttentionNorm, a, cache.Attention, workspace, parallelism);
            Mlp.Forward(a, OutputNorm, y, cache.Mlp, workspace, parallelism);
            return;
        }

        var selectedStarts = selection.StartsOf(starts).Span;
        var sum = cache.AttentionSum.Resize(n, hidden);
        Attention.Forward(x, starts, selection, sum, dropout.Attention.At(Site(0)), (ulong)dropout.FirstSequence, cache.Attention, workspace, parallelism);
        SequenceDropout.Apply(sum, selectedStarts, dropout.Hidden.At(Site(1)), dropout.FirstSequence);
        var attended = cache.Attended.Resize(n, hidden);
        AttentionNorm.ForwardSum(sum, selection.Gather(x, cache.Selected), attended, cache.AttentionStatistics.Resize(n, 2), parallelism);

        var output = cache.OutputSum.Resize(n, hidden);
        Mlp.Forward(attended, output, forBackward: true, cache.Mlp, workspace, parallelism);
        SequenceDropout.Apply(output, selectedStarts, dropout.Hidden.At(Site(2)), dropout.FirstSequence);
        OutputNorm.ForwardSum(output, attended, y, cache.OutputStatistics.Resize(n, 2), parallelism);
    }

    /// <summary>dX [tokens×hidden], overwritten, from dY [selected×hidden], which is overwritten too; dX may be dY.</summary>
    internal void Backward(MatrixView<T> x, ReadOnlyMemory<int> starts, RowSelection selection, MatrixView<T> dy, MatrixView<T> dx, BertDropout dropout, Cache cache, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
    {
        var (n, hidden) = (dy.Rows, x.Columns);
        var selectedStarts = selection.StartsOf(starts).Span;
        var dAttended = workspace.Get("BertBlock.dAttended", n, hidden);
        var dSum = workspace.Get("BertBlock.dSum", n, hidden);

        OutputNorm.Backward(cache.OutputSum.View, cache.OutputStatistics.View, dy, dy, gradients, workspace);
        dy.CopyTo(dSum);
        SequenceDropout.Apply(dSum, selectedStarts, dropout.Hidden.At(Site(2)), dropout.FirstSequence);
        Mlp.Backward(cache.Attended.View, dSum, dAttended, cache.Mlp, gradients, workspace, parallelism);
        RowBlocks.Add(dAttended, dy, parallelism);

        AttentionNorm.Backward(cache.AttentionSum.View, cache.AttentionStatistics.View, dAttended, dAttended, gradients, workspace);
        dAttended.CopyTo(dSum);
        SequenceDropout.Apply(dSum, selectedStarts, dropout.Hidden.At(Site(1)), dropout.FirstSequence);
        Attention.Backward(x, starts, selection, dSum, dx, dropout.Attention.At(Site(0)), (ulong)dropout.FirstSequence, cache.Attention, gradients, workspace, parallelism);
        selection.ScatterAdd(dAttended, dx);
    }
}
