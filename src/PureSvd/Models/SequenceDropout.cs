using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>Dropout over rows, a site of its own for each sequence.</summary>
internal static class SequenceDropout
{
    /// <summary>Masks the contiguous rows of each sequence in place.</summary>
    internal static void Apply<T>(MatrixView<T> rows, ReadOnlySpan<int> starts, Dropout site, int firstSequence)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!site.IsActive)
            return;
        for (var s = 0; s + 1 < starts.Length; s++)
            site.At((ulong)(firstSequence + s)).Apply(rows.RowRange(starts[s], starts[s + 1] - starts[s]).Span);
    }
}
