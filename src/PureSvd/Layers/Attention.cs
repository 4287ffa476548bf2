using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>Bidirectional multi-head self-attention over sequences laid end to end: Y = concat over heads of softmax(QKᵀ/√d)·V, through the output layer.</summary>
/// <remarks>Sequences have no padding, so there is no mask: a token attends to every token of its own sequence. Source: A. Vaswani et al., <i>Attention Is All You Need</i> (2017), 3.2.</remarks>
public sealed class Attention<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Probabilities of a sequence below which one thread does what is not a product.</summary>
    private const int SerialElements = 1 << 14;

    private readonly int _headSize;
    private readonly T _scale;

    /// <summary>Attention with <paramref name="headCount"/> heads.</summary>
    /// <param name="query">[hidden×hidden].</param>
    /// <param name="key">[hidden×hidden].</param>
    /// <param name="value">[hidden×hidden].</param>
    /// <param name="output">[hidden×hidden].</param>
    /// <param name="headCount">Divides hidden.</param>
    public Attention(LinearLayer<T> query, LinearLayer<T> key, LinearLayer<T> value, LinearLayer<T> output, int headCount)
    {
        if (headCount <= 0 || query.Outputs % headCount != 0)
            throw new ArgumentException($"{headCount} heads do not divide a hidden size of {query.Outputs}.", nameof(headCount));
        (Query, Key, Value, Output, HeadCount) = (query, key, value, output, headCount);
        _headSize = query.Outputs / headCount;
        _scale = T.One / T.Sqrt(T.CreateTruncating(_headSize));
    }

    /// <summary>W_Q.</summary>
    public LinearLayer<T> Query { get; }

    /// <summary>W_K.</summary>
    public LinearLayer<T> Key { get; }

    /// <summary>W_V.</summary>
    public LinearLayer<T> Value { get; }

    /// <summary>W_O.</summary>
    public LinearLayer<T> Output { get; }

    /// <summary>The number of heads.</summary>
    public int HeadCount { get; }

    /// <summary>What the forward pass leaves for the backward pass.</summary>
    public sealed class Cache
    {
        internal ScratchMatrix<T> Q { get; } = new();

        internal ScratchMatrix<T> K { get; } = new();

        internal ScratchMatrix<T> V { get; } = new();

        internal ScratchMatrix<T> Context { get; } = new();

        internal ScratchMatrix<T> Selected { get; } = new();

        internal ScratchMatrix<T> Residual { get; } = new();

        internal NormResidual<T> NormResidual { get; } = new();

        /// <summary>Softmax of each (sequence, head), [length×length] each, before dropout.</summary>
        internal ScratchMatrix<T> Probabilities { get; } = new();
    }

    /// <summary>Y ← attention(X).</summary>
    /// <param name="x">[tokens×hidden].</param>
    /// <param name="starts">First row of each sequence, and the number of tokens at the end.</param>
    /// <param name="selection">The rows of Y that are wanted.</param>
    /// <param name="y">[selected×hidden], overwritten; must not overlap X.</param>
    /// <param name="dropout">Applied to the probabilities; one site per sequence, counted from <paramref name="firstSite"/>.</param>
    /// <param name="firstSite">The site of the first sequence.</param>
    /// <param name="cache">Overwritten.</param>
    /// <param name="workspace">Scratch.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void Forward(MatrixView<T> x, ReadOnlyMemory<int> starts, RowSelection selection, MatrixView<T> y, Dropout dropout, ulong firstSite, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        Project(x, cache, workspace, parallelism);
        cache.Probabilities.Resize(1, ProbabilityOffset(starts.Span, starts.Length - 1));
        var items = (starts.Length - 1) * HeadCount;
        if (parallelism.Threads == 1 || dropout.IsActive)
            for (var item = 0; item < items; item++)
                ForwardHead(starts.Span, item, dropout, firstSite, cache, workspace);
        else
            ForwardParallel(items, starts, cache, parallelism);
        Output.Forward(selection.Gather(cache.Context.View, cache.Selected), y, workspace, parallelism);
    }

    /// <summary>Y ← norm(X + attention(X)) for the selected rows, the way through a block without a backward pass: bias, residual connection and norm are the epilogue of the last product.</summary>
    internal void Forward(MatrixView<T> x, ReadOnlyMemory<int> starts, RowSelection selection, LayerNorm<T> norm, MatrixView<T> y, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        Project(x, cache, workspace, parallelism);
        parallelism.For((starts.Length - 1) * HeadCount, (Attention: this, starts, cache), static (item, s) =>
        {
            var (sequence, head) = Math.DivRem(item, s.Attention.HeadCount);
            MatrixView<T> Head(ScratchMatrix<T> matrix) => s.Attention.Head(matrix, s.starts.Span, sequence, head);
            Gemm.MultiplyChain(Head(s.cache.Q), Head(s.cache.K), s.Attention._scale, Softmax.OfRows<T>.Instance, Head(s.cache.V), Head(s.cache.Context));
        });
        Output.Product(selection.Gather(cache.Context.View, cache.Selected), cache.NormResidual.Of(norm, Output.Bias, selection.Gather(x, cache.Residual)), y, workspace, parallelism);
    }

    /// <summary>Q, K and V of every token.</summary>
    private void Project(MatrixView<T> x, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        var hidden = Query.Outputs;
        Query.Forward(x, cache.Q.Resize(x.Rows, hidden), workspace, parallelism);
        Key.Forward(x, cache.K.Resize(x.Rows, hidden), workspace, parallelism);
        Value.Forward(x, cache.V.Resize(x.Rows, hidden), workspace, parallelism);
        cache.Context.Resize(x.Rows, hidden);
    }

    // Without dropout no scratch is needed.
    private void ForwardParallel(int items, ReadOnlyMemory<int> starts, Cache cache, Parallelism parallelism)
        => parallelism.For(items, (Attention: this, starts, cache), static (item, s) => s.Attention.ForwardHead(s.starts.Span, item, Dropout.None, 0, s.cache, null));

    private void ForwardHead(ReadOnlySpan<int> starts, int item, Dropout dropout, ulong firstSite, Cache cache, Workspace<T>? workspace)
    {
        var (sequence, head) = Math.DivRem(item, HeadCount);
        var length = starts[sequence + 1] - starts[sequence];
        var p = Probabilities(cache, starts, sequence, head);
        Gemm.Multiply(Head(cache.Q, starts, sequence, head), Operand.AsIs, Head(cache.K, starts, sequence, head), Operand.Transposed, _scale, T.Zero, p, Parallelism.Serial);
        for (var i = 0; i < length; i++)
            Softmax.Apply(p.Row(i));
        if (dropout.IsActive)
            p = Dropped(p, dropout, firstSite + (ulong)sequence, head, workspace!.Get("Attention.dropped", length, length));
        Gemm.Multiply(p, Operand.AsIs, Head(cache.V, starts, sequence, head), Operand.AsIs, T.One, T.Zero, Head(cache.Context, starts, sequence, head), Parallelism.Serial);
    }

    /// <summary>dX from dY, and the gradients of the four layers.</summary>
    /// <remarks>With P = softmax(S), S = QKᵀ/√d, C = P·V: dV = Pᵀ·dC, dP = dC·Vᵀ, dS = P∘(dP − rowsum(dP∘P)), dQ = dS·K/√d, dK = dSᵀ·Q/√d; dropout masks dP and the P of dV alike.</remarks>
    /// <param name="x">[tokens×hidden], as in the forward pass.</param>
    /// <param name="starts">As in the forward pass.</param>
    /// <param name="selection">As in the forward pass.</param>
    /// <param name="dy">[selected×hidden].</param>
    /// <param name="dx">[tokens×hidden], overwritten.</param>
    /// <param name="dropout">As in the forward pass.</param>
    /// <param name="firstSite">As in the forward pass.</param>
    /// <param name="cache">From the forward pass.</param>
    /// <param name="gradients">Added to, for the parameters it holds.</param>
    /// <param name="workspace">Scratch.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void Backward(MatrixView<T> x, ReadOnlyMemory<int> starts, RowSelection selection, MatrixView<T> dy, MatrixView<T> dx, Dropout dropout, ulong firstSite, Cache cache, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
    {
        var hidden = Query.Outputs;
        var dContext = workspace.Get("Attention.dContext", x.Rows, hidden);
        if (selection.IsAll)
        {
            Output.Backward(cache.Context.View, dy, dContext, gradients, workspace, parallelism);
        }
        else
        {
            var dSelected = workspace.Get("Attention.dSelected", dy.Rows, hidden);
            Output.Backward(cache.Selected.View, dy, dSelected, gradients, workspace, parallelism);
            dContext.Fill(T.Zero);
            selection.ScatterAdd(dSelected, dContext);
        }

        var dq = workspace.Get("Attention.dq", x.Rows, hidden);
        var dk = workspace.Get("Attention.dk", x.Rows, hidden);
        var dv = workspace.Get("Attention.dv", x.Rows, hidden);
        for (var sequence = 0; sequence < starts.Length - 1; sequence++)
            BackwardSequence(starts.Span, sequence, dContext, dq, dk, dv, dropout, firstSite + (ulong)sequence, cache, workspace, parallelism);

        var part = workspace.Get("Attention.dxPart", x.Rows, x.Columns);
        Query.Backward(x, dq, dx, gradients, workspace, parallelism);
        Key.Backward(x, dk, part, gradients, workspace, parallelism);
        RowBlocks.Add(dx, part, parallelism);
        Value.Backward(x, dv, part, gradients, workspace, parallelism);
        RowBlocks.Add(dx, part, parallelism);
    }

    private void BackwardSequence(ReadOnlySpan<int> starts, int sequence, MatrixView<T> dContext, MatrixView<T> dq, MatrixView<T> dk, MatrixView<T> dv, Dropout dropout, ulong site, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        var (start, length) = (starts[sequence], starts[sequence + 1] - starts[sequence]);
        var p = Probabilities(cache, starts, sequence);
        var ds = MatrixBatch<T>.Stacked(workspace.Get("Attention.ds", HeadCount * length, length), HeadCount);
        var used = p;
        if (dropout.IsActive)
        {
            used = MatrixBatch<T>.Stacked(workspace.Get("Attention.droppedHeads", HeadCount * length, length), HeadCount);
            for (var head = 0; head < HeadCount; head++)
                Dropped(p[head], dropout, site, head, used[head]);
        }

        var dc = Heads(dContext);
        Gemm.MultiplyBatch(used, Operand.Transposed, dc, Operand.AsIs, T.One, T.Zero, Heads(dv), parallelism);
        Gemm.MultiplyBatch(dc, Operand.AsIs, Heads(cache.V.View), Operand.Transposed, T.One, T.Zero, ds, parallelism);
        var threads = (long)ds.First.Rows * ds.First.Columns * HeadCount < SerialElements ? Parallelism.Serial : parallelism;
        threads.For(HeadCount, (p, ds, dropout, site), static (head, s) =>
        {
            if (s.dropout.IsActive)
                s.dropout.At(s.site).At((ulong)head).Apply(s.ds[head].Span);
            Softmax.Backward(s.p[head], s.ds[head]);
        });
        Gemm.MultiplyBatch(ds, Operand.AsIs, Heads(cache.K.View), Operand.AsIs, _scale, T.Zero, Heads(dq), parallelism);
        Gemm.MultiplyBatch(ds, Operand.Transposed, Heads(cache.Q.View), Operand.AsIs, _scale, T.Zero, Heads(dk), parallelism);

        MatrixBatch<T> Heads(MatrixView<T> matrix) => MatrixBatch<T>.SideBySide(matrix.RowRange(start, length), HeadCount);
    }

    private static MatrixView<T> Dropped(MatrixView<T> p, Dropout dropout, ulong site, int head, MatrixView<T> destination)
    {
        p.CopyTo(destination);
        dropout.At(site).At((ulong)head).Apply(destination.Span);
        return destination;
    }

    private MatrixView<T> Head(ScratchMatrix<T> matrix, ReadOnlySpan<int> starts, int sequence, int head) => Head(matrix.View, starts, sequence, head);

    private MatrixView<T> Head(MatrixView<T> matrix, ReadOnlySpan<int> starts, int sequence, int head)
        => matrix.Slice(starts[sequence], head * _headSize, starts[sequence + 1] - starts[sequence], _headSize);

    private MatrixView<T> Probabilities(Cache cache, ReadOnlySpan<int> starts, int sequence, int head) => Probabilities(cache, starts, sequence)[head];

    private MatrixBatch<T> Probabilities(Cache cache, ReadOnlySpan<int> starts, int sequence)
    {
        var length = starts[sequence + 1] - starts[sequence];
        return new MatrixBatch<T>(cache.Probabilities.View.Reshape(ProbabilityOffset(starts, sequence), length, length), HeadCount, (nint)length * length);
    }

    private int ProbabilityOffset(ReadOnlySpan<int> starts, int sequence)
    {
        var offset = 0L;
        for (var s = 0; s < sequence; s++)
        {
            var length = (long)starts[s + 1] - starts[s];
            offset += length * length * HeadCount;
        }
        return checked((int)offset);
    }
}
