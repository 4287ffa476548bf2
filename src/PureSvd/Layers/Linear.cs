using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>The dense linear layer y = W·x + b.</summary>
public sealed class Linear<T> : LinearLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A layer over <paramref name="weight"/> [out×in] and <paramref name="bias"/> [1×out].</summary>
    public Linear(string name, Parameter<T> weight, Parameter<T>? bias)
        : base(name, weight.Value.Columns, weight.Value.Rows)
    {
        Weight = weight;
        Bias = bias;
        Parameters = bias is null ? [weight] : [weight, bias];
    }

    /// <summary>W [out×in].</summary>
    public Parameter<T> Weight { get; }

    /// <inheritdoc/>
    public override Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public override bool IsFactored => false;

    /// <inheritdoc/>
    public override long WeightCount => (long)Inputs * Outputs;

    internal override void Product(MatrixView<T> x, MatrixView<T> y, Workspace<T> workspace, Parallelism parallelism)
        => Gemm.Multiply(x, Operand.AsIs, Weight.Value, Operand.Transposed, T.One, T.Zero, y, parallelism);

    /// <inheritdoc/>
    public override void Backward(MatrixView<T> x, MatrixView<T> dy, MatrixView<T> dx, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
    {
        Gemm.Multiply(dy, Operand.AsIs, Weight.Value, Operand.AsIs, T.One, T.Zero, dx, parallelism);
        if (gradients[Weight] is { } dw)
            Gemm.Multiply(dy, Operand.Transposed, x, Operand.AsIs, T.One, T.One, dw, parallelism);
        AddBiasGradient(dy, gradients);
    }

    /// <inheritdoc/>
    public override Matrix<T> ToDense() => Weight.Value;
}
