using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>Parameters from a checkpoint whose matrices stay where they lie in the memory-mapped file; vectors, and matrices of types that no kernel reads (float64), are copied.</summary>
internal sealed class MappedParameters(Checkpoint checkpoint, CheckpointParameters<float> copies) : IParameterSource<float>
{
    public Parameter<float> Matrix(string name, int rows, int columns) => copies.Matrix(name, rows, columns);

    public Parameter<float> Vector(string name, int length, double initial) => copies.Vector(name, length, initial);

    public EmbeddingTable<float> Table(string name, int entries, int size)
        => Map(name, entries, size) is { } table ? new StoredEmbedding(new StoredTensor(name, table)) : copies.Table(name, entries, size);

    public LinearLayer<float> Linear(string name, int inputs, int outputs, bool bias = true)
    {
        if (copies.IsEncoded($"{name}.weight") || copies.IsEncoded($"{name}.b.weight"))
            return copies.Linear(name, inputs, outputs, bias);
        var form = copies.FormOf(name, inputs, bias);
        if (form.Rank is not { } rank)
            return Map($"{name}.weight", outputs, inputs) is { } w ? new StoredLinear(name, [new StoredTensor($"{name}.weight", w)], copies.OptionalVector(form.Bias, outputs)) : copies.Linear(name, inputs, outputs, bias);
        return Map($"{form.BasisOwner}.a.weight", rank, inputs) is { } a && Map($"{name}.b.weight", outputs, rank) is { } b
            ? new StoredLinear(name, [new StoredTensor($"{form.BasisOwner}.a.weight", a), new StoredTensor($"{name}.b.weight", b)], copies.OptionalVector(form.Bias, outputs), form.BasisOwner)
            : copies.Linear(name, inputs, outputs, bias);
    }

    private unsafe StoredMatrix? Map(string name, int rows, int columns)
    {
        var stored = copies.Locate(name, rows, columns);
        var file = checkpoint.FileOf(stored);
        ElementKind? kind = checkpoint.Tensors[stored].DType switch
        {
            TensorDType.F32 => ElementKind.F32,
            TensorDType.F16 => ElementKind.F16,
            TensorDType.BF16 => ElementKind.BF16,
            _ => null,
        };
        return kind is { } known ? new StoredMatrix(file, file.Address(stored, out _), rows, columns, columns, known) : default(StoredMatrix?);
    }
}
