using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A = X·B·Yᵀ, A [m×n] with m ≥ n, B [n×n] upper bidiagonal, X [m×n] and Y [n×n] with orthonormal columns, kept as reflectors.</summary>
internal interface IBidiagonalForm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The diagonal of B, n.</summary>
    T[] Diagonal { get; }

    /// <summary>The superdiagonal of B, n − 1.</summary>
    T[] Superdiagonal { get; }

    /// <summary>The rows of <paramref name="ut"/> [p×m], left singular vectors of B followed by zeros, become those of A: Uᵀ ← Uᵀ·Xᵀ.</summary>
    void LiftLeft(MatrixView<T> ut, int blockSize, CancellationToken cancellationToken);

    /// <summary>The same for <paramref name="vt"/> [p×n] and Y.</summary>
    void LiftRight(MatrixView<T> vt, int blockSize, CancellationToken cancellationToken);
}
