using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>A target linear as a checkpoint stores it.</summary>
/// <param name="Shape">Its canonical name and its shape.</param>
/// <param name="StoredName">Its name in the file, without <c>.weight</c>: with or without the prefix of its architecture.</param>
internal sealed record CheckpointTarget(TargetShape Shape, string StoredName)
{
    internal string Weight => StoredName + ".weight";

    internal string Bias => StoredName + ".bias";

    /// <summary>The target linears of a checkpoint, from its headers alone, checked against its configuration.</summary>
    /// <exception cref="InputDataException">The weights are not those of the configuration, or are compressed already.</exception>
    internal static IReadOnlyList<CheckpointTarget> Find(Checkpoint checkpoint, CheckpointLayout layout)
    {
        foreach (var (name, rows, columns) in layout.Tables)
            CheckTable(checkpoint, layout, name, rows, columns);
        if (Stored(checkpoint, layout, layout.Beyond) is { } extra)
            throw new InputDataException(checkpoint.Directory, $"is there, and by config.json there are {layout.LayerCount} layers.", $"tensor {Printable.Quote(extra)}", "Take the config.json and the weights of one checkpoint.");
        return [.. layout.Targets.Select(target => Find(checkpoint, layout, new TargetShape(target.Name, target.Layer, target.Kind, target.Outputs, target.Inputs)))];
    }

    private static CheckpointTarget Find(Checkpoint checkpoint, CheckpointLayout layout, TargetShape target)
    {
        if ((Stored(checkpoint, layout, target.Name + ".a.weight") ?? Stored(checkpoint, layout, target.Name + ".b.weight")) is { } factor)
            throw new InputDataException(checkpoint.Directory, "is a factor: this checkpoint is compressed already.", $"tensor {Printable.Quote(factor)}", "Compress the original.");
        foreach (var suffix in EncodedMatrix.Suffixes)
        {
            foreach (var form in (string[])[".weight", ".b.weight"])
            {
                if (Stored(checkpoint, layout, target.Name + form + suffix) is { } code)
                    throw new InputDataException(checkpoint.Directory, "is encoded: this checkpoint is compressed already.", $"tensor {Printable.Quote(code)}", "Compress the original.");
            }
        }
        var weight = CheckTable(checkpoint, layout, target.Name + ".weight", target.Outputs, target.Inputs);
        return new CheckpointTarget(target, weight[..^".weight".Length]);
    }

    private static string CheckTable(Checkpoint checkpoint, CheckpointLayout layout, string name, int rows, int columns)
    {
        var stored = Stored(checkpoint, layout, name)
            ?? throw new InputDataException(checkpoint.Directory, "is missing, and config.json asks for it.", $"tensor {Printable.Quote(name)}", "Take the config.json and the weights of one checkpoint.");
        var info = checkpoint.Tensors[stored];
        if (!info.Shape.AsSpan().SequenceEqual([rows, columns]))
            throw new InputDataException(checkpoint.FileOf(stored).Path, $"has the shape {info.FormatShape()}, and by config.json it is [{rows}×{columns}].", $"tensor {Printable.Quote(stored)}", "Take the config.json and the weights of one checkpoint.");
        if (!info.DType.IsFloatingPoint())
            throw new InputDataException(checkpoint.FileOf(stored).Path, $"has elements of {info.DType.FormatName()}, and real numbers are needed.", $"tensor {Printable.Quote(stored)}", "Convert it to F32, F16 or BF16.");
        return stored;
    }

    private static string? Stored(Checkpoint checkpoint, CheckpointLayout layout, string name)
    {
        if (checkpoint.Contains(name))
            return name;
        return name.StartsWith(layout.Prefix, StringComparison.Ordinal) && checkpoint.Contains(name[layout.Prefix.Length..]) ? name[layout.Prefix.Length..] : null;
    }
}
