namespace PureSvd.LinearAlgebra;

/// <summary>An algorithm for the singular value decomposition.</summary>
public enum SvdAlgorithm
{
    /// <summary>The one that fits: <see cref="DivideAndConquer"/>, or <see cref="Householder"/> for small matrices and for values alone.</summary>
    Automatic,

    /// <summary>Bidiagonalization, and divide and conquer where there are vectors and they are many: the fastest; errors relative to the largest singular value.</summary>
    DivideAndConquer,

    /// <summary>Bidiagonalization and implicit QR iteration: errors relative to the largest singular value.</summary>
    Householder,

    /// <summary>One-sided Jacobi: slower; small singular values of graded matrices to high relative accuracy.</summary>
    Jacobi,

    /// <summary>From a random sketch of the range: fast for small ranks; an approximation with a measured residual.</summary>
    Randomized,

    /// <summary>Chebyshev-filtered subspace iteration: a truncated decomposition within a given factor of the optimum, at the speed of matrix products.</summary>
    Subspace,
}
