using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>Square products, all transposes, one and two threads.</summary>
internal sealed class GemmPeers : PeerGroup
{
    internal override string Name => "gemm";

    internal override string Title => "C = op(A)·op(B), square";

    internal override IEnumerable<PeerRow> Rows()
    {
        foreach (var threads in (int[])[1, 2])
        {
            foreach (var n in (int[])[256, 512, 1024, 2048, 4096])
            {
                foreach (var opA in Enum.GetValues<Operand>())
                {
                    foreach (var opB in Enum.GetValues<Operand>())
                    {
                        // All four transposes of 4096 would take most of the time of the table.
                        if (n == 4096 && opA != Operand.AsIs)
                            continue;
                        yield return Product<float>(n, n, n, opA, opB, threads, 0.95);
                        yield return Product<double>(n, n, n, opA, opB, threads, 0.95);
                    }
                }
            }
        }
    }

    /// <summary>A product beside cblas_sgemm or cblas_dgemm.</summary>
    internal static unsafe PeerRow Product<T>(int m, int n, int k, Operand opA, Operand opB, int threads, double reach, string what = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var a = opA == Operand.AsIs ? Inputs.Random<T>(m, k) : Inputs.Random<T>(k, m);
        var b = opB == Operand.AsIs ? Inputs.Random<T>(k, n) : Inputs.Random<T>(n, k);
        var c = new Matrix<T>(m, n);
        return new PeerRow($"{m}×{n}×{k} {Letter(opA)}{Letter(opB)} {what}".TrimEnd(), typeof(T) == typeof(float) ? "float" : "double", threads,
            () => Gemm.Multiply(a, opA, b, opB, T.One, T.Zero, c.View, new Parallelism(threads)),
            "OpenBLAS",
            OpenBlas.IsPresent ? () => OpenBlas.Gemm(opA == Operand.Transposed, opB == Operand.Transposed, m, n, k, T.One, a.View.Data, a.Columns, b.View.Data, b.Columns, T.Zero, c.View.Data, n, threads) : null)
        {
            Flops = 2.0 * m * n * k,
            Reach = reach,
        };
    }

    private static char Letter(Operand op) => op == Operand.AsIs ? 'N' : 'T';
}
