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
    private readonly IReadOnlyDictionary<string, string> _basisOwners = SharedBases.Read(checkpoint.Directory);
    private readonly Dictionary<string, Parameter<T>> _bases = new(StringComparer.Ordinal);

    public Parameter<T> Matrix(string name, int rows, int columns)
        => new(name, FindEncoded(name) is { } code
            ? EncodedMatrix.Read<T>(checkpoint, code.Name, code.Suffix, rows, columns)
            : checkpoint.ReadMatrix<T>(Locate(name, rows, columns), rows, columns));

    public Parameter<T> Vector(string name, int length, double initial)
    {
        var stored = Locate(name, length);
        var value = new Matrix<T>(1, length);
        checkpoint.ReadVector<T>(stored, length).CopyTo(value.Span);
        return new Parameter<T>(name, value, isVector: true);
    }

    public EmbeddingTable<T> Table(string name, int entries, int size) => new Embedding<T>(Matrix(name, entries, size));

    public LinearLayer<T> Linear(string name, int inputs, int outputs, bool bias = true)
    {
        var form = FormOf(name, inputs, bias);
        // The matrix first: where a shape disagrees, it tells more than the bias.
        return form.Rank is { } rank
            ? new LowRankLinear<T>(name, Basis(form.BasisOwner, rank, inputs), Matrix($"{name}.b.weight", outputs, rank), OptionalVector(form.Bias, outputs), form.BasisOwner)
            : new Linear<T>(name, Matrix($"{name}.weight", outputs, inputs), OptionalVector(form.Bias, outputs));
    }

    /// <summary>Vector <paramref name="name"/>; null for no name.</summary>
    internal Parameter<T>? OptionalVector(string? name, int length) => name is null ? null : Vector(name, length, 0);

    /// <summary>How linear layer <paramref name="name"/> is stored: its rank, null for dense; the name of its bias, null for none; and the layer that stores its factor A.</summary>
    internal (int? Rank, string? Bias, string BasisOwner) FormOf(string name, int inputs, bool bias)
    {
        var owner = _basisOwners.GetValueOrDefault(name, name);
        if (FindMatrix($"{owner}.a.weight") is not { } a)
        {
            if (owner != name)
                throw new InputDataException(checkpoint.Directory, $"is missing, and by {SharedBases.Key} in {ConfigReader.FileName} {Printable.Quote(name)} uses it.", $"tensor {Printable.Quote(owner + ".a.weight")}", "Compress the original checkpoint again.");
            if (!bias && Find($"{name}.bias") is { } unwanted)
                throw new InputDataException(checkpoint.Directory, $"is there, and by {ConfigReader.FileName} the layer has no bias.", $"tensor {Printable.Quote(unwanted)}", "Take the config.json and the weights of one checkpoint.");
            return (null, bias ? $"{name}.bias" : null, name);
        }
        if (owner != name && FindMatrix($"{name}.a.weight") is not null)
            throw new InputDataException(checkpoint.Directory, $"is there, and by {SharedBases.Key} in {ConfigReader.FileName} the layer uses that of {Printable.Quote(owner)}.", $"tensor {Printable.Quote(name + ".a.weight")}", "Compress the original checkpoint again.");
        if (FindMatrix($"{name}.weight") is not null)
            throw new InputDataException(checkpoint.Directory, "is there both dense and factored.", $"tensor {Printable.Quote(name + ".weight")}", "Compress the original checkpoint again.");
        var shape = checkpoint.Tensors[a].Shape;
        if (shape.Length != 2 || shape[0] < 1 || shape[0] > int.MaxValue)
            throw new InputDataException(checkpoint.Directory, $"has the shape {checkpoint.Tensors[a].FormatShape()}, and [rank×{inputs}] is needed.", $"tensor {Printable.Quote(a)}", "Compress the original checkpoint again.");
        // A method may make a bias where the layer had none.
        return ((int)shape[0], bias || Contains($"{name}.b.bias") ? $"{name}.b.bias" : null, owner);
    }

    /// <summary>The name under which tensor <paramref name="name"/> of the given shape is stored.</summary>
    /// <exception cref="InputDataException">It is missing, or of another shape.</exception>
    internal string Locate(string name, params ReadOnlySpan<long> shape)
    {
        var stored = Find(name) ?? throw new InputDataException(checkpoint.Directory, $"is missing, and {ConfigReader.FileName} asks for it.", $"tensor {Printable.Quote(name)}", "Take the config.json and the weights of one checkpoint.");
        var info = checkpoint.Tensors[stored];
        return info.Shape.AsSpan().SequenceEqual(shape)
            ? stored
            : throw new InputDataException(checkpoint.FileOf(stored).Path, $"has the shape {info.FormatShape()}, and by {ConfigReader.FileName} it is {Printable.Shape(shape)}.", $"tensor {Printable.Quote(stored)}", "Take the config.json and the weights of one checkpoint.");
    }

    /// <summary>Whether tensor <paramref name="name"/> is there, under any of its names.</summary>
    internal bool Contains(string name) => Find(name) is not null;

    /// <summary>The shape of tensor <paramref name="name"/>; null where it is not there.</summary>
    internal long[]? ShapeOf(string name) => Find(name) is { } stored ? checkpoint.Tensors[stored].Shape : null;

    /// <summary>Factor A of <paramref name="owner"/>: one parameter for all layers that use it.</summary>
    private Parameter<T> Basis(string owner, int rank, int inputs)
    {
        if (!_bases.TryGetValue(owner, out var basis))
            _bases[owner] = basis = Matrix($"{owner}.a.weight", rank, inputs);
        return basis.Value.Columns == inputs
            ? basis
            : throw new InputDataException(checkpoint.Directory, $"has {basis.Value.Columns} columns, and a layer that uses it reads {inputs} inputs.", $"tensor {Printable.Quote(basis.Name)}", "Compress the original checkpoint again.");
    }

    /// <summary>Whether matrix <paramref name="name"/> is stored in fewer bits than its element type, so that it has to be widened.</summary>
    internal bool IsEncoded(string name) => FindEncoded(name) is not null;

    /// <summary>The tensor whose rows are those of matrix <paramref name="name"/>, encoded or not.</summary>
    private string? FindMatrix(string name) => Find(name) ?? (FindEncoded(name) is { } code ? code.Name + code.Suffix : null);

    private (string Name, string Suffix)? FindEncoded(string name)
    {
        if (Contains(name))
            return null;
        foreach (var suffix in EncodedMatrix.Suffixes)
        {
            if (Find(name + suffix) is { } stored)
                return (stored[..^suffix.Length], suffix);
        }
        return null;
    }

    private string? Find(string name)
    {
        foreach (var candidate in names(name))
            if (checkpoint.Contains(candidate))
                return candidate;
        return null;
    }
}
