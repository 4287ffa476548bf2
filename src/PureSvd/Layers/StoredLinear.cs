using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>A linear layer over weights as a checkpoint stores them, in float32, float16 or bfloat16: W, or its factors B·A. The kernels widen them; there is no copy, and no gradient of what is no parameter.</summary>
public sealed class StoredLinear : LinearLayer<float>
{
    /// <summary>A layer over [W] or [A, B], in the order in which x meets them, and <paramref name="bias"/> [1×out]; A may be that of another layer, <paramref name="basisOwner"/>.</summary>
    /// <exception cref="ArgumentException">There are not one or two matrices, or their shapes do not fit.</exception>
    public StoredLinear(string name, IReadOnlyList<StoredTensor> weights, Parameter<float>? bias, string? basisOwner = null)
        : base(name, weights[0].Matrix.Columns, weights[^1].Matrix.Rows)
    {
        if (weights.Count > 2 || weights[^1].Matrix.Columns != (weights.Count == 1 ? Inputs : weights[0].Matrix.Rows))
            throw new ArgumentException($"{name}: {weights.Count} matrices whose shapes do not follow each other are no linear layer.", nameof(weights));
        StoredTensors = weights;
        BasisOwner = basisOwner == name ? null : basisOwner;
        Bias = bias;
        Parameters = bias is null ? [] : [bias];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<StoredTensor> StoredTensors { get; }

    /// <inheritdoc/>
    public override Parameter<float>? Bias { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<float>> Parameters { get; }

    /// <inheritdoc/>
    public override bool IsFactored => StoredTensors.Count == 2;

    /// <inheritdoc/>
    public override string? BasisOwner { get; }

    /// <inheritdoc/>
    public override long WeightCount => StoredTensors.Skip(BasisOwner is null ? 0 : 1).Sum(w => (long)w.Matrix.Rows * w.Matrix.Columns);

    internal override void Product(MatrixView<float> x, MatrixView<float> y, Workspace<float> workspace, Parallelism parallelism)
    {
        if (IsFactored)
        {
            var a = StoredTensors[0].Matrix;
            var h = workspace.Get("StoredLinear.h", x.Rows, a.Rows);
            Gemm.Multiply(x, a, Operand.Transposed, 1, 0, h, parallelism);
            x = h;
        }
        Gemm.Multiply(x, StoredTensors[^1].Matrix, Operand.Transposed, 1, 0, y, parallelism);
    }

    /// <inheritdoc/>
    public override void Backward(MatrixView<float> x, MatrixView<float> dy, MatrixView<float> dx, Gradients<float> gradients, Workspace<float> workspace, Parallelism parallelism)
    {
        AddBiasGradient(dy, gradients);
        if (IsFactored)
        {
            var b = StoredTensors[1].Matrix;
            var dh = workspace.Get("StoredLinear.dh", dy.Rows, b.Columns);
            Gemm.Multiply(dy, b, Operand.AsIs, 1, 0, dh, parallelism);
            dy = dh;
        }
        Gemm.Multiply(dy, StoredTensors[0].Matrix, Operand.AsIs, 1, 0, dx, parallelism);
    }

    /// <inheritdoc/>
    public override Matrix<float> ToDense()
    {
        var first = StoredTensors[0].Matrix.ToMatrix();
        if (!IsFactored)
            return first;
        var dense = new Matrix<float>(Outputs, Inputs);
        Gemm.Multiply(StoredTensors[1].Matrix.ToMatrix(), Operand.AsIs, first, Operand.AsIs, 1f, 0f, dense, Parallelism.All);
        return dense;
    }
}
