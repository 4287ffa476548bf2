using System.Numerics;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>Runs a loss for a search: counts, reports progress, and takes nothing that is not a number for one.</summary>
internal sealed class LossEvaluator<T>(Func<TransformerModel<T>, double> loss, int expected, string stage, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Evaluations so far.</summary>
    internal int Count { get; private set; }

    /// <exception cref="ArithmeticException">The loss is not finite.</exception>
    internal double Evaluate(string what, TransformerModel<T> model)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var value = loss(model);
        if (!double.IsFinite(value))
            throw new ArithmeticException(FormattableString.Invariant($"The loss of {what} is {value}."));
        Count++;
        progress?.Report(new CompressionProgress(stage, Count, Math.Max(expected, Count)));
        return value;
    }
}
