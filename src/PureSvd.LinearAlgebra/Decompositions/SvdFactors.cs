using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A ≈ U·diag(S)·Vᵀ: U [m×k] and Vᵀ [k×n] with orthonormal columns and rows, S descending and non-negative.</summary>
/// <param name="U">Left singular vectors [m×k]; [m×0] when only values were asked for.</param>
/// <param name="S">Singular values, descending.</param>
/// <param name="Vt">Right singular vectors, transposed [k×n]; [0×n] when only values were asked for.</param>
public sealed record SvdFactors<T>(Matrix<T> U, T[] S, Matrix<T> Vt)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The algorithm that ran.</summary>
    public SvdAlgorithm Algorithm { get; init; }

    /// <summary>‖A − U·diag(S)·Vᵀ‖_F/‖A‖_F as measured; null where the algorithm is backward stable and nothing was measured.</summary>
    public double? Residual { get; init; }

    /// <summary>Residual/optimum − 1, the optimum being √(Σ_{i>k} σᵢ²) of Eckart and Young, as estimated from the residual itself; null where it was not measured.</summary>
    public double? Suboptimality { get; init; }

    /// <summary>Why this algorithm ran, where that was not asked for.</summary>
    public string? Reason { get; init; }

    /// <summary>‖A − U·diag(S)·Vᵀ‖_F/‖A‖_F, from the difference itself; 0 for A = 0. 2·m·n·k flops.</summary>
    /// <param name="a">[m×n]; not changed.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <param name="cancellationToken">Stops between blocks of rows.</param>
    /// <exception cref="ArgumentException">A has not the shape of the factors.</exception>
    public double MeasureResidual(MatrixView<T> a, Parallelism parallelism, CancellationToken cancellationToken = default)
    {
        if (a.Rows != U.Rows || a.Columns != Vt.Columns || U.Columns != S.Length || Vt.Rows != S.Length)
            throw new ArgumentException($"A is {a.Rows}×{a.Columns}, U {U.Rows}×{U.Columns}, S has {S.Length} values, and Vᵀ is {Vt.Rows}×{Vt.Columns}.", nameof(a));
        var (scaled, scale) = PowerOfTwoScale.Take(a);
        var s = (T[])S.Clone();
        new PowerOfTwoScale(-scale.Exponent).Restore<T>(s);
        return TruncationError<T>.Of(scaled, U, s, Vt, samples: 0, new SvdOptions { Parallelism = parallelism }, cancellationToken).Relative;
    }

    /// <summary>The decomposition of a matrix without elements, however many rows or columns it has.</summary>
    internal static SvdFactors<T> Empty(int rows, int columns, SvdAlgorithm algorithm) => new(new Matrix<T>(rows, 0), [], new Matrix<T>(0, columns)) { Algorithm = algorithm };

    /// <summary>What <paramref name="options"/> asks for of a full result.</summary>
    internal SvdFactors<T> Keep(SvdOptions options)
    {
        var rank = Math.Min(options.Rank ?? S.Length, S.Length);
        if (options.ValuesOnly)
            return this with { U = new Matrix<T>(U.Rows, 0), S = S[..rank], Vt = new Matrix<T>(0, Vt.Columns) };
        return rank == S.Length
            ? this
            : this with { U = U.View.ColumnRange(0, rank).ToMatrix(), S = S[..rank], Vt = Vt.View.RowRange(0, rank).ToMatrix() };
    }
}
