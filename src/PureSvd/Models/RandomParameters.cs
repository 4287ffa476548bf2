using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>Initial parameters: matrices normal, vectors constant. Each tensor has a random stream of its own, by its place in the order of construction.</summary>
internal sealed class RandomParameters<T>(double standardDeviation, ulong seed) : IParameterSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private ulong _stream;

    public Parameter<T> Matrix(string name, int rows, int columns)
    {
        var random = SeededRandom.ForStream(seed, _stream++);
        var value = new Matrix<T>(rows, columns);
        foreach (ref var element in value.Span)
            element = T.CreateTruncating(standardDeviation * random.NextGaussian());
        return new Parameter<T>(name, value);
    }

    public Parameter<T> Vector(string name, int length, double initial)
    {
        var value = new Matrix<T>(1, length);
        value.Span.Fill(T.CreateTruncating(initial));
        return new Parameter<T>(name, value, isVector: true);
    }

    public EmbeddingTable<T> Table(string name, int entries, int size) => new Embedding<T>(Matrix(name, entries, size));

    public LinearLayer<T> Linear(string name, int inputs, int outputs, bool bias = true)
        => new Linear<T>(name, Matrix($"{name}.weight", outputs, inputs), bias ? Vector($"{name}.bias", outputs, 0) : null);
}
