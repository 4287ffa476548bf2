using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A = Q·diag(λ)·Qᵀ of a symmetric A [n×n], or the k ≤ n largest eigenpairs of it.</summary>
/// <param name="Values">λ [k]: the eigenvalues, descending.</param>
/// <param name="Vectors">Q [n×k]: column j is the eigenvector of value j; [n×0] when only values were asked for.</param>
public sealed record EigenFactors<T>(T[] Values, Matrix<T> Vectors)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
