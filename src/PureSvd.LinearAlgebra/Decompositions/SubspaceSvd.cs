using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>A truncated singular value decomposition within a given factor of the best one, by Chebyshev-filtered subspace iteration.</summary>
/// <remarks>
/// <para>Eckart and Young: no rank-k matrix is closer to A than √(Σ_{i>k} σᵢ²). Most of that is the tail itself, so the leading subspace needs to be right where it matters only:
/// near the cut, σₖ and σₖ₊₁ are all but equal, and taking one for the other costs nothing.</para>
/// <para>G = AᵀA once; X₁ = G·Ω for l = k + 25 % random columns (<see cref="SparseSketch"/>); [0, a], of which nothing is wanted, from the smallest Ritz value θ of X₁: by Cauchy's
/// interlacing θ ≤ λₗ, and in practice λₗ/θ is 1.7 to 2; X = T_d(2G/a − I)·X₁; then Rayleigh–Ritz with A itself (<see cref="RitzTriplets"/>). The residual is measured, and from its parts along U what the subspace may have missed:
/// while that is more than <see cref="SvdOptions.Suboptimality"/> allows, the filter runs again. What still fails goes to <see cref="HouseholderSvd"/>.</para>
/// <para>m·n² + 2(d + 2)·n²·l + O((m + n)·l²) flops, nearly all in <see cref="Gemm"/>.</para>
/// Sources: Y. Zhou et al. (2006), see <see cref="ChebyshevFilter"/>; N. Halko, P.-G. Martinsson and J. Tropp, <i>Finding structure with randomness</i> (2011).
/// </remarks>
public static class SubspaceSvd
{
    /// <summary>Columns beyond the rank, as a part of it. Fewer cost more steps, more a larger small decomposition.</summary>
    private const double Oversampling = 0.25;

    /// <summary>Growth of the filter from the damped end to the cut that leaves less than 1e-3 of the residual to be gained: the excess goes with its square.</summary>
    private const double Growth = 16;

    /// <summary>λₗ over the smallest Ritz value θ of the first subspace, seen from 1.7 (Gaussian matrices) to 2 (spectra of 1/i).</summary>
    private const double GapBelow = 1.9;

    /// <summary>How much further up than θ the first filter damps: a degree less is needed than with θ itself, and from 2 on the filter would damp what is wanted.</summary>
    private const double Lift = 1.5;

    private const int HighestDegree = 3;

    private const int Rounds = 4;

    /// <summary>The residual is off by the square of what the subspace is off by, so for this much or more float32 finds the subspace of a float64 matrix as well, in half the time.</summary>
    private const double FinestForSingle = 1e-5;

    /// <summary>A ≈ U·diag(S)·Vᵀ of rank k with ‖A − U·diag(S)·Vᵀ‖_F ≤ (1 + <see cref="SvdOptions.Suboptimality"/>)·√(Σ_{i>k} σᵢ²), as far as measurement can tell.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">The rank, and how close to the optimum; null for all of it.</param>
    /// <param name="cancellationToken">Stops between products.</param>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    public static SvdFactors<T> Compute<T>(MatrixView<T> a, SvdOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new SvdOptions();
        options.Validate();
        var size = Math.Min(a.Rows, a.Columns);
        var rank = Math.Min(options.Rank ?? size, size);
        var width = (int)Math.Min(size, Math.Ceiling(rank * (1 + Oversampling)) + 10);
        if (rank == 0 || 2 * width > size)
            return HouseholderSvd.Compute(a, options, cancellationToken) with { Reason = "the rank asked for is most of the matrix" };

        var wide = a.Rows < a.Columns;
        using var tall = new PooledMatrix<T>(Math.Max(a.Rows, a.Columns), size);
        var scale = PowerOfTwoScale.Copy(a, tall.View, transpose: wide, options.Parallelism);
        var found = Iterate(tall.View, rank, width, options, cancellationToken);
        if (found is null)
            return HouseholderSvd.Compute(a, options, cancellationToken) with { Reason = "subspace iteration could not be shown to come close enough to the optimum" };
        scale.Restore<T>(found.S);
        var factors = wide ? found with { U = found.Vt.View.Transpose(), Vt = found.U.View.Transpose() } : found;
        options.Progress?.Report(1);
        return (options.ValuesOnly ? factors.Keep(options) : factors) with { Algorithm = SvdAlgorithm.Subspace };
    }

    /// <summary>The triplets of a tall, scaled A; null where they cannot be shown to be good enough.</summary>
    private static SvdFactors<T>? Iterate<T>(MatrixView<T> a, int rank, int width, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => (typeof(T) != typeof(float) && options.Suboptimality >= FinestForSingle ? Iterate<T, float>(a, rank, width, options, cancellationToken) : null)
           ?? Iterate<T, T>(a, rank, width, options, cancellationToken);

    /// <summary>The same with the subspace found in <typeparamref name="TBasis"/> and all that comes out of it in <typeparamref name="T"/>.</summary>
    private static SvdFactors<T>? Iterate<T, TBasis>(MatrixView<T> a, int rank, int width, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TBasis : unmanaged, IBinaryFloatingPointIeee754<TBasis>
    {
        using var g = Gram<T, TBasis>(a, Math.Max(8, width / 12), options, cancellationToken);
        using var first = new PooledMatrix<TBasis>(a.Columns, width);
        using var second = new PooledMatrix<TBasis>(a.Columns, width);
        using var converted = new PooledMatrix<T>(typeof(T) == typeof(TBasis) ? 0 : a.Columns, width);
        var (x, image) = (first.View, second.View);
        SparseSketch.Multiply(g.G, x, options.Sketch.Seed, options.Parallelism);
        if (!CholeskyQr.TryPass(x, out _, out _, options.Parallelism))
            CholeskyQr.Orthonormalize(x, options, cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            g.Apply(x, TBasis.One, TBasis.Zero, image);
            var smallest = SmallestRitzValue(x, image, options);
            if (!(smallest > g.Largest * TBasis.CreateTruncating(g.CutDown) * Precision<TBasis>.Epsilon))
                return typeof(T) == typeof(TBasis) ? PowerSteps(a, Orthonormal(x, converted.View, options, cancellationToken), rank, options, cancellationToken) : null;

            // Never near the top of a flat spectrum, and not above θ once the subspace has come close: then θ is λₗ.
            var damped = round == 0 ? TBasis.Min(smallest * TBasis.CreateTruncating(Lift), TBasis.Sqrt(smallest * g.Largest)) : smallest;
            (x, image) = ChebyshevFilter.Apply(g, x, image, damped, round == 0 ? Degree(g, smallest, rank, width) : 2, options, cancellationToken);
            options.Progress?.Report(0.4 + (0.1 * round));
            var factors = RitzTriplets.FromRight(a, Orthonormal(x, converted.View, options, cancellationToken), rank, options, cancellationToken);
            if (factors.Suboptimality <= options.Suboptimality)
                return factors;
        }
        return null;
    }

    /// <summary>The Gram operator of A in another type.</summary>
    private static GramOperator<TBasis> Gram<T, TBasis>(MatrixView<T> a, int probe, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TBasis : unmanaged, IBinaryFloatingPointIeee754<TBasis>
    {
        if (a is MatrixView<TBasis> same)
            return new GramOperator<TBasis>(same, probe, options, cancellationToken);
        using var converted = new PooledMatrix<TBasis>(a.Rows, a.Columns);
        Convert(a, converted.View, options.Parallelism);
        return new GramOperator<TBasis>(converted.View, probe, options, cancellationToken);
    }

    /// <summary>X in another type, its columns orthonormal to rounding; X itself where the types are one, and <paramref name="converted"/> where not.</summary>
    private static MatrixView<T> Orthonormal<TBasis, T>(MatrixView<TBasis> x, MatrixView<T> converted, SvdOptions options, CancellationToken cancellationToken)
        where TBasis : unmanaged, IBinaryFloatingPointIeee754<TBasis>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x is not MatrixView<T> basis)
        {
            basis = converted;
            Convert(x, basis, options.Parallelism);
        }
        CholeskyQr.Orthonormalize(basis, options, cancellationToken);
        return basis;
    }

    private static void Convert<TFrom, TTo>(MatrixView<TFrom> from, MatrixView<TTo> to, Parallelism parallelism)
        where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom>
        where TTo : unmanaged, IBinaryFloatingPointIeee754<TTo>
    {
        parallelism.For(from.Rows, i => TensorPrimitives.ConvertTruncating<TFrom, TTo>(from.Row(i), to.Row(i)));
        from.KeepAlive();
        to.KeepAlive();
    }

    /// <summary>Where G no longer sees the cut, the spectrum is so steep that plain power steps with A and Aᵀ themselves suffice.</summary>
    private static SvdFactors<T>? PowerSteps<T>(MatrixView<T> a, MatrixView<T> x, int rank, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var memory = new PooledMatrix<T>(a.Rows, x.Columns);
        var y = memory.View;
        for (var step = 0; step < Rounds; step++)
        {
            Gemm.Multiply<T>(a, Operand.AsIs, x, Operand.AsIs, T.One, T.Zero, y, options.Parallelism);
            CholeskyQr.Orthonormalize(y, options, cancellationToken);
            Gemm.Multiply<T>(a, Operand.Transposed, y, Operand.AsIs, T.One, T.Zero, x, options.Parallelism);
            CholeskyQr.Orthonormalize(x, options, cancellationToken);
            if (step == 0)
                continue;
            var factors = RitzTriplets.FromRight(a, x, rank, options, cancellationToken);
            if (factors.Suboptimality <= options.Suboptimality)
                return factors;
        }
        return null;
    }

    /// <summary>The degree that separates the cut from the damped end, if the spectrum falls as a power of the index (one that is flat at first falls faster at the cut).</summary>
    private static int Degree<T>(GramOperator<T> g, T smallest, int rank, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var exponent = Math.Log(Math.Max(1, g.CutDown * double.CreateTruncating(g.Largest / smallest) / GapBelow)) / Math.Log(width);
        var ratio = GapBelow / Lift * Math.Pow((double)width / rank, exponent);
        return Math.Clamp((int)Math.Ceiling(Math.Acosh(Growth) / Math.Acosh(2 * ratio - 1)), 1, HighestDegree);
    }

    /// <summary>The smallest eigenvalue of XᵀGX, by inverse iteration with its Cholesky factor; 0 where it is not positive definite.</summary>
    private static T SmallestRitzValue<T>(MatrixView<T> x, MatrixView<T> image, SvdOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Steps = 6;
        const int Vectors = 4;
        var projected = new Matrix<T>(x.Columns, x.Columns);
        Gemm.Multiply<T>(x, Operand.Transposed, image, Operand.AsIs, T.One, T.Zero, projected, options.Parallelism);
        Matrix<T> l;
        try
        {
            l = Cholesky.Factorize<T>(projected, new CholeskyOptions { Parallelism = options.Parallelism });
        }
        catch (NotPositiveDefiniteException)
        {
            return T.Zero;
        }
        var v = GaussianSketch.Create<T>(x.Columns, Vectors, options.Sketch.Seed + 3, options.Parallelism);
        var largest = T.Zero;
        for (var step = 0; step < Steps; step++)
        {
            Trsm.SolveLeft<T>(l, Triangle.Lower, Operand.AsIs, unitDiagonal: false, v, options.Parallelism);
            Trsm.SolveLeft<T>(l, Triangle.Lower, Operand.Transposed, unitDiagonal: false, v, options.Parallelism);
            largest = T.Zero;
            for (var j = 0; j < Vectors; j++)
                largest = T.Max(largest, Normalize(v, j));
        }
        return T.One / largest;
    }

    /// <summary>Divides column j by its norm, and returns that.</summary>
    private static T Normalize<T>(Matrix<T> v, int j)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var square = T.Zero;
        for (var i = 0; i < v.Rows; i++)
            square += v[i, j] * v[i, j];
        var norm = T.Sqrt(square);
        for (var i = 0; i < v.Rows; i++)
            v[i, j] /= norm;
        return norm;
    }
}
