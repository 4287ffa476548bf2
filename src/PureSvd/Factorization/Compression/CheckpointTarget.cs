using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>A target linear as a checkpoint stores it.</summary>
/// <param name="Shape">Its canonical name and its shape.</param>
/// <param name="StoredName">Its name in the file, without <c>.weight</c>: with or without the prefix <c>bert.</c>.</param>
internal sealed record CheckpointTarget(TargetShape Shape, string StoredName)
{
    private const string Prefix = "bert.";

    internal string Weight => StoredName + ".weight";

    internal string Bias => StoredName + ".bias";

    /// <summary>The target linears of a BERT's checkpoint, from its headers alone, checked against its configuration.</summary>
    /// <exception cref="InputDataException">The weights are not those of the configuration, or are compressed already.</exception>
    internal static IReadOnlyList<CheckpointTarget> Find(Checkpoint checkpoint, BertConfig config)
    {
        CheckTable(checkpoint, "embeddings.word_embeddings.weight", config.VocabularySize, config.HiddenSize);
        CheckTable(checkpoint, "embeddings.position_embeddings.weight", config.MaxPositions, config.HiddenSize);
        CheckTable(checkpoint, "embeddings.token_type_embeddings.weight", config.TypeVocabularySize, config.HiddenSize);
        if (Stored(checkpoint, $"encoder.layer.{config.LayerCount}.attention.self.query.weight") is { } extra)
            throw new InputDataException(checkpoint.Directory, $"is there, and by config.json there are {config.LayerCount} layers.", $"tensor {Printable.Quote(extra)}", "Take the config.json and the weights of one checkpoint.");
        return [.. Enumerable.Range(0, config.LayerCount).SelectMany(layer => Block(layer, config.HiddenSize, config.IntermediateSize)).Select(t => Find(checkpoint, t))];
    }

    private static TargetShape[] Block(int layer, int hidden, int wide)
    {
        var name = $"{Prefix}encoder.layer.{layer}.";
        return
        [
            new(name + "attention.self.query", layer, "query", hidden, hidden),
            new(name + "attention.self.key", layer, "key", hidden, hidden),
            new(name + "attention.self.value", layer, "value", hidden, hidden),
            new(name + "attention.output.dense", layer, "attention.output", hidden, hidden),
            new(name + "intermediate.dense", layer, "intermediate", wide, hidden),
            new(name + "output.dense", layer, "output", hidden, wide),
        ];
    }

    private static CheckpointTarget Find(Checkpoint checkpoint, TargetShape target)
    {
        var bare = target.Name[Prefix.Length..];
        if (Stored(checkpoint, bare + ".a.weight") is { } factor)
            throw new InputDataException(checkpoint.Directory, "is a factor: this checkpoint is compressed already.", $"tensor {Printable.Quote(factor)}", "Compress the original.");
        var weight = CheckTable(checkpoint, bare + ".weight", target.Outputs, target.Inputs);
        return new CheckpointTarget(target, weight[..^".weight".Length]);
    }

    private static string CheckTable(Checkpoint checkpoint, string bare, int rows, int columns)
    {
        var stored = Stored(checkpoint, bare)
            ?? throw new InputDataException(checkpoint.Directory, "is missing, and config.json asks for it.", $"tensor {Printable.Quote(Prefix + bare)}", "Take the config.json and the weights of one BERT checkpoint.");
        var info = checkpoint.Tensors[stored];
        if (!info.Shape.AsSpan().SequenceEqual([rows, columns]))
            throw new InputDataException(checkpoint.FileOf(stored).Path, $"has the shape {info.FormatShape()}, and by config.json it is [{rows}×{columns}].", $"tensor {Printable.Quote(stored)}", "Take the config.json and the weights of one checkpoint.");
        if (!info.DType.IsFloatingPoint())
            throw new InputDataException(checkpoint.FileOf(stored).Path, $"has elements of {info.DType.FormatName()}, and real numbers are needed.", $"tensor {Printable.Quote(stored)}", "Convert it to F32, F16 or BF16.");
        return stored;
    }

    private static string? Stored(Checkpoint checkpoint, string bare)
        => checkpoint.Contains(Prefix + bare) ? Prefix + bare : checkpoint.Contains(bare) ? bare : null;
}
