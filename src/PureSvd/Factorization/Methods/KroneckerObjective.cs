using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>‖R·E‖²_M with RᵀR the weights of the outputs and M those of the inputs.</summary>
internal sealed class KroneckerObjective(Matrix<double> outputRoot, InputMetric inputs) : LayerObjective
{
    /// <summary>Rows of R·E that are measured at a time.</summary>
    private const int Panel = 512;

    internal override bool IsSumOverRows => false;

    internal override double SquaredNorm(int firstRow, MatrixView<double> error, NormMemory memory, Parallelism parallelism)
    {
        var sum = 0.0;
        for (var first = 0; first < outputRoot.Rows; first += Panel)
        {
            var rows = outputRoot.View.RowRange(first, Math.Min(Panel, outputRoot.Rows - first));
            var weighted = memory.Weighted.Take(rows.Rows, error.Columns);
            Gemm.Multiply<double>(rows, Operand.AsIs, error, Operand.AsIs, 1, 0, weighted, parallelism);
            sum += inputs.SquaredNorm(first, weighted, memory, parallelism);
        }
        return sum;
    }
}
