using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>A trainable tensor under its checkpoint name; a vector is a matrix of one row.</summary>
/// <param name="name">The name in the checkpoint.</param>
/// <param name="value">The tensor.</param>
/// <param name="isVector">Written as one-dimensional.</param>
public sealed class Parameter<T>(string name, Matrix<T> value, bool isVector = false)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The name in the checkpoint.</summary>
    public string Name { get; } = name;

    /// <summary>The tensor.</summary>
    public Matrix<T> Value { get; } = value;

    /// <summary>One-dimensional in the checkpoint: a bias or a norm's weight. Weight decay leaves those alone.</summary>
    public bool IsVector { get; } = isVector;
}
