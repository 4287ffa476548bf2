using System.Collections.Concurrent;
using System.Numerics;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>Writes the shards of a compressed checkpoint one after the other; a layer is in memory only while it is decomposed and written.</summary>
internal sealed class ShardCompressor
{
    private readonly Checkpoint _checkpoint;
    private readonly CheckpointCompression _compression;
    private readonly IProgress<CompressionProgress>? _progress;
    private readonly Dictionary<string, (CheckpointTarget Target, int Rank)> _byWeight;
    private readonly Dictionary<string, CheckpointTarget> _byBias;
    private readonly ConcurrentDictionary<string, TruncationReport> _reports = new(StringComparer.Ordinal);

    internal ShardCompressor(Checkpoint checkpoint, IReadOnlyList<CheckpointTarget> targets, RankPlan plan, CheckpointCompression compression, IProgress<CompressionProgress>? progress)
    {
        _checkpoint = checkpoint;
        _compression = compression;
        _progress = progress;
        var ranks = plan.Factored.ToDictionary(l => l.Target.Name, l => l.Rank, StringComparer.Ordinal);
        var factored = targets.Where(t => ranks.ContainsKey(t.Shape.Name)).ToArray();
        _byWeight = factored.ToDictionary(t => t.Weight, t => (t, ranks[t.Shape.Name]), StringComparer.Ordinal);
        _byBias = compression.StoreDense ? [] : factored.ToDictionary(t => t.Bias, StringComparer.Ordinal);
    }

    /// <summary>How well each factored layer was met, of the shards written so far.</summary>
    internal IReadOnlyDictionary<string, TruncationReport> Reports => _reports;

    /// <summary>Writes <paramref name="shard"/> to <paramref name="path"/>.</summary>
    internal void Write(SafetensorsFile shard, string path, CancellationToken cancellationToken)
    {
        var tensors = shard.Tensors.Values.OrderBy(t => t.Begin).ToArray();
        var factored = tensors.Where(t => _byWeight.ContainsKey(t.Name)).ToArray();
        if (factored.Length == 0 && !tensors.Any(t => _byBias.ContainsKey(t.Name)))
        {
            OutputFolder.Copy(shard.Path, path);
            return;
        }

        using var writer = new SafetensorsWriter(path, tensors.SelectMany(Specs), shard.Metadata);
        foreach (var tensor in tensors.Except(factored))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_byBias.TryGetValue(tensor.Name, out var target))
                writer.WriteBytes(target.StoredName + ".b.bias", shard.Bytes(tensor.Name));
            else
                writer.Copy(tensor.Name, shard);
        }

        // As many layers at a time as there are threads, each on one; they are written in order.
        var threads = _compression.Parallelism.Threads;
        foreach (var layers in factored.Chunk(threads))
        {
            var writes = new Action<SafetensorsWriter>[layers.Length];
            var inner = layers.Length == threads ? Parallelism.Serial : _compression.Parallelism;
            var outer = layers.Length == threads ? _compression.Parallelism : Parallelism.Serial;
            outer.For(layers.Length, i => writes[i] = layers[i].DType == TensorDType.F64
                ? Factorize<double>(layers[i], inner, cancellationToken)
                : Factorize<float>(layers[i], inner, cancellationToken), cancellationToken);
            foreach (var write in writes)
                write(writer);
        }
        writer.Complete();
    }

    private IEnumerable<TensorSpec> Specs(TensorInfo tensor)
    {
        if (_byBias.TryGetValue(tensor.Name, out var owner))
            return [new TensorSpec(owner.StoredName + ".b.bias", tensor.DType, tensor.Shape)];
        if (_compression.StoreDense || !_byWeight.TryGetValue(tensor.Name, out var layer))
            return [new TensorSpec(tensor.Name, tensor.DType, tensor.Shape)];
        var (target, rank) = layer;
        return
        [
            new TensorSpec(target.StoredName + ".a.weight", tensor.DType, rank, target.Shape.Inputs),
            new TensorSpec(target.StoredName + ".b.weight", tensor.DType, target.Shape.Outputs, rank),
        ];
    }

    /// <summary>Decomposes, truncates, rounds and measures one layer; returns what writes it.</summary>
    private Action<SafetensorsWriter> Factorize<T>(TensorInfo tensor, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (target, rank) = _byWeight[tensor.Name];
        var shape = target.Shape;
        var weight = _checkpoint.ReadMatrix<T>(tensor.Name, shape.Outputs, shape.Inputs);
        if (FirstNonFinite<T>(weight.Span) is { } bad)
            throw new InputDataException(_checkpoint.FileOf(tensor.Name).Path, $"is {weight.Span[bad]}.", $"tensor {Printable.Quote(tensor.Name)} element ({bad / shape.Inputs}, {bad % shape.Inputs})", "Take a checkpoint whose weights are finite.");

        var factorization = _compression.Method.Decompose<T>(weight, _compression.Statistics?.Layers.GetValueOrDefault(shape.Name), parallelism, cancellationToken);
        var factors = factorization.Truncate(rank);
        Round(factors.A, tensor.DType);
        Round(factors.B, tensor.DType);
        _reports[shape.Name] = factorization.Measure(factors, parallelism);
        _progress?.Report(new CompressionProgress("factorize", _reports.Count, _byWeight.Count));
        if (_compression.StoreDense)
        {
            var product = factors.Product(parallelism);
            return writer => writer.Write<T>(target.Weight, product);
        }
        return writer =>
        {
            writer.Write<T>(target.StoredName + ".a.weight", factors.A);
            writer.Write<T>(target.StoredName + ".b.weight", factors.B);
        };
    }

    /// <summary>To the nearest numbers of <paramref name="type"/>, as they will be read back.</summary>
    private static void Round<T>(Matrix<T> matrix, TensorDType type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (ElementConversion.IsSame<T>(type))
            return;
        var bytes = new byte[matrix.Columns * type.ByteSize()];
        for (var i = 0; i < matrix.Rows; i++)
        {
            ElementConversion.Encode<T>(matrix.Row(i), type, bytes);
            ElementConversion.Decode(bytes, type, matrix.Row(i));
        }
    }

    private static int? FirstNonFinite<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!T.IsFinite(values[i]))
                return i;
        }
        return null;
    }
}
