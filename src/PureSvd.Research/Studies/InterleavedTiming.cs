using System.Diagnostics;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Research.Studies;

/// <summary>Times a model against the dense one, run by run in turn, so that a change of clock or load falls on both.</summary>
internal static class InterleavedTiming
{
    /// <summary>Median milliseconds an example, and the median of the pairwise ratios dense / own.</summary>
    internal static (double MsPerExample, double Speedup) Measure(
        TransformerModel<float> dense, TransformerModel<float> own, TokenBatch batch, int repeats, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var (denseSession, ownSession) = (dense.Packed().CreateSession(), own.Packed().CreateSession());
        var times = new double[repeats];
        var ratios = new double[repeats];
        for (var r = -1; r < repeats; r++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (first, second) = r % 2 == 0 ? (denseSession, ownSession) : (ownSession, denseSession);
            var a = Time(first, batch, parallelism);
            var b = Time(second, batch, parallelism);
            var (denseTime, ownTime) = r % 2 == 0 ? (a, b) : (b, a);
            if (r >= 0)
                (times[r], ratios[r]) = (ownTime / batch.SequenceCount, denseTime / ownTime);
        }
        // The dense model against itself is 1 by definition; what is measured there is noise.
        return (Median(times), ReferenceEquals(dense, own) ? 1 : Median(ratios));
    }

    private static double Time(TransformerSession<float> session, TokenBatch batch, Parallelism parallelism)
    {
        var start = Stopwatch.GetTimestamp();
        session.Forward(batch, parallelism);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
