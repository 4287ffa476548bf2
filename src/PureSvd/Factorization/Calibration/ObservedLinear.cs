using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>A linear layer that shows its inputs to an observer before it computes: how statistics are taken without any model knowing of it.</summary>
internal sealed class ObservedLinear<T>(LinearLayer<T> inner, Action<MatrixView<T>, Parallelism> observe) : LinearLayer<T>(inner.Name, inner.Inputs, inner.Outputs)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override IReadOnlyList<Parameter<T>> Parameters => inner.Parameters;

    public override long WeightCount => inner.WeightCount;

    public override bool IsFactored => inner.IsFactored;

    public override Parameter<T>? Bias => inner.Bias;

    internal override void Product(MatrixView<T> x, MatrixView<T> y, Workspace<T> workspace, Parallelism parallelism)
    {
        observe(x, parallelism);
        inner.Product(x, y, workspace, parallelism);
    }

    internal override void Product(MatrixView<T> x, IGemmEpilogue<T> f, MatrixView<T> y, Workspace<T> workspace, Parallelism parallelism)
    {
        observe(x, parallelism);
        inner.Product(x, f, y, workspace, parallelism);
    }

    public override void Backward(MatrixView<T> x, MatrixView<T> dy, MatrixView<T> dx, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
        => inner.Backward(x, dy, dx, gradients, workspace, parallelism);

    public override Matrix<T> ToDense() => inner.ToDense();
}
