using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>A linear layer that sums, as the backward pass goes through it, the squared gradients of its weight over the outputs: Σ_o (∂L/∂W_oi)² for each input i.</summary>
/// <remarks>
/// ∂L/∂W = dYᵀ·X for the one sequence of an example, so the sum is diag(Xᵀ·(dY·dYᵀ)·X): for few tokens t, 2t²·(in + out) flops in place of 2t·in·out, and no matrix of the weight's size.
/// That is done in float64, where what cancels between tokens leaves enough; where there are too many tokens for it to pay, the gradient itself is made, in a scratch that all layers share.
/// </remarks>
internal sealed class InputFisherLinear<T>(LinearLayer<T> inner, InputFisherLinear<T>.Scratch scratch) : LinearLayer<T>(inner.Name, inner.Inputs, inner.Outputs)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What the layers of one session compute in.</summary>
    internal sealed class Scratch
    {
        internal ScratchMatrix<double> X { get; } = new();

        internal ScratchMatrix<double> Dy { get; } = new();

        internal ScratchMatrix<double> Gram { get; } = new();

        internal ScratchMatrix<double> Product { get; } = new();

        internal ScratchMatrix<T> Gradient { get; } = new();
    }

    /// <summary>[in]: added to.</summary>
    internal double[] Sums { get; set; } = new double[inner.Inputs];

    public override IReadOnlyList<Parameter<T>> Parameters => inner.Parameters;

    public override long WeightCount => inner.WeightCount;

    public override bool IsFactored => inner.IsFactored;

    public override Parameter<T>? Bias => inner.Bias;

    internal override void Product(MatrixView<T> x, MatrixView<T> y, Workspace<T> workspace, Parallelism parallelism) => inner.Product(x, y, workspace, parallelism);

    public override void Backward(MatrixView<T> x, MatrixView<T> dy, MatrixView<T> dx, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
    {
        if (2L * x.Rows * (Inputs + Outputs) <= (long)Inputs * Outputs)
            AddByTokens(x, dy, parallelism);
        else
            AddByGradient(x, dy, parallelism);
        inner.Backward(x, dy, dx, gradients, workspace, parallelism);
    }

    public override Matrix<T> ToDense() => inner.ToDense();

    private void AddByTokens(MatrixView<T> x, MatrixView<T> dy, Parallelism parallelism)
    {
        var (wideX, wideDy) = (Widen(x, scratch.X), Widen(dy, scratch.Dy));
        var gram = scratch.Gram.Resize(x.Rows, x.Rows);
        Syrk.Multiply(wideDy, Operand.AsIs, 1, 0, gram, parallelism);
        var product = scratch.Product.Resize(x.Rows, Inputs);
        Gemm.Multiply(gram, Operand.AsIs, wideX, Operand.AsIs, 1, 0, product, parallelism);
        var sums = new double[Inputs];
        for (var t = 0; t < x.Rows; t++)
            TensorPrimitives.MultiplyAdd<double>(wideX.Row(t), product.Row(t), sums, sums);
        // Rounding may take a zero below itself.
        TensorPrimitives.Max(sums, 0, sums);
        TensorPrimitives.Add<double>(Sums, sums, Sums);
    }

    private void AddByGradient(MatrixView<T> x, MatrixView<T> dy, Parallelism parallelism)
    {
        var gradient = scratch.Gradient.Resize(Outputs, Inputs);
        Gemm.Multiply(dy, Operand.Transposed, x, Operand.AsIs, T.One, T.Zero, gradient, parallelism);
        LayerStatistics.AddSquares(gradient, Sums);
    }

    private static MatrixView<double> Widen(MatrixView<T> from, ScratchMatrix<double> to)
    {
        var wide = to.Resize(from.Rows, from.Columns);
        for (var i = 0; i < from.Rows; i++)
            TensorPrimitives.ConvertTruncating<T, double>(from.Row(i), wide.Row(i));
        from.KeepAlive();
        return wide;
    }
}
