using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>One weight file that is to be written, known from headers and a plan before anything is decomposed.</summary>
/// <param name="FileName">Its name.</param>
/// <param name="Layout">Where everything goes.</param>
/// <param name="Copies">The tensors that stay as they are, perhaps under another name.</param>
/// <param name="Layers">The layers whose factors, or products, it holds.</param>
/// <param name="IdenticalTo">The source file that it equals byte for byte; null where it equals none.</param>
internal sealed record OutputShard(string FileName, SafetensorsLayout Layout, IReadOnlyList<CopiedTensor> Copies, IReadOnlyList<LayerOutput> Layers, string? IdenticalTo)
{
    internal const string SingleName = "model.safetensors";

    /// <summary>The weight files of a compressed checkpoint: those of the source, or as many as <paramref name="maxBytes"/> asks for.</summary>
    /// <remarks>Tensors keep the order of the source, and the factors of a layer stay together; a file exceeds <paramref name="maxBytes"/> only if one layer alone does.</remarks>
    internal static IReadOnlyList<OutputShard> Plan(Checkpoint checkpoint, IReadOnlyList<CheckpointTarget> targets, RankPlan plan, CheckpointCompression compression, long? maxBytes)
    {
        var units = Units(checkpoint, targets, plan, compression);
        if (maxBytes is null)
            return [.. checkpoint.Files.Select(file => Of(Path.GetFileName(file.Path), [.. units.Where(u => u.File == file)], file))];

        var groups = new List<List<Unit>>();
        var bytes = 0L;
        foreach (var unit in units)
        {
            if (groups.Count == 0 || bytes + unit.Bytes > maxBytes)
            {
                groups.Add([]);
                bytes = 0;
            }
            groups[^1].Add(unit);
            bytes += unit.Bytes;
        }
        return [.. groups.Select((group, i) => Of(groups.Count == 1 ? SingleName : $"model-{i + 1:D5}-of-{groups.Count:D5}.safetensors", group, null))];
    }

    private static OutputShard Of(string name, List<Unit> units, SafetensorsFile? source)
    {
        var copies = units.Where(u => u.Copy is not null).Select(u => u.Copy!).ToArray();
        var layers = units.Where(u => u.Layer is not null).Select(u => u.Layer!).ToArray();
        var identical = source is not null && layers.Length == 0 && copies.All(c => c.Name == c.SourceName) && copies.Length == source.Tensors.Count;
        var metadata = units.Count == 0 ? source?.Metadata : units[0].File.Metadata;
        return new OutputShard(name, new SafetensorsLayout(units.SelectMany(u => u.Specs), metadata), copies, layers, identical ? source!.Path : null);
    }

    private static List<Unit> Units(Checkpoint checkpoint, IReadOnlyList<CheckpointTarget> targets, RankPlan plan, CheckpointCompression compression)
    {
        var plans = plan.Layers.Where(l => l.IsTruncated || compression.Encoder is not null).ToDictionary(l => l.Target.Name, StringComparer.Ordinal);
        var truncated = targets.Where(t => plans.ContainsKey(t.Shape.Name)).ToArray();
        var byWeight = truncated.ToDictionary(t => t.Weight, StringComparer.Ordinal);
        var byBias = truncated.ToDictionary(t => t.Bias, StringComparer.Ordinal);
        var units = new List<Unit>();
        foreach (var file in checkpoint.Files)
        {
            foreach (var tensor in file.Tensors.Values.OrderBy(t => t.Begin).ThenBy(t => t.Name, StringComparer.Ordinal))
            {
                if (byWeight.TryGetValue(tensor.Name, out var target))
                {
                    var bias = compression.Method.ShiftsBias && plans[target.Shape.Name].IsTruncated ? checkpoint.Tensors.GetValueOrDefault(target.Bias) ?? new TensorInfo(target.Bias, tensor.DType, [target.Shape.Outputs], 0, 0) : null;
                    var layer = LayerOutput.Of(target, plans[target.Shape.Name], file, tensor.DType, compression, bias);
                    units.Add(new Unit(file, layer.Specs, null, layer));
                }
                else if (byBias.GetValueOrDefault(tensor.Name) is var owner && (owner is null || !compression.Method.ShiftsBias || !plans[owner.Shape.Name].IsTruncated))
                {
                    var isFactored = owner is not null && !compression.StoreDense && plans[owner.Shape.Name].Storage is LayerStorage.Factored or LayerStorage.Shared;
                    var name = isFactored ? owner!.StoredName + ".b.bias" : tensor.Name;
                    units.Add(new Unit(file, [new TensorSpec(name, tensor.DType, tensor.Shape)], new CopiedTensor(name, file, tensor.Name), null));
                }
            }
        }
        return units;
    }

    /// <summary>What takes the place of one tensor of the source.</summary>
    private sealed record Unit(SafetensorsFile File, IReadOnlyList<TensorSpec> Specs, CopiedTensor? Copy, LayerOutput? Layer)
    {
        internal long Bytes => Specs.Sum(s => s.ByteCount);
    }
}

/// <summary>A tensor that is copied bit for bit.</summary>
internal sealed record CopiedTensor(string Name, SafetensorsFile Source, string SourceName);

/// <summary>What is written of one layer that is truncated or encoded.</summary>
/// <param name="Target">The layer.</param>
/// <param name="Plan">Its rank, and whether it shares a factor.</param>
/// <param name="File">The file that holds its weight.</param>
/// <param name="DType">The element type of its weight, and of what is written.</param>
/// <param name="IsDense">Whether one matrix is written: the weight itself, encoded, or the product of its factors.</param>
/// <param name="Specs">A and B, B alone where A is another layer's, or their product, and the new bias if there is one.</param>
/// <param name="BiasName">The name of the new bias; null where the method leaves the bias alone.</param>
internal sealed record LayerOutput(CheckpointTarget Target, LayerPlan Plan, SafetensorsFile File, TensorDType DType, bool IsDense, IReadOnlyList<TensorSpec> Specs, string? BiasName)
{
    internal string Name => Target.Shape.Name;

    internal string AName => Target.StoredName + ".a.weight";

    internal string BName => Target.StoredName + ".b.weight";

    /// <summary>Whether another layer stores its factor A.</summary>
    internal bool BorrowsBasis => Borrows(Plan);

    internal static LayerOutput Of(CheckpointTarget target, LayerPlan plan, SafetensorsFile file, TensorDType type, CheckpointCompression compression, TensorInfo? bias)
    {
        var shape = target.Shape;
        var isDense = compression.StoreDense || plan.Storage is LayerStorage.Product or LayerStorage.Dense;
        IEnumerable<TensorSpec> Matrix(string name, int rows, int columns)
            => compression.Encoder?.Specs(name, rows, columns, type, compression.EncoderRemoves) ?? [new TensorSpec(name, type, rows, columns)];
        var specs = new List<TensorSpec>();
        if (isDense)
            specs.AddRange(Matrix(target.Weight, shape.Outputs, shape.Inputs));
        else if (!Borrows(plan))
            specs.AddRange(Matrix(target.StoredName + ".a.weight", plan.Rank, shape.Inputs));
        if (!isDense)
            specs.AddRange(Matrix(target.StoredName + ".b.weight", shape.Outputs, plan.Rank));
        var biasName = bias is null ? null : isDense ? target.Bias : target.StoredName + ".b.bias";
        if (bias is not null)
            specs.Add(new TensorSpec(biasName!, bias.DType, shape.Outputs));
        return new LayerOutput(target, plan, file, type, isDense, specs, biasName);
    }

    private static bool Borrows(LayerPlan plan) => plan is { Storage: LayerStorage.Shared, OwnsBasis: false };
}
