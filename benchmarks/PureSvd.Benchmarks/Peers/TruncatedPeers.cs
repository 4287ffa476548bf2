using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>A quarter of the ranks within 1.001 of the best residual, beside LAPACK's gesdd, which has no way to compute fewer.</summary>
internal sealed class TruncatedPeers : PeerGroup
{
    private const int Threads = 2;
    private const int Size = 4096;
    private const double Allowed = 1e-3;

    internal override string Name => "truncated";

    internal override string Title => "the leading quarter of A = U·diag(s)·Vᵀ within 1.001 × the optimum, beside LAPACK's gesdd";

    internal override string? Remark =>
        "The ceiling's percentage counts what the subspace route computes with l = 1290 columns: AᵀA, two products with it for 1/i and three for the others, A·Q, " +
        "the orthonormalizations, the decomposition of l×l, U and V, and the residual.";

    internal override IEnumerable<PeerRow> Rows()
    {
        foreach (var (spectrum, products, reach) in new[] { ("1/i", 2, 5.0), ("1/√i", 3, 5), ("Gaussian", 3, 3) })
        {
            var a = Make(spectrum);
            yield return Row(Matrix<float>.Create(Size, Size, (i, j) => (float)a[i, j]), spectrum, products, reach);
            yield return Row(a, spectrum, products, reach);
        }
    }

    private static PeerRow Row<T>(Matrix<T> a, string spectrum, int products, double reach)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = new SvdOptions { Rank = Size / 4, Suboptimality = Allowed, Parallelism = new Parallelism(Threads) };
        SvdFactors<T>? found = null;
        double[]? exact = null;
        return new PeerRow(
            $"{Size / 4} of {Size}, {spectrum}", typeof(T) == typeof(float) ? "float" : "double", Threads, () => found = Svd.Compute<T>(a, options), "gesdd",
            Lapack.IsPresent
                ? () =>
                {
                    OpenBlas.SetThreads(Threads);
                    exact = Array.ConvertAll(Lapack.Gesdd(a.View.ToMatrix()), double.CreateTruncating);
                }
        : null)
        { NominalFlops = NominalFlops(products), Reach = reach, Note = () => Note(found!, exact) };
    }

    /// <summary>As <see cref="Remark"/> says; four orthonormalizations by Cholesky at 2nl² each.</summary>
    private static double NominalFlops(int products)
    {
        const double N = Size, K = Size / 4, L = 1290;
        return N * N * N + 2 * (products + 1) * N * N * L + 8 * N * L * L + SvdPeers.NominalFlops(L, L, valuesOnly: false) + 4 * N * L * K + 2 * N * N * K;
    }

    /// <summary>The measured residual against the optimum by the values of the peer.</summary>
    private static string Note<T>(SvdFactors<T> found, double[]? exact)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var optimum = exact is null ? double.NaN : Math.Sqrt(exact.Skip(found.S.Length).Sum(s => s * s) / exact.Sum(s => s * s));
        return FormattableString.Invariant(
            $"{found.Algorithm}, residual {found.Residual:F6} = {found.Residual / optimum:F5} × the optimum, estimated {1 + found.Suboptimality:F5}");
    }

    /// <summary>Independent normal entries, or the spectrum on the diagonal between three random reflections on either side.</summary>
    private static Matrix<double> Make(string spectrum)
    {
        var random = new SeededRandom(3);
        if (spectrum == "Gaussian")
            return Matrix<double>.Create(Size, Size, (_, _) => random.NextGaussian());
        var a = Matrix<double>.Create(Size, Size, (i, j) => i != j ? 0 : spectrum == "1/i" ? 1.0 / (i + 1) : 1 / Math.Sqrt(i + 1));
        for (var reflection = 0; reflection < 3; reflection++)
            a = Reflect(Reflect(a, random).View.Transpose(), random);
        return a;
    }

    /// <summary>(I − 2vvᵀ/vᵀv)·A.</summary>
    private static Matrix<double> Reflect(Matrix<double> a, SeededRandom random)
    {
        var v = Matrix<double>.Create(a.Rows, 1, (_, _) => random.NextGaussian());
        var square = 0.0;
        foreach (var element in v.Span)
            square += element * element;
        var row = new Matrix<double>(1, a.Columns);
        Gemm.Multiply<double>(v, Operand.Transposed, a, Operand.AsIs, 1, 0, row, Parallelism.All);
        Gemm.Multiply<double>(v, Operand.AsIs, row, Operand.AsIs, -2 / square, 1, a, Parallelism.All);
        return a;
    }
}
