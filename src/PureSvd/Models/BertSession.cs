using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>Runs a <see cref="BertModel{T}"/> forward and backward in buffers that it keeps; for one caller at a time.</summary>
public sealed class BertSession<T> : TransformerSession<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly BertModel<T> _model;
    private readonly Workspace<T> _workspace = new();
    private readonly ScratchMatrix<T>[] _hidden;
    private readonly BertEmbeddings<T>.Cache _embeddings = new();
    private readonly BertBlock<T>.Cache?[] _blocks;
    private readonly BertBlock<T>.Cache _inference = new();
    private readonly BertClassifier<T>.Cache _classifier = new();
    private readonly BertMaskedLmHead<T>.Cache _maskedLm = new();
    private readonly ScratchMatrix<T> _headInput = new();
    private readonly ScratchMatrix<T> _headGradient = new();
    private int[] _rows = [];
    private int[] _rowTargets = [];
    private int[] _rowStarts = [];

    internal BertSession(BertModel<T> model)
    {
        _model = model;
        _hidden = new ScratchMatrix<T>[model.Blocks.Count + 1];
        for (var i = 0; i < _hidden.Length; i++)
            _hidden[i] = new ScratchMatrix<T>();
        _blocks = new BertBlock<T>.Cache?[model.Blocks.Count];
    }

    /// <summary>Runs the encoder and the classifier, if there is one.</summary>
    /// <exception cref="ArgumentException">An id, a segment or a position is out of the model's range, or a sequence is empty.</exception>
    public override void Forward(TokenBatch batch, Parallelism parallelism)
    {
        RunEncoder(batch, RowSelection.All, forBackward: false, BertDropout.None, parallelism);
        _model.Classifier?.Forward(FirstTokens(batch).Gather(Last, _headInput), BertDropout.None, _classifier, _workspace, parallelism);
    }

    /// <summary>Hidden state <paramref name="index"/> [tokens×hidden] of the last batch of <see cref="Forward"/>: 0 is the embedding output, <c>LayerCount</c> the last block's.</summary>
    public override MatrixView<T> Hidden(int index) => _hidden[index].View;

    internal override void Embed(TokenBatch batch, MatrixView<T> hidden, Parallelism parallelism)
    {
        CheckBatch(batch);
        _model.Embeddings.Forward(batch, hidden, BertDropout.None, _embeddings, parallelism);
    }

    internal override void RunBlock(int index, TokenBatch batch, MatrixView<T> hidden, Parallelism parallelism)
    {
        var y = _headInput.Resize(hidden.Rows, hidden.Columns);
        _model.Blocks[index].Forward(hidden, batch.Starts, RowSelection.All, y, forBackward: false, BertDropout.None, _inference, _workspace, parallelism);
        y.CopyTo(hidden);
    }

    private MatrixView<T> Last => _hidden[^1].View;

    /// <summary>Classifier logits [sequences×labels] of the last batch.</summary>
    /// <exception cref="InvalidOperationException">The model has no classifier.</exception>
    public MatrixView<T> Logits => _model.HasClassifier ? _classifier.Logits.View : throw new InvalidOperationException("The model has no classifier.");

    /// <summary>Masked-language-model logits [tokens×vocabulary] of the last batch of <see cref="Forward"/>.</summary>
    /// <exception cref="InvalidOperationException">The model has no masked-language-model head.</exception>
    public MatrixView<T> MaskedLmLogits(Parallelism parallelism)
    {
        var head = MaskedLmHead();
        head.Forward(Last, _maskedLm, _workspace, parallelism);
        return _maskedLm.Logits.View;
    }

    /// <summary>Σ over sequences of cross-entropy(logits, label), its gradients added into <paramref name="gradients"/>; without dropout.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="labels">The label of each sequence.</param>
    /// <param name="gradients">Added to.</param>
    /// <param name="parallelism">The threads to use.</param>
    public double LossAndGradients(TokenBatch batch, ReadOnlySpan<int> labels, Gradients<T> gradients, Parallelism parallelism)
        => LossAndGradients(batch, labels, T.One, BertDropout.None, gradients, parallelism);

    /// <summary>Σ over sequences of cross-entropy(logits, label); <paramref name="scale"/> times its gradients are added into <paramref name="gradients"/>.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="labels">The label of each sequence.</param>
    /// <param name="scale">Such as 1/batch, for the mean over a batch of which this may be a shard.</param>
    /// <param name="dropout">The masks of this step.</param>
    /// <param name="gradients">Added to.</param>
    /// <param name="parallelism">The threads to use.</param>
    public double LossAndGradients(TokenBatch batch, ReadOnlySpan<int> labels, T scale, BertDropout dropout, Gradients<T> gradients, Parallelism parallelism)
        => LossAndGradients(batch, labels, null, T.Zero, scale, dropout, gradients, parallelism);

    /// <summary>Σ over sequences of (1 − w)·cross-entropy(logits, label) + w·the mean squared distance from a teacher's logits; <paramref name="scale"/> times its gradients are added into <paramref name="gradients"/>.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="labels">The label of each sequence.</param>
    /// <param name="teacher">A session of a model with the same labels, which reads the same sequences without dropout; null for none.</param>
    /// <param name="weight">w, from 0 to 1; without meaning where there is no teacher.</param>
    /// <param name="scale">Such as 1/batch, for the mean over a batch of which this may be a shard.</param>
    /// <param name="dropout">The masks of this step.</param>
    /// <param name="gradients">Added to.</param>
    /// <param name="parallelism">The threads to use.</param>
    public double LossAndGradients(TokenBatch batch, ReadOnlySpan<int> labels, BertSession<T>? teacher, T weight, T scale, BertDropout dropout, Gradients<T> gradients, Parallelism parallelism)
    {
        var classifier = _model.Classifier ?? throw new InvalidOperationException("The model has no classifier.");
        CheckTargets(labels, batch.SequenceCount, classifier.Classifier.Outputs, lowest: 0);
        var first = FirstTokens(batch);
        RunEncoder(batch, first, forBackward: true, dropout, parallelism);
        classifier.Forward(Last, dropout, _classifier, _workspace, parallelism);
        var logits = _classifier.Logits.View;
        var dLogits = _workspace.Get("BertSession.dLogits", logits.Rows, logits.Columns);
        teacher?.Forward(batch, parallelism);
        var loss = teacher is null
            ? CrossEntropy.LossAndGradient(logits, labels, scale, dLogits)
            : LogitDistillation.LossAndGradient(logits, labels, teacher.Logits, weight, scale, dLogits);
        var d = _headGradient.Resize(batch.SequenceCount, _model.Config.HiddenSize);
        classifier.Backward(Last, dLogits, d, dropout, _classifier, gradients, _workspace, parallelism);
        Backward(batch, first, d, dropout, gradients, parallelism);
        return loss;
    }

    /// <summary>Σ over targets of cross-entropy(masked-language-model logits, target); <paramref name="scale"/> times its gradients are added into <paramref name="gradients"/>.</summary>
    /// <param name="batch">The sequences, masked.</param>
    /// <param name="targets">[tokens]: the id to be predicted there, or −1 for none.</param>
    /// <param name="scale">Such as 1/targets.</param>
    /// <param name="dropout">The masks of this step.</param>
    /// <param name="gradients">Added to.</param>
    /// <param name="parallelism">The threads to use.</param>
    public double MaskedLmLossAndGradients(TokenBatch batch, ReadOnlySpan<int> targets, T scale, BertDropout dropout, Gradients<T> gradients, Parallelism parallelism)
    {
        var head = MaskedLmHead();
        var selection = SelectTargets(batch, targets);
        RunEncoder(batch, selection, forBackward: true, dropout, parallelism);
        head.Forward(Last, _maskedLm, _workspace, parallelism);
        var logits = _maskedLm.Logits.View;
        var loss = CrossEntropy.LossAndGradient(logits, _rowTargets.AsSpan(0, logits.Rows), scale, logits);
        var d = _headGradient.Resize(logits.Rows, _model.Config.HiddenSize);
        head.Backward(Last, logits, d, _maskedLm, gradients, _workspace, parallelism);
        Backward(batch, selection, d, dropout, gradients, parallelism);
        return loss;
    }

    /// <summary>Σ over targets of cross-entropy(masked-language-model logits, target), without gradients or dropout.</summary>
    /// <param name="batch">The sequences, masked.</param>
    /// <param name="targets">[tokens]: the id to be predicted there, or −1 for none.</param>
    /// <param name="parallelism">The threads to use.</param>
    public double MaskedLmLoss(TokenBatch batch, ReadOnlySpan<int> targets, Parallelism parallelism)
    {
        var head = MaskedLmHead();
        RunEncoder(batch, SelectTargets(batch, targets), forBackward: false, BertDropout.None, parallelism);
        head.Forward(Last, _maskedLm, _workspace, parallelism);
        var logits = _maskedLm.Logits.View;
        return CrossEntropy.Loss(logits, _rowTargets.AsSpan(0, logits.Rows), _workspace.Get("BertSession.exponentials", 1, _model.Config.VocabularySize).Row(0));
    }

    private BertMaskedLmHead<T> MaskedLmHead() => _model.MaskedLmHead ?? throw new InvalidOperationException("The model has no masked-language-model head.");

    private static RowSelection FirstTokens(TokenBatch batch) => new(batch.Starts[..^1], batch.OneEach);

    // The rows that have a target: about one in seven.
    private RowSelection SelectTargets(TokenBatch batch, ReadOnlySpan<int> targets)
    {
        ArgumentNullException.ThrowIfNull(batch);
        CheckTargets(targets, batch.TokenCount, _model.Config.VocabularySize, lowest: -1);
        if (_rows.Length < targets.Length)
            (_rows, _rowTargets) = (new int[targets.Length], new int[targets.Length]);
        if (_rowStarts.Length <= batch.SequenceCount)
            _rowStarts = new int[batch.SequenceCount + 1];
        var count = 0;
        for (var s = 0; s < batch.SequenceCount; s++)
        {
            for (var t = batch.Start(s); t < batch.Start(s) + batch.Length(s); t++)
                if (targets[t] >= 0)
                    (_rows[count], _rowTargets[count++]) = (t, targets[t]);
            _rowStarts[s + 1] = count;
        }
        return new RowSelection(_rows.AsMemory(0, count), _rowStarts.AsMemory(0, batch.SequenceCount + 1));
    }

    // All rows of every state but the last one, of which only those that are selected.
    private void RunEncoder(TokenBatch batch, RowSelection selection, bool forBackward, BertDropout dropout, Parallelism parallelism)
    {
        ArgumentNullException.ThrowIfNull(batch);
        CheckBatch(batch);
        var hidden = _model.Config.HiddenSize;
        _model.Embeddings.Forward(batch, _hidden[0].Resize(batch.TokenCount, hidden), dropout, _embeddings, parallelism);
        for (var i = 0; i < _model.Blocks.Count; i++)
        {
            var cache = forBackward ? _blocks[i] ??= new BertBlock<T>.Cache() : _inference;
            var wanted = SelectionOf(i, selection);
            _model.Blocks[i].Forward(Hidden(i), batch.Starts, wanted, _hidden[i + 1].Resize(wanted.CountOf(batch.TokenCount), hidden), forBackward, dropout, cache, _workspace, parallelism);
        }
    }

    private void Backward(TokenBatch batch, RowSelection selection, MatrixView<T> dLast, BertDropout dropout, Gradients<T> gradients, Parallelism parallelism)
    {
        var d = _workspace.Get("BertSession.d", batch.TokenCount, _model.Config.HiddenSize);
        for (var i = _model.Blocks.Count - 1; i >= 0; i--)
            _model.Blocks[i].Backward(Hidden(i), batch.Starts, SelectionOf(i, selection), i == _model.Blocks.Count - 1 ? dLast : d, d, dropout, _blocks[i]!, gradients, _workspace, parallelism);
        _model.Embeddings.Backward(batch, d, dropout, _embeddings, gradients, _workspace);
    }

    private RowSelection SelectionOf(int block, RowSelection last) => block == _model.Blocks.Count - 1 ? last : RowSelection.All;

    private void CheckBatch(TokenBatch batch)
    {
        var config = _model.Config;
        CheckRange(batch.Ids, config.VocabularySize, "Token id", "vocabulary");
        CheckRange(batch.TypeIds, config.TypeVocabularySize, "Segment", "segment table");
        CheckRange(batch.Positions, config.MaxPositions, "Position", "position table");
        for (var s = 0; s < batch.SequenceCount; s++)
            if (batch.Length(s) <= 0)
                throw new ArgumentException($"Sequence {s} of the batch has {batch.Length(s)} tokens.");
    }

    private static void CheckRange(ReadOnlySpan<int> values, int bound, string what, string where)
    {
        foreach (var value in values)
            if ((uint)value >= (uint)bound)
                throw new ArgumentException($"{what} {value} is outside the model's {where} of {bound}.");
    }

    private static void CheckTargets(ReadOnlySpan<int> targets, int count, int bound, int lowest)
    {
        if (targets.Length != count)
            throw new ArgumentException($"{count} targets are needed, and there are {targets.Length}.");
        foreach (var target in targets)
            if (target < lowest || target >= bound)
                throw new ArgumentException($"Target {target} is outside the {bound} that the model predicts.");
    }
}
