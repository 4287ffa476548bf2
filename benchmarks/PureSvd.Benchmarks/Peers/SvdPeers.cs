using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>The singular value decomposition beside LAPACK's gesdd, which NumPy calls too.</summary>
internal sealed class SvdPeers : PeerGroup
{
    private const int Threads = 2;

    internal override string Name => "svd";

    internal override string Title => "A = U·diag(s)·Vᵀ, thin, beside LAPACK's gesdd";

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
        return new PeerRow($"{(valuesOnly ? "singular values alone" : "svd")} {m}×{n}", typeof(T) == typeof(float) ? "float" : "double", Threads, () => Svd.Compute<T>(a, options), "gesdd", Peer(a, !valuesOnly)) { Reach = reach, ShortPairs = 41 };
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
        { Reach = 1.3 };
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
