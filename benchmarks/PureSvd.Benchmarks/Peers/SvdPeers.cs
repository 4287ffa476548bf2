using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>The singular value decomposition beside LAPACK's gesdd, which NumPy calls too.</summary>
internal sealed class SvdPeers : PeerGroup
{
    private const int Threads = 2;

    internal override string Name => "svd";

    internal override string Title => "A = U·diag(s)·Vᵀ, thin, beside LAPACK's gesdd";

    internal override string? Remark =>
        "The ceiling's percentage counts the classical algorithm, min(8mn² + 4n³/3, 6mn² + 8n³) for m ≥ n with vectors and 4mn² − 4n³/3 for the values alone, " +
        "whatever was computed: divide and conquer deflates a part away, and a second stage adds one.";

    internal override IEnumerable<PeerRow> Rows()
    {
        foreach (var (m, n, reach) in new[] { (128, 128, 1.0), (768, 768, 1), (768, 3072, 1), (2048, 2048, 1), (4096, 4096, 1) })
        {
            yield return Row<float>(m, n, reach);
            yield return Row<double>(m, n, reach);
        }
        foreach (var n in (int[])[768, 2048, 4096])
        {
            yield return Row<float>(n, n, 0.9, valuesOnly: true);
            yield return Row<double>(n, n, 0.9, valuesOnly: true);
        }
        yield return Models();
    }

    private static PeerRow Row<T>(int m, int n, double reach, bool valuesOnly = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var a = Inputs.Random<T>(m, n);
        var options = new SvdOptions { Parallelism = new Parallelism(Threads), ValuesOnly = valuesOnly };
        return new PeerRow($"{(valuesOnly ? "singular values alone" : "svd")} {m}×{n}", typeof(T) == typeof(float) ? "float" : "double", Threads, () => Svd.Compute<T>(a, options), "gesdd", Peer(a, !valuesOnly))
        {
            NominalFlops = NominalFlops(m, n, valuesOnly),
            Reach = reach,
            ShortPairs = 41,
        };
    }

    /// <summary>The linear layers of BERT-base. gesdd shares out each matrix; here each thread has a matrix of its own.</summary>
    private static PeerRow Models()
    {
        var square = Inputs.Random<float>(768, 768);
        var wide = Inputs.Random<float>(768, 3072);

        // The large ones first, so that the threads end together.
        Matrix<float>[] all = [.. Enumerable.Repeat(wide, 24), .. Enumerable.Repeat(square, 48)];
        var serial = new SvdOptions { Parallelism = Parallelism.Serial };
        return new PeerRow("svd of the 72 matrices of BERT-base", "float", Threads,
            () => new Parallelism(Threads).For(all.Length, i => Svd.Compute<float>(all[i], serial)),
            "gesdd",
            Lapack.IsPresent ? () => Array.ForEach(all, a => Peer(a)!()) : null)
        { NominalFlops = all.Sum(a => NominalFlops(a.Rows, a.Columns, valuesOnly: false)), Reach = 1.3 };
    }

    /// <summary>Bidiagonalization 4mn² − 4n³/3, divide and conquer 8n³/3, the reflectors applied to both sides 4mn²; or QR first, the same of n×n, and Q times U.</summary>
    internal static double NominalFlops(double m, double n, bool valuesOnly)
    {
        var (square, cube) = (Math.Max(m, n) * Math.Min(m, n) * Math.Min(m, n), Math.Pow(Math.Min(m, n), 3));
        return valuesOnly ? 4 * square - 4 * cube / 3 : Math.Min(8 * square + 4 * cube / 3, 6 * square + 8 * cube);
    }

    private static Action? Peer<T>(Matrix<T> a, bool vectors = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!Lapack.IsPresent)
            return null;
        return () =>
        {
            OpenBlas.SetThreads(Threads);
            Lapack.Gesdd(a.View.ToMatrix(), vectors);
        };
    }
}
