using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>Matrices whose structure a reduction meets as zeros, ties or cancellation, beside those of <see cref="MatrixKind"/>.</summary>
internal static class StructuredMatrices
{
    private static readonly string[] s_names =
    [
        "diagonal", "bidiagonal", "lower bidiagonal", "band", "lower triangle", "first row", "last column", "antidiagonal", "permutation", "equal columns", "equal rows",
        "graded both ways", "graded upwards", "two scales", "one huge element", "empty rows and columns", "small integers", "signs", "Hilbert", "Kahan", "Wilkinson", "Toeplitz", "Vandermonde",
    ];

    public static TheoryData<string> Names => new(s_names);

    /// <summary>[m×n], in random parts the same for the same seed.</summary>
    public static Matrix<T> Make<T>(string name, int m, int n, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(seed);
        var g = TestMatrices.Gaussian<double>(m, n, seed);
        var k = Math.Min(m, n);
        var order = Enumerable.Range(0, k).ToArray();
        random.Shuffle<int>(order);
        var octaves = T.ILogB(Precision<T>.Largest) - 6;
        var grade = (int i, int size) => Math.Pow(2, -octaves * (double)i / Math.Max(1, size));
        Func<int, int, double> element = name switch
        {
            "diagonal" => (i, j) => i == j ? g[i, j] : 0,
            "bidiagonal" => (i, j) => j == i || j == i + 1 ? g[i, j] : 0,
            "lower bidiagonal" => (i, j) => i == j || i == j + 1 ? g[i, j] : 0,
            "band" => (i, j) => Math.Abs(i - j) <= 4 ? g[i, j] : 0,
            "lower triangle" => (i, j) => i >= j ? g[i, j] : 0,
            "first row" => (i, j) => i == 0 ? g[i, j] : 0,
            "last column" => (i, j) => j == n - 1 ? g[i, j] : 0,
            "antidiagonal" => (i, j) => i + j == k - 1 ? i + 1 : 0,
            "permutation" => (i, j) => i < k && order[i] == j ? 1 : 0,
            "equal columns" => (i, j) => g[i, j / 3],
            "equal rows" => (i, j) => g[i / 2, j],
            "graded both ways" => (i, j) => g[i, j] * grade(i, m) * grade(j, n),
            "graded upwards" => (i, j) => g[i, j] * grade(m - 1 - i, m),
            "two scales" => (i, j) => g[i, j] * (random.NextDouble() < 0.5 ? grade(1, 2) : 1 / grade(1, 2)),
            "one huge element" => (i, j) => i == m / 2 && j == n / 3 ? 1 / grade(9, 10) : g[i, j],
            "empty rows and columns" => (i, j) => i % 5 == 2 || j % 7 == 3 || random.NextDouble() < 0.8 ? 0 : g[i, j],
            "small integers" => (_, _) => Math.Floor(7 * random.NextDouble()) - 3,
            "signs" => (i, j) => Math.Sign(g[i, j]),
            "Hilbert" => (i, j) => 1.0 / (i + j + 1),
            "Kahan" => (i, j) => Math.Pow(0.932, i) * (i == j ? 1 : j > i ? -0.362 : 0),
            "Wilkinson" => (i, j) => i == j ? Math.Abs(i - k / 2) : Math.Abs(i - j) == 1 ? 1 : 0,
            "Toeplitz" => (i, j) => (i > j ? -1.0 : 1.0) / (1 + Math.Abs(i - j)),
            "Vandermonde" => (i, j) => Math.Pow((i + 1.0) / m, j),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such matrix."),
        };
        return Matrix<T>.Create(m, n, (i, j) => T.CreateTruncating(element(i, j)));
    }
}
