using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>The factored linear layer y = B·(A·x) + b, of rank r: x meets A first.</summary>
public sealed class LowRankLinear<T> : LinearLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A layer over <paramref name="a"/> [r×in], <paramref name="b"/> [out×r] and <paramref name="bias"/> [1×out].</summary>
    public LowRankLinear(string name, Parameter<T> a, Parameter<T> b, Parameter<T>? bias)
        : base(name, a.Value.Columns, b.Value.Rows)
    {
        A = a;
        B = b;
        Bias = bias;
        Parameters = bias is null ? [a, b] : [a, b, bias];
    }

    /// <summary>A [r×in], stored as <c>X.a.weight</c>.</summary>
    public Parameter<T> A { get; }

    /// <summary>B [out×r], stored as <c>X.b.weight</c>.</summary>
    public Parameter<T> B { get; }

    /// <summary>r.</summary>
    public int Rank => A.Value.Rows;

    /// <summary>b, stored as <c>X.b.bias</c>.</summary>
    public override Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public override long WeightCount => (long)Rank * (Inputs + Outputs);

    /// <inheritdoc/>
    public override void Forward(MatrixView<T> x, MatrixView<T> y, Workspace<T> workspace, Parallelism parallelism) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override void Backward(MatrixView<T> x, MatrixView<T> dy, MatrixView<T> dx, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override Matrix<T> ToDense() => throw new NotImplementedException();
}
