using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A ≈ U·diag(S)·Vᵀ: U [m×k] and Vᵀ [k×n] with orthonormal columns and rows, S descending and non-negative.</summary>
/// <param name="U">Left singular vectors [m×k]; [m×0] when only values were asked for.</param>
/// <param name="S">Singular values, descending.</param>
/// <param name="Vt">Right singular vectors, transposed [k×n]; [0×n] when only values were asked for.</param>
public sealed record SvdFactors<T>(Matrix<T> U, T[] S, Matrix<T> Vt)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
