using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>y ← norm(r + (y + b)) for every row y of a product and row r of the residual connection. One serves a session: what it works with is set before each product.</summary>
internal sealed class NormResidual<T> : IGemmEpilogue<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private LayerNorm<T>? _norm;
    private Parameter<T>? _bias;
    private MatrixView<T> _residual;

    public bool TakesWholeRows => true;

    /// <summary>This, with what the next product ends in.</summary>
    internal NormResidual<T> Of(LayerNorm<T> norm, Parameter<T>? bias, MatrixView<T> residual)
    {
        (_norm, _bias, _residual) = (norm, bias, residual);
        return this;
    }

    public void Apply(MatrixView<T> block, int row, int column) => _norm!.AddAndNormalize(block, _bias, _residual.RowRange(row, block.Rows));
}
