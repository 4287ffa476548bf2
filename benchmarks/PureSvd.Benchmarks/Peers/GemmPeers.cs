using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>Square products, all transposes, one and two threads.</summary>
internal sealed class GemmPeers : PeerGroup
{
    private const int MaxFactors = 8;
    private static readonly Dictionary<(Type, char, int, int), object> s_factors = [];

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
        var a = opA == Operand.AsIs ? Factor<T>('A', m, k) : Factor<T>('A', k, m);
        var b = opB == Operand.AsIs ? Factor<T>('B', k, n) : Factor<T>('B', n, k);
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

    /// <summary>Random numbers; a large factor takes longer to make than to multiply, so the last few are kept. A and B never share memory.</summary>
    private static Matrix<T> Factor<T>(char name, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var key = (typeof(T), name, rows, columns);
        if (s_factors.TryGetValue(key, out var kept))
            return (Matrix<T>)kept;
        if (s_factors.Count == MaxFactors)
            s_factors.Clear();
        var factor = Inputs.Random<T>(rows, columns);
        s_factors.Add(key, factor);
        return factor;
    }

    private static char Letter(Operand op) => op == Operand.AsIs ? 'N' : 'T';
}
