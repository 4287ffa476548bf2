using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>One decoder block: a = x + attention(norm(x)), y = a + mlp(norm(a)).</summary>
internal sealed class LlamaBlock<T>(RmsNorm<T> attentionNorm, CausalAttention<T> attention, RmsNorm<T> mlpNorm, SwiGluMlp<T> mlp)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal RmsNorm<T> AttentionNorm { get; } = attentionNorm;

    internal CausalAttention<T> Attention { get; } = attention;

    internal RmsNorm<T> MlpNorm { get; } = mlpNorm;

    internal SwiGluMlp<T> Mlp { get; } = mlp;

    /// <summary>What compression may replace, with the matrix types.</summary>
    internal IReadOnlyList<(string Kind, LinearLayer<T> Linear)> Targets =>
    [
        ("q_proj", Attention.Query),
        ("k_proj", Attention.Key),
        ("v_proj", Attention.Value),
        ("o_proj", Attention.Output),
        ("gate_proj", Mlp.Gate),
        ("up_proj", Mlp.Up),
        ("down_proj", Mlp.Down),
    ];

    /// <summary>What the forward pass leaves for the backward pass.</summary>
    internal sealed class Cache
    {
        internal ScratchMatrix<T> AttentionInput { get; } = new();

        internal ScratchMatrix<T> AttentionStatistics { get; } = new();

        internal CausalAttention<T>.Cache Attention { get; } = new();

        internal ScratchMatrix<T> Selected { get; } = new();

        internal ScratchMatrix<T> Attended { get; } = new();

        internal ScratchMatrix<T> MlpInput { get; } = new();

        internal ScratchMatrix<T> MlpStatistics { get; } = new();

        internal SwiGluMlp<T>.Cache Mlp { get; } = new();
    }

    /// <summary>Y [selected×hidden] from X [tokens×hidden].</summary>
    internal void Forward(MatrixView<T> x, ReadOnlyMemory<int> starts, MatrixView<T> angles, RowSelection selection, MatrixView<T> y, bool forBackward, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        var attended = cache.Attended.Resize(selection.CountOf(x.Rows), x.Columns);
        Attention.Forward(Normalize(x, cache, parallelism), starts, angles, selection, attended, forBackward, cache.Attention, workspace, parallelism);
        RowBlocks.Add(attended, selection.Gather(x, cache.Selected), parallelism);
        ForwardMlp(attended, y, forBackward, cache, workspace, parallelism);
    }

    /// <summary>Y [tokens×hidden] from X [tokens×hidden], which follow the tokens whose keys and values are given.</summary>
    internal void ForwardCached(MatrixView<T> x, MatrixView<T> angles, MatrixView<T> keys, MatrixView<T> values, MatrixView<T> y, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        var attended = cache.Attended.Resize(x.Rows, x.Columns);
        Attention.ForwardCached(Normalize(x, cache, parallelism), angles, keys, values, attended, cache.Attention, workspace, parallelism);
        RowBlocks.Add(attended, x, parallelism);
        ForwardMlp(attended, y, forBackward: false, cache, workspace, parallelism);
    }

    private MatrixView<T> Normalize(MatrixView<T> x, Cache cache, Parallelism parallelism)
    {
        var normalized = cache.AttentionInput.Resize(x.Rows, x.Columns);
        AttentionNorm.Forward(x, normalized, cache.AttentionStatistics.Resize(x.Rows, 1), parallelism);
        return normalized;
    }

    private void ForwardMlp(MatrixView<T> attended, MatrixView<T> y, bool forBackward, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        var normalized = cache.MlpInput.Resize(attended.Rows, attended.Columns);
        MlpNorm.Forward(attended, normalized, cache.MlpStatistics.Resize(attended.Rows, 1), parallelism);
        Mlp.Forward(normalized, y, forBackward, cache.Mlp, workspace, parallelism);
        RowBlocks.Add(y, attended, parallelism);
    }

    /// <summary>dX [tokens×hidden], overwritten, from dY [selected×hidden]; dX may be dY.</summary>
    internal void Backward(MatrixView<T> x, ReadOnlyMemory<int> starts, MatrixView<T> angles, RowSelection selection, MatrixView<T> dy, MatrixView<T> dx, Cache cache, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
    {
        var dAttended = workspace.Get("LlamaBlock.dAttended", dy.Rows, dy.Columns);
        Mlp.Backward(cache.MlpInput.View, dy, dAttended, cache.Mlp, gradients, workspace, parallelism);
        MlpNorm.Backward(cache.Attended.View, cache.MlpStatistics.View, dAttended, dAttended, gradients, workspace);
        RowBlocks.Add(dAttended, dy, parallelism);

        Attention.Backward(cache.AttentionInput.View, starts, angles, selection, dAttended, dx, cache.Attention, gradients, workspace, parallelism);
        AttentionNorm.Backward(x, cache.AttentionStatistics.View, dx, dx, gradients, workspace);
        selection.ScatterAdd(dAttended, dx);
    }
}
