namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>The kinds of matrices that decompositions are tested on, after LAPACK's TESTING/EIG/ddrvbd.f.</summary>
public enum MatrixKind
{
    Gaussian,
    Zero,
    Identity,
    Ones,
    Geometric,
    Arithmetic,
    RandomLogarithms,
    ClusteredLarge,
    ClusteredSmall,
    RankDeficient,
    GradedColumns,
    GradedRows,
    Repeated,
    NearOverflow,
    NearUnderflow,
    Denormal,
    Sparse,
}
