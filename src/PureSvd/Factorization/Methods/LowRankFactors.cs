using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>W' = B·A of one layer.</summary>
/// <param name="A">A [r×in].</param>
/// <param name="B">B [out×r].</param>
public sealed record LowRankFactors<T>(Matrix<T> A, Matrix<T> B)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>r.</summary>
    public int Rank => A.Rows;

    /// <summary>W' = B·A [out×in].</summary>
    public Matrix<T> Product(Parallelism parallelism)
    {
        var product = new Matrix<T>(B.Rows, A.Columns);
        Gemm.Multiply(B, Operand.AsIs, A, Operand.AsIs, T.One, T.Zero, product, parallelism);
        return product;
    }
}
