using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>Parameters by name from a checkpoint.</summary>
/// <param name="checkpoint">The weights.</param>
/// <param name="names">The variants of a name that are found in the wild, of <see cref="CheckpointNames"/>.</param>
internal sealed class CheckpointParameters<T>(Checkpoint checkpoint, Func<string, IEnumerable<string>> names) : IParameterSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Parameter<T> Matrix(string name, int rows, int columns)
    {
        var stored = Require(name);
        Check(stored, [rows, columns]);
        return new Parameter<T>(name, checkpoint.ReadMatrix<T>(stored, rows, columns));
    }

    public Parameter<T> Vector(string name, int length, double initial)
    {
        var stored = Require(name);
        Check(stored, [length]);
        var value = new Matrix<T>(1, length);
        checkpoint.ReadVector<T>(stored, length).CopyTo(value.Span);
        return new Parameter<T>(name, value, isVector: true);
    }

    public Embedding<T> Table(string name, int entries, int size) => new(Matrix(name, entries, size));

    public LinearLayer<T> Linear(string name, int inputs, int outputs, bool bias = true)
    {
        if (Find($"{name}.a.weight") is not { } a)
        {
            if (!bias && Find($"{name}.bias") is { } unwanted)
                throw new InputDataException(checkpoint.Directory, $"is there, and by {ConfigReader.FileName} the layer has no bias.", $"tensor {Printable.Quote(unwanted)}", "Take the config.json and the weights of one checkpoint.");
            return new Linear<T>(name, Matrix($"{name}.weight", outputs, inputs), bias ? Vector($"{name}.bias", outputs, 0) : null);
        }
        if (Contains($"{name}.weight"))
            throw new InputDataException(checkpoint.Directory, "is there both dense and factored.", $"tensor {Printable.Quote(name + ".weight")}", "Compress the original checkpoint again.");
        var shape = checkpoint.Tensors[a].Shape;
        if (shape.Length != 2 || shape[0] < 1 || shape[0] > int.MaxValue)
            throw new InputDataException(checkpoint.Directory, $"has the shape {checkpoint.Tensors[a].FormatShape()}, and [rank×{inputs}] is needed.", $"tensor {Printable.Quote(a)}", "Compress the original checkpoint again.");
        var rank = (int)shape[0];
        // A method may make a bias where the layer had none.
        var factoredBias = bias || Contains($"{name}.b.bias") ? Vector($"{name}.b.bias", outputs, 0) : null;
        return new LowRankLinear<T>(name, Matrix($"{name}.a.weight", rank, inputs), Matrix($"{name}.b.weight", outputs, rank), factoredBias);
    }

    /// <summary>Whether tensor <paramref name="name"/> is there, under any of its names.</summary>
    internal bool Contains(string name) => Find(name) is not null;

    /// <summary>The shape of tensor <paramref name="name"/>; null where it is not there.</summary>
    internal long[]? ShapeOf(string name) => Find(name) is { } stored ? checkpoint.Tensors[stored].Shape : null;

    private string? Find(string name)
    {
        foreach (var candidate in names(name))
            if (checkpoint.Contains(candidate))
                return candidate;
        return null;
    }

    private string Require(string name)
        => Find(name) ?? throw new InputDataException(checkpoint.Directory, $"is missing, and {ConfigReader.FileName} asks for it.", $"tensor {Printable.Quote(name)}", "Take the config.json and the weights of one checkpoint.");

    private void Check(string stored, ReadOnlySpan<long> expected)
    {
        var info = checkpoint.Tensors[stored];
        if (!info.Shape.AsSpan().SequenceEqual(expected))
            throw new InputDataException(checkpoint.FileOf(stored).Path, $"has the shape {info.FormatShape()}, and by {ConfigReader.FileName} it is {Printable.Shape(expected)}.", $"tensor {Printable.Quote(stored)}", "Take the config.json and the weights of one checkpoint.");
    }
}
