using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>y ← f(y + b) for every row y of a product, with f an <see cref="Activation"/> or nothing.</summary>
internal sealed class BiasAndActivation<T>(Parameter<T>? bias, Activation? activation) : IGemmEpilogue<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public bool TakesWholeRows => false;

    public void Apply(MatrixView<T> block, int row, int column)
    {
        Activations.Forward(activation, block, bias is null ? default : bias.Value.Span.Slice(column, block.Columns));
        block.KeepAlive();
    }
}
