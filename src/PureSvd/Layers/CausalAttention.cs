using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>Causal grouped-query self-attention with rotary positions: a token attends to itself and to the tokens before it in its own sequence.</summary>
/// <remarks>
/// <para>Y = concat over heads h of softmax(R(Q_h)·R(K_g)ᵀ/√d)·V_g, through the output layer; R turns by position, and the group g = ⌊h·groups/heads⌋ shares
/// one key and one value head. Heads of their own for every query head are the case groups = heads.</para>
/// <para>Queries go in blocks of <see cref="QueryBlock"/> rows, each against the keys up to its last row: half the products of a full square, and scratch
/// that grows with the length and not with its square. What lies behind a row is cleared after its softmax, so nothing that follows a token enters its sums.</para>
/// <para>Sources: A. Vaswani et al., <i>Attention Is All You Need</i> (2017), 3.2; J. Ainslie et al., <i>GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints</i> (2023).</para>
/// </remarks>
public sealed class CausalAttention<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int QueryBlock = 64;

    /// <summary>Multiply-adds of one layer's scores below which one thread does them all.</summary>
    private const long SerialWork = 1 << 18;

    /// <summary>Probabilities below which one thread does what is not a product.</summary>
    private const int SerialElements = 1 << 14;

    private readonly int _headSize;
    private readonly int _groupSize;
    private readonly T _scale;

    /// <summary>Attention with <paramref name="headCount"/> query heads and <paramref name="groupCount"/> key and value heads.</summary>
    /// <param name="query">[(heads·d)×hidden].</param>
    /// <param name="key">[(groups·d)×hidden].</param>
    /// <param name="value">[(groups·d)×hidden].</param>
    /// <param name="output">[hidden×(heads·d)].</param>
    /// <param name="headCount">Divides the outputs of the query layer.</param>
    /// <param name="groupCount">Divides <paramref name="headCount"/>.</param>
    /// <param name="rotary">Turns heads of size d.</param>
    public CausalAttention(LinearLayer<T> query, LinearLayer<T> key, LinearLayer<T> value, LinearLayer<T> output, int headCount, int groupCount, RotaryEmbedding<T> rotary)
    {
        ArgumentNullException.ThrowIfNull(rotary);
        (Query, Key, Value, Output, HeadCount, GroupCount, Rotary) = (query, key, value, output, headCount, groupCount, rotary);
        _headSize = rotary.HeadSize;
        if (headCount <= 0 || groupCount <= 0 || headCount % groupCount != 0 || query.Outputs != headCount * _headSize || key.Outputs != groupCount * _headSize || value.Outputs != key.Outputs)
            throw new ArgumentException($"{headCount} query heads in {groupCount} groups of size {_headSize} do not fit layers of {query.Outputs}, {key.Outputs} and {value.Outputs} outputs.", nameof(headCount));
        _groupSize = headCount / groupCount;
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

    /// <summary>The number of query heads.</summary>
    public int HeadCount { get; }

    /// <summary>The number of key heads, and of value heads.</summary>
    public int GroupCount { get; }

    /// <summary>R.</summary>
    public RotaryEmbedding<T> Rotary { get; }

    /// <summary>What the forward pass leaves for the backward pass, and scratch of its threads.</summary>
    public sealed class Cache
    {
        private ScratchMatrix<T>[] _scores = [];

        internal ScratchMatrix<T> Q { get; } = new();

        internal ScratchMatrix<T> K { get; } = new();

        internal ScratchMatrix<T> V { get; } = new();

        internal ScratchMatrix<T> Context { get; } = new();

        internal ScratchMatrix<T> Selected { get; } = new();

        /// <summary>Softmax of each (sequence, head), [length×length] each; in training only.</summary>
        internal ScratchMatrix<T> Probabilities { get; } = new();

        internal ScratchMatrix<T>[] Scores(int threads)
        {
            if (_scores.Length < threads)
                _scores = [.. _scores, .. Enumerable.Range(0, threads - _scores.Length).Select(_ => new ScratchMatrix<T>())];
            return _scores;
        }
    }

    /// <summary>Y ← attention(X), over sequences laid end to end.</summary>
    /// <param name="x">[tokens×hidden].</param>
    /// <param name="starts">First row of each sequence, and the number of tokens at the end.</param>
    /// <param name="angles">[tokens×d], of <see cref="RotaryEmbedding{T}.Tabulate"/>.</param>
    /// <param name="selection">The rows of Y that are wanted.</param>
    /// <param name="y">[selected×hidden], overwritten; must not overlap X.</param>
    /// <param name="forBackward">Keep the probabilities that <see cref="Backward"/> needs: length² numbers a sequence and head.</param>
    /// <param name="cache">Overwritten.</param>
    /// <param name="workspace">Scratch.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void Forward(MatrixView<T> x, ReadOnlyMemory<int> starts, MatrixView<T> angles, RowSelection selection, MatrixView<T> y, bool forBackward, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        ArgumentNullException.ThrowIfNull(cache);
        Project(x, angles, cache.Q.Resize(x.Rows, Query.Outputs), cache.K.Resize(x.Rows, Key.Outputs), cache.V.Resize(x.Rows, Value.Outputs), workspace, parallelism);
        cache.Context.Resize(x.Rows, Query.Outputs);
        if (forBackward)
            cache.Probabilities.Resize(1, ProbabilityOffset(starts.Span, starts.Length - 1));

        var items = (starts.Length - 1) * HeadCount;
        if (parallelism.Threads == 1 || items == 1)
            AttendSome(starts.Span, 0, items, 1, forBackward, cache, cache.Scores(1)[0]);
        else
            AttendParallel(starts, items, forBackward, cache, parallelism);
        Output.Forward(selection.Gather(cache.Context.View, cache.Selected), y, workspace, parallelism);
    }

    /// <summary>Y ← attention(X) for tokens that follow those in the key-value cache; their own keys and values are put into it.</summary>
    /// <param name="x">[tokens×hidden].</param>
    /// <param name="angles">[tokens×d], at the positions after those in the cache.</param>
    /// <param name="keys">[(past + tokens)×(groups·d)]; the last rows are overwritten.</param>
    /// <param name="values">As <paramref name="keys"/>.</param>
    /// <param name="y">[tokens×hidden], overwritten.</param>
    /// <param name="cache">Scratch.</param>
    /// <param name="workspace">Scratch.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void ForwardCached(MatrixView<T> x, MatrixView<T> angles, MatrixView<T> keys, MatrixView<T> values, MatrixView<T> y, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        ArgumentNullException.ThrowIfNull(cache);
        var past = keys.Rows - x.Rows;
        var q = cache.Q.Resize(x.Rows, Query.Outputs);
        Project(x, angles, q, keys.RowRange(past, x.Rows), values.RowRange(past, x.Rows), workspace, parallelism);
        var context = cache.Context.Resize(x.Rows, Query.Outputs);
        if (x.Rows == 1)
        {
            AttendOne(q, keys, values, context, cache.Scores(1)[0], parallelism);
        }
        else if (parallelism.Threads == 1 || (long)x.Rows * keys.Rows * Query.Outputs < SerialWork)
        {
            for (var head = 0; head < HeadCount; head++)
                AttendHead(HeadOf(q, head), GroupOf(keys, head), GroupOf(values, head), HeadOf(context, head), default, cache.Scores(1)[0]);
        }
        else
        {
            AttendCachedParallel(q, keys, values, context, cache, parallelism);
        }
        Output.Forward(context, y, workspace, parallelism);
    }

    private void Project(MatrixView<T> x, MatrixView<T> angles, MatrixView<T> q, MatrixView<T> k, MatrixView<T> v, Workspace<T> workspace, Parallelism parallelism)
    {
        Query.Forward(x, q, workspace, parallelism);
        Key.Forward(x, k, workspace, parallelism);
        Value.Forward(x, v, workspace, parallelism);
        Rotary.Forward(q, angles, parallelism);
        Rotary.Forward(k, angles, parallelism);
    }

    // A thread has its scratch and every n-th item.
    private void AttendParallel(ReadOnlyMemory<int> starts, int items, bool forBackward, Cache cache, Parallelism parallelism)
    {
        var threads = Math.Min(parallelism.Threads, items);
        var scores = cache.Scores(threads);
        parallelism.For(threads, (Attention: this, starts, items, threads, forBackward, cache, scores), static (thread, s)
            => s.Attention.AttendSome(s.starts.Span, thread, s.items, s.threads, s.forBackward, s.cache, s.scores[thread]));
    }

    private void AttendCachedParallel(MatrixView<T> q, MatrixView<T> keys, MatrixView<T> values, MatrixView<T> context, Cache cache, Parallelism parallelism)
    {
        var threads = Math.Min(parallelism.Threads, HeadCount);
        var scores = cache.Scores(threads);
        parallelism.For(threads, (Attention: this, q, keys, values, context, threads, scores), static (thread, s) =>
        {
            var attention = s.Attention;
            for (var head = thread; head < attention.HeadCount; head += s.threads)
                attention.AttendHead(attention.HeadOf(s.q, head), attention.GroupOf(s.keys, head), attention.GroupOf(s.values, head), attention.HeadOf(s.context, head), default, s.scores[thread]);
        });
    }

    private void AttendSome(ReadOnlySpan<int> starts, int first, int items, int step, bool forBackward, Cache cache, ScratchMatrix<T> scores)
    {
        for (var item = first; item < items; item += step)
        {
            var (sequence, head) = Math.DivRem(item, HeadCount);
            var (start, length) = (starts[sequence], starts[sequence + 1] - starts[sequence]);
            AttendHead(
                HeadOf(cache.Q.View.RowRange(start, length), head), GroupOf(cache.K.View.RowRange(start, length), head), GroupOf(cache.V.View.RowRange(start, length), head),
                HeadOf(cache.Context.View.RowRange(start, length), head), forBackward ? Probabilities(cache, starts, sequence, head) : default, scores);
        }
    }

    // One token: the query heads of a group lie one after the other, so they are the rows of one product, and the groups are a batch.
    private void AttendOne(MatrixView<T> q, MatrixView<T> keys, MatrixView<T> values, MatrixView<T> context, ScratchMatrix<T> scratch, Parallelism parallelism)
    {
        var scores = scratch.Resize(HeadCount, keys.Rows);
        var scoresOfGroups = MatrixBatch<T>.Stacked(scores, GroupCount);
        Gemm.MultiplyBatch(HeadsOfGroups(q), Operand.AsIs, MatrixBatch<T>.SideBySide(keys, GroupCount), Operand.Transposed, _scale, T.Zero, scoresOfGroups, parallelism);
        var threads = (long)HeadCount * keys.Rows * _headSize < SerialWork ? Parallelism.Serial : parallelism;
        threads.For(HeadCount, scores, static (head, s) => Softmax.Apply(s.Row(head)));
        Gemm.MultiplyBatch(scoresOfGroups, Operand.AsIs, MatrixBatch<T>.SideBySide(values, GroupCount), Operand.AsIs, T.One, T.Zero, HeadsOfGroups(context), parallelism);
    }

    private MatrixBatch<T> HeadsOfGroups(MatrixView<T> row) => new(row.Reshape(0, _groupSize, _headSize), GroupCount, _groupSize * _headSize);

    // Row i of q [n×d] sees rows 0 … keys − n + i of k and v [keys×d]. The probabilities go into p [n×n] if that is given, else into scratch.
    private void AttendHead(MatrixView<T> q, MatrixView<T> k, MatrixView<T> v, MatrixView<T> context, MatrixView<T> p, ScratchMatrix<T> scratch)
    {
        var past = k.Rows - q.Rows;
        for (var first = 0; first < q.Rows; first += QueryBlock)
        {
            var rows = Math.Min(QueryBlock, q.Rows - first);
            var visible = past + first + rows;
            var s = p.Rows > 0 ? p.Slice(first, 0, rows, visible) : scratch.Resize(rows, visible);
            Gemm.Multiply(q.RowRange(first, rows), Operand.AsIs, k.RowRange(0, visible), Operand.Transposed, _scale, T.Zero, s, Parallelism.Serial);
            for (var i = 0; i < rows; i++)
            {
                var seen = past + first + i + 1;
                Softmax.Apply(s.Row(i)[..seen]);
                s.Row(i)[seen..].Clear();
                if (p.Rows > 0)
                    p.Row(first + i)[visible..].Clear();
            }
            Gemm.Multiply(s, Operand.AsIs, v.RowRange(0, visible), Operand.AsIs, T.One, T.Zero, context.RowRange(first, rows), Parallelism.Serial);
        }
    }

    /// <summary>dX from dY, and the gradients of the four layers.</summary>
    /// <remarks>
    /// With P = softmax(S), S = QKᵀ/√d on and below the diagonal, C = P·V: dV = Σ Pᵀ·dC, dP = dC·Vᵀ, dS = P∘(dP − rowsum(dP∘P)), dQ = dS·K/√d,
    /// dK = Σ dSᵀ·Q/√d, the sums over the query heads of a group; then dQ and dK turn back. P is zero above the diagonal, and so is dS.
    /// </remarks>
    /// <param name="x">[tokens×hidden], as in the forward pass.</param>
    /// <param name="starts">As in the forward pass.</param>
    /// <param name="angles">As in the forward pass.</param>
    /// <param name="selection">As in the forward pass.</param>
    /// <param name="dy">[selected×hidden].</param>
    /// <param name="dx">[tokens×hidden], overwritten.</param>
    /// <param name="cache">From a forward pass with <c>forBackward</c>.</param>
    /// <param name="gradients">Added to, for the parameters it holds.</param>
    /// <param name="workspace">Scratch.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void Backward(MatrixView<T> x, ReadOnlyMemory<int> starts, MatrixView<T> angles, RowSelection selection, MatrixView<T> dy, MatrixView<T> dx, Cache cache, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(workspace);
        var dContext = workspace.Get("CausalAttention.dContext", x.Rows, Query.Outputs);
        if (selection.IsAll)
        {
            Output.Backward(cache.Context.View, dy, dContext, gradients, workspace, parallelism);
        }
        else
        {
            var dSelected = workspace.Get("CausalAttention.dSelected", dy.Rows, Query.Outputs);
            Output.Backward(cache.Selected.View, dy, dSelected, gradients, workspace, parallelism);
            dContext.Fill(T.Zero);
            selection.ScatterAdd(dSelected, dContext);
        }

        var dq = workspace.Get("CausalAttention.dq", x.Rows, Query.Outputs);
        var dk = workspace.Get("CausalAttention.dk", x.Rows, Key.Outputs);
        var dv = workspace.Get("CausalAttention.dv", x.Rows, Value.Outputs);
        for (var sequence = 0; sequence < starts.Length - 1; sequence++)
            for (var member = 0; member < _groupSize; member++)
                BackwardMember(starts.Span, sequence, member, dContext, dq, dk, dv, cache, workspace, parallelism);
        Rotary.Backward(dq, angles, parallelism);
        Rotary.Backward(dk, angles, parallelism);

        var part = workspace.Get("CausalAttention.dxPart", x.Rows, x.Columns);
        Query.Backward(x, dq, dx, gradients, workspace, parallelism);
        Key.Backward(x, dk, part, gradients, workspace, parallelism);
        RowBlocks.Add(dx, part, parallelism);
        Value.Backward(x, dv, part, gradients, workspace, parallelism);
        RowBlocks.Add(dx, part, parallelism);
    }

    // One query head of every group at a time: the groups are a batch, and the sums over the heads of a group keep their order.
    private void BackwardMember(ReadOnlySpan<int> starts, int sequence, int member, MatrixView<T> dContext, MatrixView<T> dq, MatrixView<T> dk, MatrixView<T> dv, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        var (start, length) = (starts[sequence], starts[sequence + 1] - starts[sequence]);
        var p = new MatrixBatch<T>(Probabilities(cache, starts, sequence, member), GroupCount, (nint)_groupSize * length * length);
        var ds = MatrixBatch<T>.Stacked(workspace.Get("CausalAttention.ds", GroupCount * length, length), GroupCount);
        var dc = Members(dContext);
        var beta = member == 0 ? T.Zero : T.One;
        Gemm.MultiplyBatch(p, Operand.Transposed, dc, Operand.AsIs, T.One, beta, Groups(dv), parallelism);
        Gemm.MultiplyBatch(dc, Operand.AsIs, Groups(cache.V.View), Operand.Transposed, T.One, T.Zero, ds, parallelism);
        var threads = (long)length * length * GroupCount < SerialElements ? Parallelism.Serial : parallelism;
        threads.For(GroupCount, (p, ds), static (group, s) => Softmax.Backward(s.p[group], s.ds[group]));
        Gemm.MultiplyBatch(ds, Operand.AsIs, Groups(cache.K.View), Operand.AsIs, _scale, T.Zero, Members(dq), parallelism);
        Gemm.MultiplyBatch(ds, Operand.Transposed, Members(cache.Q.View), Operand.AsIs, _scale, beta, Groups(dk), parallelism);

        MatrixBatch<T> Groups(MatrixView<T> matrix) => MatrixBatch<T>.SideBySide(matrix.RowRange(start, length), GroupCount);
        MatrixBatch<T> Members(MatrixView<T> matrix) => new(matrix.Slice(start, member * _headSize, length, _headSize), GroupCount, _groupSize * _headSize);
    }

    private MatrixView<T> HeadOf(MatrixView<T> matrix, int head) => matrix.ColumnRange(head * _headSize, _headSize);

    private MatrixView<T> GroupOf(MatrixView<T> matrix, int head) => matrix.ColumnRange(head / _groupSize * _headSize, _headSize);

    private MatrixView<T> Probabilities(Cache cache, ReadOnlySpan<int> starts, int sequence, int head)
    {
        var length = starts[sequence + 1] - starts[sequence];
        return cache.Probabilities.View.Reshape(ProbabilityOffset(starts, sequence) + (long)head * length * length, length, length);
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
