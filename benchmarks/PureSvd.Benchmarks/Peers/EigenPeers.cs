using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>Symmetric eigenproblem, QR, Cholesky and triangular solve beside LAPACK's.</summary>
internal sealed class EigenPeers : PeerGroup
{
    internal override string Name => "eigen";

    internal override string Title => "Symmetric eigenproblem, QR, Cholesky, triangular solve";

    internal override IEnumerable<PeerRow> Rows()
    {
        foreach (var threads in (int[])[1, 2])
        {
            foreach (var n in (int[])[768, 2048, 3072, 4096])
            {
                // One thread at one size of each side of the caches: the whole table has a quarter of an hour.
                if (threads == 1 && n > 2048)
                    continue;
                foreach (var row in OfType<double>(n, threads).Concat(OfType<float>(n, threads)))
                    yield return row;
            }
        }
    }

    private static IEnumerable<PeerRow> OfType<T>(int n, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var parallelism = new Parallelism(threads);
        var type = typeof(T) == typeof(float) ? "float" : "double";
        var cube = (double)n * n * n;
        var random = Inputs.Random<T>(n, n);
        var copy = new Matrix<T>(n, n);

        var lower = Matrix<T>.Create(n, n, (i, j) => i == j ? T.One : random[i, j] / T.CreateTruncating(n));
        yield return Row($"triangular solve {n}, {n} right-hand sides", cube, random,
            () => Trsm.SolveLeft<T>(lower, Triangle.Lower, Operand.AsIs, false, copy, parallelism),
            "trsm", () => LapackFactorizations.Trsm(lower, false, false, copy));
        lower = null;

        var definite = Matrix<T>.Create(n, n, (i, j) => i == j ? T.CreateTruncating(n) : random[i, j] + random[j, i]);
        var cholesky = new CholeskyOptions { Parallelism = parallelism };
        yield return Row($"Cholesky {n}", cube / 3, definite, () => Cholesky.FactorizeInPlace<T>(copy, cholesky), "potrf", () => LapackFactorizations.Potrf(copy));

        var qr = new QrOptions { Parallelism = parallelism };
        yield return Row($"thin QR {n}×{n}", 8 * cube / 3, random, () => Qr.Factorize<T>(random, qr).ThinQ(), "geqrf, orgqr", () => LapackFactorizations.GeqrfOrgqr(copy));
        if (n <= 2048)
            yield return Row($"pivoted QR {n}×{n}", 4 * cube / 3, random, () => PivotedQr.Factorize<T>(random, qr), "geqp3", () => LapackFactorizations.Geqp3(copy));

        var symmetric = Matrix<T>.Create(n, n, (i, j) => random[i, j] + random[j, i]);
        var eigen = new SymmetricEigenOptions { Parallelism = parallelism };
        yield return Row($"symmetric eigen {n}", 14 * cube / 3, symmetric, () => SymmetricEigen.Compute<T>(symmetric, eigen), "syevd", () => LapackFactorizations.Syevd(copy, vectors: true));
        yield return Row($"eigenvalues alone {n}", 4 * cube / 3, symmetric,
            () => SymmetricEigen.Compute<T>(symmetric, eigen with { ValuesOnly = true }), "syevd", () => LapackFactorizations.Syevd(copy, vectors: false));

        PeerRow Row(string work, double flops, Matrix<T> input, Action ours, string peer, Action theirs) =>
            new(work, type, threads, ours, peer, LapackFactorizations.IsPresent ? theirs : null) { Flops = flops, Reach = 0.9, Prepare = () => input.View.CopyTo(copy.View) };
    }
}
