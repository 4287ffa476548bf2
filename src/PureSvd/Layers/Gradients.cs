using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>∂L/∂θ for a list of parameters, each [as its parameter]; backward passes add into it.</summary>
public sealed class Gradients<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<Parameter<T>, Matrix<T>> _byParameter;

    /// <summary>Zero gradients for <paramref name="parameters"/>; a backward pass skips every other parameter.</summary>
    public Gradients(IEnumerable<Parameter<T>> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _byParameter = parameters.ToDictionary(p => p, p => new Matrix<T>(p.Value.Rows, p.Value.Columns));
    }

    /// <summary>The gradient of <paramref name="parameter"/>; null where it is not wanted.</summary>
    public Matrix<T>? this[Parameter<T> parameter] => _byParameter.GetValueOrDefault(parameter);

    /// <summary>Back to zero.</summary>
    public void Clear()
    {
        foreach (var gradient in _byParameter.Values)
            gradient.Span.Clear();
    }
}
