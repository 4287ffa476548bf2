using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>A linear layer with a copy of its weights in the order in which the matrix product reads them, so that no batch packs them again.</summary>
/// <remarks>It is the layer that it was made of in all else: its parameters, its gradients and its factors. The copy is of the weights as they were then; who trains packs anew. A few rows are multiplied by the weights themselves.</remarks>
internal sealed class PackedLinear<T> : LinearLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows up to which a product is bound by reading the weights, which packing does not speed up.</summary>
    private const int FewRows = 8;

    private readonly LinearLayer<T> _layer;

    // W, or A and B in the order in which x meets them.
    private readonly PackedMatrix<T>[] _weights;

    private PackedLinear(LinearLayer<T> layer, params PackedMatrix<T>[] weights)
        : base(layer.Name, layer.Inputs, layer.Outputs) => (_layer, _weights) = (layer, weights);

    public override IReadOnlyList<Parameter<T>> Parameters => _layer.Parameters;

    public override IReadOnlyList<StoredTensor> StoredTensors => _layer.StoredTensors;

    public override long WeightCount => _layer.WeightCount;

    public override bool IsFactored => _layer.IsFactored;

    public override string? BasisOwner => _layer.BasisOwner;

    public override Parameter<T>? Bias => _layer.Bias;

    /// <summary>The layer with packed weights; the layer itself where its weights stay in a file.</summary>
    internal static LinearLayer<T> Pack(LinearLayer<T> layer) => layer switch
    {
        Linear<T> dense => new PackedLinear<T>(layer, PackedMatrix<T>.Pack(dense.Weight.Value, Operand.Transposed)),
        LowRankLinear<T> factored => new PackedLinear<T>(layer, PackedMatrix<T>.Pack(factored.A.Value, Operand.Transposed), PackedMatrix<T>.Pack(factored.B.Value, Operand.Transposed)),
        _ => layer,
    };

    public override void Backward(MatrixView<T> x, MatrixView<T> dy, MatrixView<T> dx, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
        => _layer.Backward(x, dy, dx, gradients, workspace, parallelism);

    public override Matrix<T> ToDense() => _layer.ToDense();

    internal override void Product(MatrixView<T> x, MatrixView<T> y, Workspace<T> workspace, Parallelism parallelism)
    {
        if (x.Rows <= FewRows)
            _layer.Product(x, y, workspace, parallelism);
        else
            Gemm.Multiply(BeforeLast(x, workspace, parallelism), Operand.AsIs, _weights[^1], T.One, T.Zero, y, parallelism);
    }

    internal override void Product(MatrixView<T> x, IGemmEpilogue<T> f, MatrixView<T> y, Workspace<T> workspace, Parallelism parallelism)
    {
        if (x.Rows <= FewRows)
            base.Product(x, f, y, workspace, parallelism);
        else
            Gemm.Multiply(BeforeLast(x, workspace, parallelism), Operand.AsIs, _weights[^1], f, y, parallelism);
    }

    /// <summary>What the last product reads: X, or X·Aᵀ.</summary>
    private MatrixView<T> BeforeLast(MatrixView<T> x, Workspace<T> workspace, Parallelism parallelism)
    {
        if (_weights.Length == 1)
            return x;
        var h = workspace.Get("PackedLinear.h", x.Rows, _weights[0].Columns);
        Gemm.Multiply(x, Operand.AsIs, _weights[0], T.One, T.Zero, h, parallelism);
        return h;
    }
}
