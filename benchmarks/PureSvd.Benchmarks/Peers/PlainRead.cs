using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>Reading matrices and doing nothing with them: the peer of what is bound by memory, timed in the same seconds, since the rate of memory changes.</summary>
internal static class PlainRead
{
    private const int Piece = 1 << 20;

    /// <summary>Reads all of <paramref name="matrices"/> but what is left of a MiB at the end of each.</summary>
    internal static Action Of(IEnumerable<StoredMatrix> matrices, int threads)
    {
        var pieces = new List<(StoredMatrix Matrix, long First)>();
        foreach (var matrix in matrices)
            for (var first = 0L; first + Piece <= (long)matrix.Rows * matrix.Columns * matrix.ElementSize; first += Piece)
                pieces.Add((matrix, first));
        var sums = new float[pieces.Count];
        return () => new Parallelism(threads).For(pieces.Count, i => sums[i] = Sum(pieces[i].Matrix, pieces[i].First));
    }

    private static unsafe float Sum(StoredMatrix matrix, long first) => Ceilings.Sum(matrix.Owner, (float*)(matrix.Data + first), Piece / sizeof(float), 4);
}
