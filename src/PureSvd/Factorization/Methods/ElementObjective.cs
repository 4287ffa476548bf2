using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>Σ_ij F_ij·E_ij², one weight an element.</summary>
internal sealed class ElementObjective(Matrix<double> weights) : LayerObjective
{
    internal override double SquaredNorm(int firstRow, MatrixView<double> error, NormMemory memory, Parallelism parallelism)
    {
        var sum = 0.0;
        for (var i = 0; i < error.Rows; i++)
        {
            var row = error.Row(i);
            var weight = weights.Row(firstRow + i);
            for (var j = 0; j < row.Length; j++)
                sum += weight[j] * row[j] * row[j];
        }
        return sum;
    }
}
