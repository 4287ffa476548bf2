using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>‖R·E‖²_M with RᵀR the weights of the outputs and M those of the inputs.</summary>
internal sealed class KroneckerObjective(Matrix<double> outputRoot, InputMetric inputs) : LayerObjective
{
    internal override bool IsSumOverRows => false;

    internal override double SquaredNorm(int firstRow, MatrixView<double> error, Parallelism parallelism)
    {
        var weighted = new Matrix<double>(error.Rows, error.Columns);
        Gemm.Multiply<double>(outputRoot, Operand.AsIs, error, Operand.AsIs, 1, 0, weighted, parallelism);
        return inputs.SquaredNorm(firstRow, weighted, parallelism);
    }
}
