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

    /// <summary>Embedding table <paramref name="name"/> [entries×size].</summary>
    EmbeddingTable<T> Table(string name, int entries, int size);

    /// <summary>Linear layer <paramref name="name"/>, dense or factored, with or without a bias.</summary>
    LinearLayer<T> Linear(string name, int inputs, int outputs, bool bias = true);
}
