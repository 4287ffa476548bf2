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
        (512, 768, 768, 1.0, "512 tokens"),
        (512, 3072, 768, 1.0, "512 tokens up"),
        (512, 768, 3072, 1.0, "512 tokens down"),
        (512, 150, 768, 1.0, "rank 150"),
        (512, 768, 150, 1.0, "rank 150"),
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

    internal override IEnumerable<PeerRow> Rows() => Products().Select(row => row with { ShortPairs = 15 });

    private static IEnumerable<PeerRow> Products()
    {
        foreach (var threads in (int[])[1, 2])
        {
            foreach (var (m, n, k, reach, what) in s_shapes)
                yield return GemmPeers.Product<float>(m, n, k, Operand.AsIs, Operand.Transposed, threads, reach, what);
            foreach (var (m, n, k) in ((int, int, int)[])[(1, 768, 768), (8, 768, 768), (16, 768, 768), (32, 768, 768), (128, 768, 768), (128, 3072, 768), (1024, 3072, 768)])
                yield return Packed(m, n, k, threads);
            yield return GemmPeers.Product<float>(128, 3072, 768, Operand.AsIs, Operand.AsIs, threads, 1.0, "gradient of x");
            yield return GemmPeers.Product<float>(768, 768, 128, Operand.Transposed, Operand.AsIs, threads, 1.0, "gradient of W");
            yield return GemmPeers.Product<float>(128, 64, 128, Operand.AsIs, Operand.AsIs, threads, 1.0, "mix of a head");
            yield return GemmPeers.Product<float>(24, 32, 24, Operand.AsIs, Operand.AsIs, threads, 1.0, "mix, small model");
            yield return Heads(12, 128, 128, 64, Operand.Transposed, threads, "scores");
            yield return Heads(12, 128, 64, 128, Operand.AsIs, threads, "mix");
            yield return Heads(32, 64, 512, 64, Operand.Transposed, threads, "scores");
            yield return Heads(32, 64, 64, 512, Operand.AsIs, threads, "mix");
            yield return Heads(12, 24, 24, 32, Operand.Transposed, threads, "scores");
        }
    }

    /// <summary>A product for each head, as one batch; the peer makes one after the other. Rows of the heads lie side by side, scores one head below the other.</summary>
    private static unsafe PeerRow Heads(int heads, int m, int n, int k, Operand opB, int threads, string what)
    {
        var isScores = opB == Operand.Transposed;
        var left = Inputs.Random<float>(isScores ? m : heads * m, isScores ? heads * k : k);
        var right = Inputs.Random<float>(isScores ? n : k, heads * (isScores ? k : n));
        var result = new Matrix<float>(isScores ? heads * m : m, isScores ? n : heads * n);
        var a = isScores ? MatrixBatch<float>.SideBySide(left, heads) : MatrixBatch<float>.Stacked(left, heads);
        var b = MatrixBatch<float>.SideBySide(right, heads);
        var c = isScores ? MatrixBatch<float>.Stacked(result, heads) : MatrixBatch<float>.SideBySide(result, heads);
        return new PeerRow($"{heads} × {m}×{n}×{k} N{(isScores ? 'T' : 'N')} {what}", "float", threads,
            () => Gemm.MultiplyBatch(a, Operand.AsIs, b, opB, 1, 0, c, new Parallelism(threads)),
            "OpenBLAS",
            OpenBlas.IsPresent ? Peer : null)
        {
            Flops = 2.0 * heads * m * n * k,
            Reach = 1,
        };

        void Peer()
        {
            for (var i = 0; i < heads; i++)
                OpenBlas.Gemm(false, isScores, m, n, k, 1f, a[i].Data, (int)a[i].Stride, b[i].Data, (int)b[i].Stride, 0f, c[i].Data, (int)c[i].Stride, threads);
            GC.KeepAlive(left);
            GC.KeepAlive(right);
            GC.KeepAlive(result);
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
