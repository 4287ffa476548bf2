using System.Runtime.InteropServices;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>Matrices beyond the caches, read once: what counts is the part of a plain read's bandwidth.</summary>
internal sealed unsafe class GemvPeers : PeerGroup
{
    private const int Outputs = 16384, Inner = 4096;

    /// <summary>The part of a plain read that one row is asked for; several are bound by multiply-adds as well.</summary>
    private const double ReadReach = 0.85;

    internal override string Name => "gemv";

    internal override string Title => $"W·x, and x·Wᵀ for a few rows of x; W [{Outputs}×{Inner}] as it is stored, beyond the caches";

    internal override IEnumerable<PeerRow> Rows()
    {
        var single = Inputs.Random<float>(Outputs, Inner);
        var float16 = GC.AllocateUninitializedArray<Half>(Outputs * Inner, pinned: true);
        var bfloat16 = GC.AllocateUninitializedArray<ushort>(Outputs * Inner, pinned: true);
        HalfPrecision.ToFloat16(single.Span, float16);
        HalfPrecision.ToBFloat16(single.Span, bfloat16);
        foreach (var threads in (int[])[1, 2])
        {
            foreach (var op in (Operand[])[Operand.AsIs, Operand.Transposed])
            {
                yield return Vector(single, op, threads);
                yield return BesideRead(Vector(single, op, threads), single, ReadReach);
            }
            foreach (var rows in (int[])[1, 4, 8])
            {
                yield return Batch(rows, single, threads, single);
                foreach (var w in (StoredMatrix[])[single, Stored(float16, ElementKind.F16), Stored(bfloat16, ElementKind.BF16)])
                    yield return BesideRead(Batch(rows, w, threads, null), w, rows == 1 ? ReadReach : 0);
            }
        }
    }

    private static StoredMatrix Stored(Array pinned, ElementKind kind) =>
        new(pinned, (void*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0), Outputs, Inner, Inner, kind);

    /// <summary>The same work beside a plain read of W.</summary>
    private static PeerRow BesideRead(PeerRow row, StoredMatrix w, double reach) => row with { Peer = "plain read", Theirs = PlainRead.Of([w], row.Threads), Reach = reach, ShortPairs = reach > 0 ? 21 : row.ShortPairs };

    private static PeerRow Vector(Matrix<float> w, Operand op, int threads)
    {
        var (m, n) = op == Operand.AsIs ? (Outputs, Inner) : (Inner, Outputs);
        var x = Inputs.Random<float>(1, n);
        var y = new Matrix<float>(1, m);
        return new PeerRow(op == Operand.AsIs ? "gemv W·x" : "gemv Wᵀ·x", "float", threads,
            () => Gemv.Multiply<float>(w, op, x.Span, 1, 0, y.Span, new Parallelism(threads)),
            "OpenBLAS", OpenBlas.IsPresent ? () => OpenBlas.Gemv(op == Operand.Transposed, Outputs, Inner, w.View.Data, x.View.Data, y.View.Data, threads) : null)
        {
            Bytes = 4.0 * Outputs * Inner,
            Flops = 2.0 * Outputs * Inner,
            Reach = 1,
        };
    }

    private static PeerRow Batch(int rows, StoredMatrix w, int threads, Matrix<float>? peer)
    {
        var x = Inputs.Random<float>(rows, Inner);
        var y = new Matrix<float>(rows, Outputs);
        return new PeerRow($"{rows} rows × Wᵀ {w.Kind}", "float", threads,
            () => Gemm.Multiply(x, w, Operand.Transposed, 1, 0, y.View, new Parallelism(threads)),
            "OpenBLAS",
            peer is not null && OpenBlas.IsPresent ? () => OpenBlas.Gemm(false, true, rows, Outputs, Inner, 1f, x.View.Data, Inner, peer.View.Data, Inner, 0f, y.View.Data, Outputs, threads) : null)
        {
            Bytes = (double)w.ElementSize * Outputs * Inner,
            Flops = 2.0 * rows * Outputs * Inner,
            Reach = peer is null ? 0 : 1,
        };
    }
}
