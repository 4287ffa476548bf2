using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>The factored linear layer y = B·(A·x) + b, of rank r: x meets A first.</summary>
public sealed class LowRankLinear<T> : LinearLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A layer over <paramref name="a"/> [r×in], <paramref name="b"/> [out×r] and <paramref name="bias"/> [1×out]; a parameter under another name, such as the dense layer's bias, is taken over under the name that it has in a factored layer.</summary>
    /// <remarks>With a <paramref name="basisOwner"/> that is another layer, A is that layer's own parameter: trained once for both, counted and saved there.</remarks>
    public LowRankLinear(string name, Parameter<T> a, Parameter<T> b, Parameter<T>? bias, string? basisOwner = null)
        : base(name, a.Value.Columns, b.Value.Rows)
    {
        if (b.Value.Columns != a.Value.Rows)
            throw new ArgumentException($"{name}: B is [{b.Value.Rows}×{b.Value.Columns}] and A [{a.Value.Rows}×{a.Value.Columns}]; the ranks differ.");
        BasisOwner = basisOwner == name ? null : basisOwner;
        A = Named(a, $"{basisOwner ?? name}.a.weight");
        B = Named(b, $"{name}.b.weight");
        Bias = bias is null ? null : Named(bias, $"{name}.b.bias");
        Parameters = [.. BasisOwner is null ? [A] : Array.Empty<Parameter<T>>(), B, .. Bias is null ? [] : new[] { Bias }];
    }

    private static Parameter<T> Named(Parameter<T> parameter, string name) => parameter.Name == name ? parameter : new Parameter<T>(name, parameter.Value, parameter.IsVector);

    /// <summary>A [r×in], stored as <c>X.a.weight</c>, X being this layer or the one that owns it.</summary>
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
    public override bool IsFactored => true;

    /// <inheritdoc/>
    public override string? BasisOwner { get; }

    /// <inheritdoc/>
    public override long WeightCount => (long)Rank * (BasisOwner is null ? Inputs + Outputs : Outputs);

    internal override void Product(MatrixView<T> x, MatrixView<T> y, Workspace<T> workspace, Parallelism parallelism)
    {
        var h = workspace.Get("LowRankLinear.h", x.Rows, Rank);
        Gemm.Multiply(x, Operand.AsIs, A.Value, Operand.Transposed, T.One, T.Zero, h, parallelism);
        Gemm.Multiply(h, Operand.AsIs, B.Value, Operand.Transposed, T.One, T.Zero, y, parallelism);
    }

    /// <inheritdoc/>
    /// <remarks>With H = X·Aᵀ (computed again: one thin product is cheaper than keeping H of every layer): dH = dY·B, dB += dYᵀ·H, dA += dHᵀ·X, dX = dH·A.</remarks>
    public override void Backward(MatrixView<T> x, MatrixView<T> dy, MatrixView<T> dx, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
    {
        var dh = workspace.Get("LowRankLinear.dh", x.Rows, Rank);
        Gemm.Multiply(dy, Operand.AsIs, B.Value, Operand.AsIs, T.One, T.Zero, dh, parallelism);
        Gemm.Multiply(dh, Operand.AsIs, A.Value, Operand.AsIs, T.One, T.Zero, dx, parallelism);
        if (gradients[A] is { } da)
            Gemm.Multiply(dh, Operand.Transposed, x, Operand.AsIs, T.One, T.One, da, parallelism);
        if (gradients[B] is { } db)
        {
            var h = workspace.Get("LowRankLinear.h", x.Rows, Rank);
            Gemm.Multiply(x, Operand.AsIs, A.Value, Operand.Transposed, T.One, T.Zero, h, parallelism);
            Gemm.Multiply(dy, Operand.Transposed, h, Operand.AsIs, T.One, T.One, db, parallelism);
        }
        AddBiasGradient(dy, gradients);
    }

    /// <inheritdoc/>
    public override Matrix<T> ToDense()
    {
        var dense = new Matrix<T>(Outputs, Inputs);
        Gemm.Multiply(B.Value, Operand.AsIs, A.Value, Operand.AsIs, T.One, T.Zero, dense, Parallelism.All);
        return dense;
    }
}
