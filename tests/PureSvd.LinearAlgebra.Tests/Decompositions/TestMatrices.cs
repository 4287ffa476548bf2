using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>Seeded matrices of each <see cref="MatrixKind"/>.</summary>
internal static class TestMatrices
{
    public static double Epsilon<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => double.CreateTruncating(T.BitIncrement(T.One) - T.One);

    public static Matrix<T> Gaussian<T>(int m, int n, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(seed);
        return Matrix<T>.Create(m, n, (_, _) => T.CreateTruncating(random.NextGaussian()));
    }

    public static Matrix<T> Make<T>(MatrixKind kind, int m, int n, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var k = Math.Min(m, n);
        var smallest = Epsilon<T>();
        var maxExponent = T.ILogB(T.BitDecrement(T.PositiveInfinity));
        return kind switch
        {
            MatrixKind.Zero => new Matrix<T>(m, n),
            MatrixKind.Identity => Matrix<T>.Create(m, n, (i, j) => i == j ? T.One : T.Zero),
            MatrixKind.Ones => Matrix<T>.Create(m, n, (_, _) => T.One),
            MatrixKind.Geometric => WithSpectrum<T>(m, n, i => Math.Pow(smallest, k == 1 ? 0 : (double)i / (k - 1)), seed),
            MatrixKind.Arithmetic => WithSpectrum<T>(m, n, i => k == 1 ? 1 : 1 - (1 - smallest) * i / (k - 1), seed),
            MatrixKind.RandomLogarithms => WithSpectrum<T>(m, n, RandomLogarithms(k, smallest, seed), seed),
            MatrixKind.ClusteredLarge => WithSpectrum<T>(m, n, i => i < k - 1 ? 1 : smallest, seed),
            MatrixKind.ClusteredSmall => WithSpectrum<T>(m, n, i => i == 0 ? 1 : smallest, seed),
            MatrixKind.RankDeficient => Product<T>(Gaussian<double>(m, k / 3, seed), Gaussian<double>(k / 3, n, seed + 1)),
            MatrixKind.GradedColumns => Scaled(Gaussian<T>(m, n, seed), (_, j) => T.ScaleB(T.One, -(maxExponent - 4) * j / Math.Max(1, n))),
            MatrixKind.GradedRows => Scaled(Gaussian<T>(m, n, seed), (i, _) => T.ScaleB(T.One, -(maxExponent - 4) * i / Math.Max(1, m))),
            MatrixKind.Repeated => WithSpectrum<T>(m, n, i => 1 + i % 3, seed),
            MatrixKind.NearOverflow => Scaled(Gaussian<T>(m, n, seed), (_, _) => T.ScaleB(T.One, maxExponent - 10)),
            MatrixKind.NearUnderflow => Scaled(Gaussian<T>(m, n, seed), (_, _) => T.ScaleB(T.One, -maxExponent + 4)),
            MatrixKind.Denormal => Scaled(Gaussian<T>(m, n, seed), (_, _) => T.Epsilon * T.CreateTruncating(8)),
            MatrixKind.Sparse => Scaled(Gaussian<T>(m, n, seed), (i, j) => (i * 7 + j * 13 + (int)(seed % 5)) % 6 == 0 ? T.One : T.Zero),
            _ => Gaussian<T>(m, n, seed),
        };
    }

    private static Func<int, double> RandomLogarithms(int k, double smallest, ulong seed)
    {
        var random = new SeededRandom(seed + 2);
        var values = Enumerable.Range(0, k).Select(_ => Math.Pow(smallest, random.NextDouble())).ToArray();
        return i => values[i];
    }

    /// <summary>A = U·diag(spectrum)·Vᵀ with random orthogonal U and V, formed in double.</summary>
    public static Matrix<T> WithSpectrum<T>(int m, int n, Func<int, double> spectrum, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var k = Math.Min(m, n);
        var u = RandomOrthogonal(m, k, seed);
        for (var i = 0; i < m; i++)
            for (var j = 0; j < k; j++)
                u[i, j] *= spectrum(j);
        return Product<T>(u, RandomOrthogonal(n, k, seed + 1).View.Transpose());
    }

    /// <summary>The Q of a Gaussian matrix [m×k].</summary>
    public static Matrix<double> RandomOrthogonal(int m, int k, ulong seed) => QrReference.Factorize<double>(Gaussian<double>(m, k, seed)).Q;

    private static Matrix<T> Product<T>(Matrix<double> a, Matrix<double> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var c = new Matrix<double>(a.Rows, b.Columns);
        GemmReference.Multiply<double>(a, Operand.AsIs, b, Operand.AsIs, 1, 0, c);
        return Matrix<T>.Create(c.Rows, c.Columns, (i, j) => T.CreateTruncating(c[i, j]));
    }

    private static Matrix<T> Scaled<T>(Matrix<T> a, Func<int, int, T> factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Matrix<T>.Create(a.Rows, a.Columns, (i, j) => a[i, j] * factor(i, j));
}
