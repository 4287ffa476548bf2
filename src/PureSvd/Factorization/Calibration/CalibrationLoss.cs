using System.Collections.Concurrent;
using System.Numerics;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>The loss of a model over a calibration sample.</summary>
public static class CalibrationLoss
{
    /// <summary>The mean of −log softmax(logits)[label] over <paramref name="examples"/>, in float64 and in their order: the same bits for any number of threads.</summary>
    /// <exception cref="ArgumentException">There is no example, or a label is out of range.</exception>
    public static double MeanCrossEntropy<T>(BertModel<T> model, IReadOnlyList<LabelledSequence> examples, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Count == 0)
            throw new ArgumentException("There is no example.", nameof(examples));
        var losses = new double[examples.Count];
        var idle = new ConcurrentBag<BertSession<T>>();
        parallelism.For(examples.Count, e =>
        {
            if (!idle.TryTake(out var session))
                session = model.CreateSession();
            session.Forward(examples[e].Batch, Parallelism.Serial);
            losses[e] = CrossEntropy(session.Logits.Row(0), examples[e].Label);
            idle.Add(session);
        }, cancellationToken);
        return losses.Sum() / losses.Length;
    }

    /// <summary>The mean over the tokens of <paramref name="windows"/> of −log p(next), in float64 and in their order: the same bits for any number of threads.</summary>
    /// <exception cref="ArgumentException">There is no window.</exception>
    public static double MeanNextToken<T>(LlamaModel<T> model, IReadOnlyList<TokenBatch> windows, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(windows);
        if (windows.Count == 0)
            throw new ArgumentException("There is no window.", nameof(windows));
        var losses = new double[windows.Count];
        var idle = new ConcurrentBag<LlamaSession<T>>();
        parallelism.For(windows.Count, w =>
        {
            if (!idle.TryTake(out var session))
                session = model.CreateSession();
            losses[w] = session.Loss(windows[w], windows[w].NextIds(), Parallelism.Serial);
            idle.Add(session);
        }, cancellationToken);
        return losses.Sum() / windows.Sum(w => w.NextIds().Count(id => id >= 0));
    }

    private static double CrossEntropy<T>(ReadOnlySpan<T> logits, int label)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if ((uint)label >= (uint)logits.Length)
            throw new ArgumentException($"An example has label {label}; the model has {logits.Length}.", nameof(label));
        var largest = double.NegativeInfinity;
        foreach (var logit in logits)
            largest = Math.Max(largest, double.CreateTruncating(logit));
        var sum = 0.0;
        foreach (var logit in logits)
            sum += Math.Exp(double.CreateTruncating(logit) - largest);
        return largest + Math.Log(sum) - double.CreateTruncating(logits[label]);
    }
}
