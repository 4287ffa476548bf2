using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Training;

/// <summary>Which examples an update sees: each epoch is a shuffle of its own, cut into batches; the last batch of an epoch may be short.</summary>
/// <remarks>The order of an epoch depends on (seed, epoch) alone, so that resuming needs no more state than the number of updates.</remarks>
internal sealed class EpochOrder(int examples, int batch, ulong seed)
{
    private readonly int[] _order = new int[examples];
    private int _epoch = -1;

    /// <summary>Updates of an epoch.</summary>
    internal int StepsPerEpoch { get; } = (examples + batch - 1) / batch;

    /// <summary>The examples of update <paramref name="step"/>, counted from 0.</summary>
    internal ReadOnlySpan<int> Batch(int step)
    {
        var (epoch, within) = Math.DivRem(step, StepsPerEpoch);
        if (epoch != _epoch)
        {
            for (var i = 0; i < _order.Length; i++)
                _order[i] = i;
            SeededRandom.ForStream(seed, (ulong)epoch).Shuffle<int>(_order);
            _epoch = epoch;
        }
        var start = within * batch;
        return _order.AsSpan(start, Math.Min(batch, _order.Length - start));
    }
}
