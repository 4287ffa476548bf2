using System.Numerics;
using PureSvd.Layers;

namespace PureSvd.Models;

/// <summary>Where the parameters of a model under construction come from: random numbers, or a checkpoint.</summary>
internal interface IParameterSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Matrix <paramref name="name"/> [rows×columns].</summary>
    Parameter<T> Matrix(string name, int rows, int columns);

    /// <summary>Vector <paramref name="name"/> [length]; a random model's is all <paramref name="initial"/>.</summary>
    Parameter<T> Vector(string name, int length, double initial);

    /// <summary>Linear layer <paramref name="name"/>, dense or factored.</summary>
    LinearLayer<T> Linear(string name, int inputs, int outputs);
}
