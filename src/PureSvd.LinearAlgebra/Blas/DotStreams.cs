namespace PureSvd.LinearAlgebra;

/// <summary>Up to four rows of W that are read side by side.</summary>
internal readonly struct DotStreams
{
    /// <summary>Bytes ahead in each row of W that are fetched: with four streams, what memory delivers in its latency. At the end of the row the next one follows.</summary>
    private const int FetchAhead = 2560;

    /// <summary>How many there are. The last one stands in for those that are missing.</summary>
    internal readonly int Count;

    /// <summary>Columns of C from one to the next.</summary>
    internal readonly nint Columns;

    /// <summary>Bytes from one row of W to the next of the four.</summary>
    internal readonly nint Apart1, Apart2, Apart3;

    /// <summary>How far ahead to fetch: at the beginning of a row, and from <see cref="Near"/> bytes on, where that is in the next row.</summary>
    internal readonly nint Near, Ahead, AheadNext;

    /// <summary>Streams of <paramref name="count"/> rows of W, <paramref name="columns"/> apart; each row has <paramref name="rowBytes"/> and is <paramref name="wStride"/> bytes from the next.</summary>
    internal DotStreams(int count, nint columns, nint wStride, nint rowBytes)
    {
        (Count, Columns) = (count, columns);
        Apart1 = Math.Min(1, count - 1) * columns * wStride;
        Apart2 = Math.Min(2, count - 1) * columns * wStride;
        Apart3 = Math.Min(3, count - 1) * columns * wStride;
        var row = Math.Max(1, rowBytes);
        Near = Math.Max(0, row - FetchAhead);
        Ahead = FetchAhead;
        AheadNext = row >= FetchAhead ? FetchAhead - row + wStride : (FetchAhead + row - 1) / row * wStride;
    }
}

/// <summary>A range of k.</summary>
/// <param name="Start">Its first step; at 0 the sums begin, otherwise they go on.</param>
/// <param name="End">Behind its last; at <paramref name="Whole"/> they are complete.</param>
/// <param name="Whole">The steps that fill vectors.</param>
internal readonly record struct DotSteps(nint Start, nint End, nint Whole);
