using System.Numerics;
using PureSvd.LinearAlgebra;
using PureSvd.LinearAlgebra.Tests.Decompositions;

namespace PureSvd.Benchmarks.Peers;

/// <summary>The accurate decomposition beside LAPACK's accurate ones, and beside its fast one.</summary>
internal sealed class JacobiPeers : PeerGroup
{
    internal override string Name => "jacobi";

    internal override string Title => "One-sided Jacobi with U and V, of a Gaussian matrix and of X·D graded over 20 orders of magnitude";

    internal override bool ByDefault => false;

    internal override IEnumerable<PeerRow> Rows()
    {
        foreach (var threads in (int[])[1, 2])
        {
            foreach (var n in (int[])[256, 512, 1024])
            {
                foreach (var row in OfType<double>(n, threads).Concat(OfType<float>(n, threads)))
                    yield return row;
            }
        }
    }

    private static IEnumerable<PeerRow> OfType<T>(int n, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = new SvdOptions { Algorithm = SvdAlgorithm.Jacobi, Parallelism = new Parallelism(threads) };
        var (gaussian, graded) = (TestMatrices.Gaussian<T>(n, n, 1), GradedMatrix.Columns<T>(n, n, 20, 1));
        yield return Row("Gaussian", gaussian, "gejsv", LapackJacobi.Gejsv);
        yield return Row("graded", graded, "gejsv", LapackJacobi.Gejsv);
        if (n <= 512)
            yield return Row("Gaussian", gaussian, "gesvj", LapackJacobi.Gesvj);
        yield return Row("Gaussian", gaussian, "gesdd", x => Lapack.Gesdd(x));

        PeerRow Row(string kind, Matrix<T> a, string peer, Func<Matrix<T>, T[]?> theirs)
        {
            var columns = a.View.Transpose();
            var copy = new Matrix<T>(n, n);
            return new PeerRow($"Jacobi {n}×{n} {kind}", typeof(T) == typeof(float) ? "float" : "double", threads,
                () => Svd.Compute<T>(a, options), peer, LapackJacobi.IsPresent && Lapack.IsPresent ? Peer : null)
            { Prepare = () => columns.View.CopyTo(copy.View) };

            void Peer()
            {
                OpenBlas.SetThreads(threads);
                theirs(copy);
            }
        }
    }
}
