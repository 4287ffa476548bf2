using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A truncated singular value decomposition from a random sketch of the range.</summary>
/// <remarks>
/// Y = (A·Aᵀ)^q·A·Ω with Ω Gaussian, re-orthogonalised by QR after every product; Q = qr(Y); the decomposition of the small QᵀA, lifted by Q.
/// It is an approximation: <see cref="SvdFactors{T}.Residual"/> is measured against A, always, and its distance from the Eckart–Young optimum is for the caller to judge.
/// 4(q + 1)·m·n·(rank + oversampling) flops. Source: N. Halko, P.-G. Martinsson and J. Tropp, <i>Finding structure with randomness</i> (2011), algorithms 4.4 and 5.1.
/// </remarks>
public static class RandomizedSvd
{
    /// <summary>A ≈ U·diag(S)·Vᵀ of <see cref="SvdOptions.Rank"/>, with its measured residual ‖A − U·diag(S)·Vᵀ‖_F/‖A‖_F.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">What to compute, and in <see cref="SvdOptions.Sketch"/> how; the same seed gives the same bits.</param>
    /// <param name="cancellationToken">Stops between products.</param>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    public static SvdFactors<T> Compute<T>(MatrixView<T> a, SvdOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new SvdOptions();
        options.Validate();
        var k = Math.Min(a.Rows, a.Columns);
        var rank = Math.Min(options.Rank ?? k, k);
        var width = (int)Math.Min(k, (long)rank + options.Sketch.Oversampling);
        var (scaled, scale) = PowerOfTwoScale.Take(a);
        cancellationToken.ThrowIfCancellationRequested();

        var basis = RangeBasis(scaled.View, width, options, cancellationToken);
        var projected = new Matrix<T>(width, a.Columns);
        Gemm.Multiply(basis, Operand.Transposed, scaled, Operand.AsIs, T.One, T.Zero, projected, options.Parallelism);
        var small = HouseholderSvd.Compute<T>(projected, options with { Rank = rank, ValuesOnly = false, Progress = null }, cancellationToken);
        var u = new Matrix<T>(a.Rows, rank);
        Gemm.Multiply<T>(basis, Operand.AsIs, small.U, Operand.AsIs, T.One, T.Zero, u, options.Parallelism);

        var residual = Residual(scaled, u, small.S, small.Vt, options.Parallelism);
        scale.Restore<T>(small.S);
        var factors = small with { U = u, Algorithm = SvdAlgorithm.Randomized, Residual = residual };
        return options.ValuesOnly ? factors.Keep(options) : factors;
    }

    /// <summary>An orthonormal basis [m×width] of what A does to a Gaussian sketch.</summary>
    private static MatrixView<T> RangeBasis<T>(MatrixView<T> a, int width, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(options.Sketch.Seed);
        var domain = new Matrix<T>(a.Columns, width);
        foreach (ref var element in domain.Span)
            element = T.CreateTruncating(random.NextGaussian());

        var range = Orthonormal(a, Operand.AsIs, domain);
        for (var i = 0; i < options.Sketch.PowerIterations; i++)
        {
            domain = Orthonormal(a, Operand.Transposed, range);
            range = Orthonormal(a, Operand.AsIs, domain);
        }
        return range;

        Matrix<T> Orthonormal(MatrixView<T> matrix, Operand op, Matrix<T> factor)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var product = new Matrix<T>(op == Operand.AsIs ? matrix.Rows : matrix.Columns, factor.Columns);
            Gemm.Multiply(matrix, op, factor, Operand.AsIs, T.One, T.Zero, product, options.Parallelism);
            var qr = new QrOptions { BlockSize = options.BlockSize, Parallelism = options.Parallelism };
            return Qr.FactorizeInPlace<T>(product, qr, cancellationToken).ThinQ(cancellationToken);
        }
    }

    /// <summary>‖A − U·diag(s)·Vᵀ‖_F/‖A‖_F from the difference itself, a block of rows at a time; 0 for A = 0.</summary>
    private static double Residual<T>(Matrix<T> a, Matrix<T> u, T[] s, Matrix<T> vt, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int RowsPerBlock = 256;
        var (left, total) = (0.0, 0.0);
        for (var first = 0; first < a.Rows; first += RowsPerBlock)
        {
            var rows = Math.Min(RowsPerBlock, a.Rows - first);
            var weighted = Matrix<T>.Create(rows, s.Length, (i, j) => u[first + i, j] * s[j]);
            var difference = a.View.RowRange(first, rows).ToMatrix();
            total += SumOfSquares(difference);
            Gemm.Multiply<T>(weighted, Operand.AsIs, vt, Operand.AsIs, -T.One, T.One, difference, parallelism);
            left += SumOfSquares(difference);
        }
        return total == 0 ? 0 : Math.Sqrt(left / total);

        static double SumOfSquares(Matrix<T> matrix)
        {
            var sum = 0.0;
            for (var i = 0; i < matrix.Rows; i++)
                sum += double.CreateTruncating(Reductions.Dot<T>(matrix.Row(i), matrix.Row(i)));
            return sum;
        }
    }
}
