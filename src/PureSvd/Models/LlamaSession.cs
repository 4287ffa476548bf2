using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>Runs a <see cref="LlamaModel{T}"/> forward and backward over whole sequences, in buffers that it keeps; for one caller at a time.</summary>
/// <remarks>Logits are as wide as the vocabulary, so scoring and training compute them for <see cref="HeadRows"/> tokens at a time: memory does not grow with tokens × vocabulary.</remarks>
public sealed class LlamaSession<T> : TransformerSession<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int HeadRows = 128;

    private readonly LlamaModel<T> _model;
    private readonly Workspace<T> _workspace = new();
    private readonly ScratchMatrix<T>[] _inputs;
    private readonly LlamaBlock<T>.Cache?[] _blocks;
    private readonly LlamaBlock<T>.Cache _inference = new();
    private readonly ScratchMatrix<T> _angles = new();
    private readonly ScratchMatrix<T> _last = new();
    private readonly ScratchMatrix<T> _statistics = new();
    private readonly ScratchMatrix<T> _normalized = new();
    private readonly ScratchMatrix<T> _logits = new();
    private readonly ScratchMatrix<T> _gradient = new();
    private int[] _rows = [];
    private int[] _targets = [];
    private int[] _starts = [];
    private T[] _weights = [];

    internal LlamaSession(LlamaModel<T> model)
    {
        _model = model;
        _inputs = new ScratchMatrix<T>[model.Blocks.Count];
        for (var i = 0; i < _inputs.Length; i++)
            _inputs[i] = new ScratchMatrix<T>();
        _blocks = new LlamaBlock<T>.Cache?[model.Blocks.Count];
    }

    /// <summary>Runs every token through every block; then <see cref="Hidden"/> and <see cref="Logits"/> are those of this batch.</summary>
    /// <exception cref="ArgumentException">An id or a position is out of the model's range, or a sequence is empty.</exception>
    public override void Forward(TokenBatch batch, Parallelism parallelism) => Run(batch, RowSelection.All, forBackward: false, parallelism);

    /// <summary>Hidden state <paramref name="index"/> [tokens×hidden] of the last batch of <see cref="Forward"/>: 0 is the embedding output, <c>LayerCount</c> the last block's after the final norm, as <c>transformers</c> gives it.</summary>
    public override MatrixView<T> Hidden(int index) => index == _inputs.Length ? _normalized.View : _inputs[index].View;

    internal override void Embed(TokenBatch batch, MatrixView<T> hidden, Parallelism parallelism)
    {
        Check(batch);
        _model.Embeddings.Forward(batch.Ids, hidden);
    }

    internal override void RunBlock(int index, TokenBatch batch, MatrixView<T> hidden, Parallelism parallelism)
    {
        _model.Rotary.Tabulate(batch.Positions, _angles.Resize(batch.TokenCount, _model.Config.HeadSize));
        var y = _last.Resize(hidden.Rows, hidden.Columns);
        _model.Blocks[index].Forward(hidden, batch.Starts, _angles.View, RowSelection.All, y, forBackward: false, _inference, _workspace, parallelism);
        y.CopyTo(hidden);
    }

    /// <summary>Logits [tokens×vocabulary] of the last batch of <see cref="Forward"/>.</summary>
    public MatrixView<T> Logits(Parallelism parallelism)
    {
        var logits = _logits.Resize(_normalized.View.Rows, _model.VocabularySize);
        _model.Head.Forward(_normalized.View, logits, _workspace, parallelism);
        return logits;
    }

    /// <summary>log p(target | what is before it), in nats, for every token that has a target.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="targets">[tokens]: the id that should follow, as <see cref="TokenBatch.NextIds"/> gives, or −1 for none.</param>
    /// <param name="logProbabilities">[tokens], overwritten; 0 where there is no target.</param>
    /// <param name="isLikeliest">[tokens], overwritten: whether no other token is likelier; empty if that is not wanted.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <exception cref="ArgumentException">An id, a position or a target is out of the model's range, a sequence is empty, or a length differs.</exception>
    public void Score(TokenBatch batch, ReadOnlySpan<int> targets, Span<double> logProbabilities, Span<bool> isLikeliest, Parallelism parallelism)
    {
        var selection = Select(batch, targets, []);
        if (logProbabilities.Length != targets.Length || (!isLikeliest.IsEmpty && isLikeliest.Length != targets.Length))
            throw new ArgumentException($"{targets.Length} targets need as many results, not {logProbabilities.Length} and {isLikeliest.Length}.", nameof(logProbabilities));
        Run(batch, selection, forBackward: false, parallelism);
        logProbabilities.Clear();
        isLikeliest.Clear();
        ScoreSelected(_rows, logProbabilities, isLikeliest, parallelism);
    }

    /// <summary>log p(target | the tokens up to a row), in nats, for rows that are chosen; several targets may be asked for after the same row, as where answers of one token are compared.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="rows">[queries]: rows of the batch, in no descending order.</param>
    /// <param name="targets">[queries]: the id that should follow each.</param>
    /// <param name="logProbabilities">[queries], overwritten.</param>
    /// <param name="isLikeliest">[queries], overwritten: whether no other token is likelier.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <exception cref="ArgumentException">An id, a position, a row or a target is out of range, a sequence is empty, rows descend, or a length differs.</exception>
    public void Score(TokenBatch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> targets, Span<double> logProbabilities, Span<bool> isLikeliest, Parallelism parallelism)
    {
        if (rows.Length != targets.Length || rows.Length != logProbabilities.Length || rows.Length != isLikeliest.Length)
            throw new ArgumentException($"{rows.Length} rows need as many targets and results, not {targets.Length}, {logProbabilities.Length} and {isLikeliest.Length}.", nameof(rows));
        Run(batch, SelectRows(batch, rows, targets), forBackward: false, parallelism);
        ScoreSelected([], logProbabilities, isLikeliest, parallelism);
    }

    /// <summary>Σ over targets of −log p(target), without gradients.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="targets">[tokens]: the id that should follow, or −1 for none.</param>
    /// <param name="parallelism">The threads to use.</param>
    public double Loss(TokenBatch batch, ReadOnlySpan<int> targets, Parallelism parallelism)
    {
        var selection = Select(batch, targets, []);
        Run(batch, selection, forBackward: false, parallelism);
        var scratch = _workspace.Get("LlamaSession.exponentials", 1, _model.VocabularySize).Row(0);
        var loss = 0.0;
        for (var first = 0; first < _normalized.View.Rows; first += HeadRows)
        {
            var logits = HeadOf(first, parallelism);
            loss += CrossEntropy.Loss(logits, _targets.AsSpan(first, logits.Rows), scratch);
        }
        return loss;
    }

    /// <summary>Σ over targets of −w·log p(target); <paramref name="scale"/> times its gradients are added into <paramref name="gradients"/>.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="targets">[tokens]: the id that should follow, as <see cref="TokenBatch.NextIds"/> gives, or −1 for none.</param>
    /// <param name="weights">[tokens]: w of each target; empty for 1.</param>
    /// <param name="scale">Such as 1/targets, for the mean over a batch of which this may be a shard.</param>
    /// <param name="gradients">Added to.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <exception cref="ArgumentException">An id, a position or a target is out of the model's range, a sequence is empty, or a length differs.</exception>
    public double LossAndGradients(TokenBatch batch, ReadOnlySpan<int> targets, ReadOnlySpan<T> weights, T scale, Gradients<T> gradients, Parallelism parallelism)
        => LossAndGradients(batch, targets, weights, null, T.Zero, scale, gradients, parallelism);

    /// <summary>Σ over targets of w·((1 − v)·−log p(target) + v·the mean squared distance from a teacher's logits); <paramref name="scale"/> times its gradients are added into <paramref name="gradients"/>.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="targets">[tokens]: the id that should follow, as <see cref="TokenBatch.NextIds"/> gives, or −1 for none.</param>
    /// <param name="weights">[tokens]: w of each target; empty for 1.</param>
    /// <param name="teacher">A session of a model with the same vocabulary, which reads the same sequences; null for none.</param>
    /// <param name="teacherWeight">v, from 0 to 1; without meaning where there is no teacher.</param>
    /// <param name="scale">Such as 1/targets, for the mean over a batch of which this may be a shard.</param>
    /// <param name="gradients">Added to.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <exception cref="ArgumentException">An id, a position or a target is out of the model's range, a sequence is empty, or a length differs.</exception>
    public double LossAndGradients(TokenBatch batch, ReadOnlySpan<int> targets, ReadOnlySpan<T> weights, LlamaSession<T>? teacher, T teacherWeight, T scale, Gradients<T> gradients, Parallelism parallelism)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        // Whoever trains a whole model wants this one too; statistics, and training some factors, do not.
        if (_model.StoredTensors.Count > 0 && gradients[_model.Norm.Weight] is not null)
            throw new InvalidOperationException($"{_model.StoredTensors[0].Name} is used as the checkpoint stores it, and has no gradient; load the model with copied weights to train it.");
        var selection = Select(batch, targets, weights);
        Run(batch, selection, forBackward: true, parallelism);
        teacher?.Run(batch, selection, forBackward: false, parallelism);
        var rows = _normalized.View.Rows;
        var d = _gradient.Resize(rows, _model.HiddenSize);
        var loss = 0.0;
        for (var first = 0; first < rows; first += HeadRows)
        {
            var logits = HeadOf(first, parallelism);
            loss += Loss(logits, first, weights.IsEmpty, teacher, teacherWeight, scale, parallelism);
            _model.Head.Backward(_normalized.View.RowRange(first, logits.Rows), logits, d.RowRange(first, logits.Rows), gradients, _workspace, parallelism);
        }
        if (rows > 0)
            Backward(batch, selection, d, gradients, parallelism);
        return loss;
    }

    // Of the selected rows from first on; the logits become their gradient.
    private double Loss(MatrixView<T> logits, int first, bool unweighted, LlamaSession<T>? teacher, T teacherWeight, T scale, Parallelism parallelism)
    {
        var targets = _targets.AsSpan(first, logits.Rows);
        if (teacher is null)
            return CrossEntropy.LossAndGradient(logits, targets, unweighted ? [] : _weights.AsSpan(first, logits.Rows), scale, logits);
        var wanted = teacher.HeadOf(first, parallelism);
        var loss = 0.0;
        for (var i = 0; i < logits.Rows; i++)
        {
            var (row, weight) = (logits.RowRange(i, 1), unweighted ? T.One : _weights[first + i]);
            loss += double.CreateTruncating(weight) * LogitDistillation.LossAndGradient(row, targets.Slice(i, 1), wanted.RowRange(i, 1), teacherWeight, scale * weight, row);
        }
        return loss;
    }

    // Selected row i goes to place i of the results, or to places[i].
    private void ScoreSelected(ReadOnlySpan<int> places, Span<double> logProbabilities, Span<bool> isLikeliest, Parallelism parallelism)
    {
        var scratch = _workspace.Get("LlamaSession.exponentials", 1, _model.VocabularySize).Row(0);
        for (var first = 0; first < _normalized.View.Rows; first += HeadRows)
        {
            var logits = HeadOf(first, parallelism);
            for (var i = 0; i < logits.Rows; i++)
            {
                var place = places.IsEmpty ? first + i : places[first + i];
                logProbabilities[place] = -CrossEntropy.Loss(logits.RowRange(i, 1), _targets.AsSpan(first + i, 1), scratch);
                if (!isLikeliest.IsEmpty)
                    isLikeliest[place] = TensorPrimitives.IndexOfMax<T>(logits.Row(i)) == _targets[first + i];
            }
        }
    }

    private MatrixView<T> HeadOf(int first, Parallelism parallelism)
    {
        var rows = Math.Min(HeadRows, _normalized.View.Rows - first);
        var logits = _workspace.Get("LlamaSession.logits", rows, _model.VocabularySize);
        _model.Head.Forward(_normalized.View.RowRange(first, rows), logits, _workspace, parallelism);
        return logits;
    }

    // All rows of every block but the last, of which only those that are selected.
    private void Run(TokenBatch batch, RowSelection selection, bool forBackward, Parallelism parallelism)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Check(batch);
        var (hidden, count) = (_model.HiddenSize, _inputs.Length);
        _model.Rotary.Tabulate(batch.Positions, _angles.Resize(batch.TokenCount, _model.Config.HeadSize));
        _model.Embeddings.Forward(batch.Ids, _inputs[0].Resize(batch.TokenCount, hidden));
        for (var i = 0; i < count; i++)
        {
            var cache = forBackward ? _blocks[i] ??= new LlamaBlock<T>.Cache() : _inference;
            var wanted = i == count - 1 ? selection : RowSelection.All;
            var y = (i == count - 1 ? _last : _inputs[i + 1]).Resize(wanted.CountOf(batch.TokenCount), hidden);
            _model.Blocks[i].Forward(_inputs[i].View, batch.Starts, _angles.View, wanted, y, forBackward, cache, _workspace, parallelism);
        }
        _model.Norm.Forward(_last.View, _normalized.Resize(_last.View.Rows, hidden), _statistics.Resize(_last.View.Rows, 1), parallelism);
    }

    private void Backward(TokenBatch batch, RowSelection selection, MatrixView<T> dNormalized, Gradients<T> gradients, Parallelism parallelism)
    {
        _model.Norm.Backward(_last.View, _statistics.View, dNormalized, dNormalized, gradients, _workspace);
        var d = _workspace.Get("LlamaSession.d", batch.TokenCount, _model.HiddenSize);
        for (var i = _blocks.Length - 1; i >= 0; i--)
        {
            var isLast = i == _blocks.Length - 1;
            _model.Blocks[i].Backward(_inputs[i].View, batch.Starts, _angles.View, isLast ? selection : RowSelection.All, isLast ? dNormalized : d, d, _blocks[i]!, gradients, _workspace, parallelism);
        }
        _model.Embeddings.Backward(batch.Ids, d, gradients);
    }

    private RowSelection SelectRows(TokenBatch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> targets)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Reserve(rows.Length, batch.SequenceCount);
        var count = 0;
        for (var s = 0; s < batch.SequenceCount; s++)
        {
            var end = batch.Start(s) + batch.Length(s);
            for (; count < rows.Length && rows[count] < end; count++)
            {
                if (rows[count] < (count == 0 ? 0 : rows[count - 1]) || (uint)targets[count] >= (uint)_model.VocabularySize)
                    throw new ArgumentException($"Row {rows[count]} with target {targets[count]}: rows do not descend from 0, and targets are below {_model.VocabularySize}.", nameof(rows));
                (_rows[count], _targets[count]) = (rows[count], targets[count]);
            }
            _starts[s + 1] = count;
        }
        if (count < rows.Length)
            throw new ArgumentException($"Row {rows[count]} is not one of the batch's {batch.TokenCount}.", nameof(rows));
        return new RowSelection(_rows.AsMemory(0, count), _starts.AsMemory(0, batch.SequenceCount + 1));
    }

    private void Reserve(int rows, int sequences)
    {
        if (_rows.Length < rows)
            (_rows, _targets, _weights) = (new int[rows], new int[rows], new T[rows]);
        if (_starts.Length <= sequences)
            _starts = new int[sequences + 1];
    }

    // The rows that have a target, their targets and their weights.
    private RowSelection Select(TokenBatch batch, ReadOnlySpan<int> targets, ReadOnlySpan<T> weights)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (targets.Length != batch.TokenCount || (!weights.IsEmpty && weights.Length != batch.TokenCount))
            throw new ArgumentException($"{batch.TokenCount} tokens need as many targets and weights, not {targets.Length} and {weights.Length}.", nameof(targets));
        Reserve(targets.Length, batch.SequenceCount);
        var count = 0;
        for (var s = 0; s < batch.SequenceCount; s++)
        {
            for (var t = batch.Start(s); t < batch.Start(s) + batch.Length(s); t++)
            {
                if (targets[t] < -1 || targets[t] >= _model.VocabularySize)
                    throw new ArgumentException($"Target {targets[t]} is outside the vocabulary of {_model.VocabularySize}.", nameof(targets));
                if (targets[t] < 0)
                    continue;
                (_rows[count], _targets[count]) = (t, targets[t]);
                _weights[count++] = weights.IsEmpty ? T.One : weights[t];
            }
            _starts[s + 1] = count;
        }
        return new RowSelection(_rows.AsMemory(0, count), _starts.AsMemory(0, batch.SequenceCount + 1));
    }

    private void Check(TokenBatch batch)
    {
        foreach (var id in batch.Ids)
            if ((uint)id >= (uint)_model.VocabularySize)
                throw new ArgumentException($"Token id {id} is outside the model's vocabulary of {_model.VocabularySize}.", nameof(batch));
        for (var s = 0; s < batch.SequenceCount; s++)
            if (batch.Length(s) <= 0)
                throw new ArgumentException($"Sequence {s} of the batch has {batch.Length(s)} tokens.", nameof(batch));
        foreach (var position in batch.Positions)
            if ((uint)position >= (uint)_model.ContextLength)
                throw new ArgumentException($"Position {position} is outside the model's context of {_model.ContextLength} tokens.", nameof(batch));
    }
}
