using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>The products of a transformer: x·Wᵀ for some tokens, its low-rank halves, attention's small ones.</summary>
internal sealed class ShapePeers : PeerGroup
{
    private static readonly (int M, int N, int K, double Reach, string What)[] s_shapes =
    [
        (1, 768, 768, 1.0, "one token"),
        (2, 768, 768, 1.0, "2 tokens"),
        (4, 768, 768, 1.0, "4 tokens"),
        (8, 768, 768, 1.0, "8 tokens"),
        (1, 3072, 768, 1.0, "one token up"),
        (1, 768, 3072, 1.0, "one token down"),
        (8, 3072, 768, 1.0, "8 tokens up"),
        (8, 768, 3072, 1.0, "8 tokens down"),
        (16, 768, 768, 1.0, "16 tokens"),
        (32, 768, 768, 1.0, "32 tokens"),
        (128, 768, 768, 1.0, "128 tokens"),
        (128, 3072, 768, 1.0, "128 tokens up"),
        (128, 768, 3072, 1.0, "128 tokens down"),
        (128, 50, 768, 1.0, "rank 50"),
        (128, 768, 50, 1.0, "rank 50"),
        (128, 307, 768, 1.0, "rank 307"),
        (128, 768, 307, 1.0, "rank 307"),
        (128, 600, 768, 1.0, "rank 600"),
        (1024, 768, 768, 1.0, "8 × 128 tokens"),
        (1024, 3072, 768, 1.0, "8 × 128 tokens up"),
        (1024, 768, 3072, 1.0, "8 × 128 tokens down"),
        (1024, 307, 768, 1.0, "rank 307"),
        (1024, 768, 307, 1.0, "rank 307"),
        (128, 128, 64, 1.0, "scores of a head"),
        (24, 24, 32, 1.0, "scores, small model"),
        (200, 128, 128, 1.0, "small model"),
    ];

    internal override string Name => "shapes";

    internal override string Title => "x·Wᵀ and attention, as a transformer asks for them";

    internal override IEnumerable<PeerRow> Rows()
    {
        foreach (var threads in (int[])[1, 2])
        {
            foreach (var (m, n, k, reach, what) in s_shapes)
                yield return GemmPeers.Product<float>(m, n, k, Operand.AsIs, Operand.Transposed, threads, reach, what);
            foreach (var (m, n, k) in ((int, int, int)[])[(1, 768, 768), (8, 768, 768), (16, 768, 768), (32, 768, 768), (128, 768, 768), (128, 3072, 768), (1024, 3072, 768)])
                yield return Packed(m, n, k, threads);
            yield return GemmPeers.Product<float>(128, 64, 128, Operand.AsIs, Operand.AsIs, threads, 1.0, "mix of a head");
            yield return GemmPeers.Product<float>(24, 32, 24, Operand.AsIs, Operand.AsIs, threads, 1.0, "mix, small model");
        }
    }

    /// <summary>The same with W packed once; the peer packs it each time.</summary>
    private static PeerRow Packed(int m, int n, int k, int threads)
    {
        var plain = GemmPeers.Product<float>(m, n, k, Operand.AsIs, Operand.Transposed, threads, 1, "W packed once");
        var x = Inputs.Random<float>(m, k);
        var w = PackedMatrix<float>.Pack(Inputs.Random<float>(n, k), Operand.Transposed);
        var y = new Matrix<float>(m, n);
        return plain with { Ours = () => Gemm.Multiply(x, Operand.AsIs, w, 1, 0, y.View, new Parallelism(threads)) };
    }
}
