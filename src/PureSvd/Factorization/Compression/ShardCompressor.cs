using System.Collections.Concurrent;
using System.Diagnostics;
using System.Numerics;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>Fills the weight files of a compressed checkpoint: what stays is copied, then a layer at a time is decomposed, written, flushed, and entered in the journal.</summary>
internal sealed class ShardCompressor
{
    /// <summary>A layer whose smaller side is above this has the machine to itself; smaller ones share it, each on one thread, where several threads would wait for each other.</summary>
    internal const int LargeSide = 1024;

    private readonly Checkpoint _checkpoint;
    private readonly IReadOnlyList<OutputShard> _shards;
    private readonly CheckpointCompression _compression;
    private readonly CompressionJournal _journal;
    private readonly IProgress<CompressionProgress>? _progress;
    private readonly ConcurrentDictionary<string, TruncationReport> _reports = new(StringComparer.Ordinal);
    private readonly int _total;

    internal ShardCompressor(Checkpoint checkpoint, IReadOnlyList<OutputShard> shards, CheckpointCompression compression, CompressionJournal journal, IProgress<CompressionProgress>? progress)
    {
        _checkpoint = checkpoint;
        _shards = shards;
        _compression = compression;
        _journal = journal;
        _progress = progress;
        _total = shards.Sum(s => s.Layers.Count);
    }

    /// <summary>How well each factored layer was met, of those written so far.</summary>
    internal IReadOnlyDictionary<string, TruncationReport> Reports => _reports;

    /// <summary>The time that the layers took, of whichever run.</summary>
    internal double LayerSeconds => _journal.LayerSeconds;

    /// <summary>How many layers were there already.</summary>
    internal int Resumed { get; private set; }

    /// <summary>Writes every file into <paramref name="directory"/>, or what is missing of it.</summary>
    internal void Write(string directory, CancellationToken cancellationToken)
    {
        // All room is taken and all that stays is copied first: what can fail early does.
        foreach (var shard in _shards)
            Prepare(shard, Path.Combine(directory, shard.FileName), cancellationToken);
        var files = new List<ResumableSafetensorsFile>();
        try
        {
            var layers = new List<Work>();
            foreach (var shard in _shards.Where(s => s.Layers.Count > 0))
            {
                var file = Reopen(directory, shard);
                files.Add(file);
                layers.AddRange(shard.Layers.Select(layer => new Work(file, layer)));
            }
            var missing = layers.Where(w => w.Layer.Plan.Storage != LayerStorage.Shared && !Resume(w)).ToDictionary(w => w.Layer.Name, StringComparer.Ordinal);
            // Statistics that nobody asks for may lack layers.
            if (CheckpointCompressor.NeedsOf(_compression) == StatisticsKinds.None || _compression.Statistics is not { } source)
                WriteAlone([.. missing.Values], null, cancellationToken);
            else if (missing.Count > 0)
                foreach (var statistics in source.Read(missing.Keys.ToHashSet(StringComparer.Ordinal), directory, _compression.Parallelism, _progress, cancellationToken))
                    WriteAlone([.. missing.Values.Where(w => statistics.ContainsKey(w.Layer.Name))], statistics, cancellationToken);
            WriteGroups(layers.Where(w => w.Layer.Plan.Storage == LayerStorage.Shared), cancellationToken);
        }
        finally
        {
            foreach (var file in files)
                file.Dispose();
        }
    }

    private void WriteAlone(Work[] layers, IReadOnlyDictionary<string, LayerStatistics>? statistics, CancellationToken cancellationToken)
    {
        // What taking the statistics left behind.
        if (statistics is not null && layers.Any(w => IsLarge(w.Layer)))
            ReleaseMemory();
        foreach (var work in layers.Where(w => IsLarge(w.Layer)))
            Factorize(work, statistics, _compression.Parallelism, cancellationToken);
        Work[] small = [.. layers.Where(w => !IsLarge(w.Layer))];
        _compression.Parallelism.For(small.Length, i => Factorize(small[i], statistics, Parallelism.Serial, cancellationToken), cancellationToken);
    }

    /// <summary>Layers that share a factor are decomposed together, in whichever files they lie.</summary>
    private void WriteGroups(IEnumerable<Work> shared, CancellationToken cancellationToken)
    {
        foreach (var group in shared.GroupBy(w => w.Layer.Plan.Basis, StringComparer.Ordinal))
        {
            Work[] members = [.. group.OrderBy(w => w.Layer.BorrowsBasis)];
            // Each Resume reports the layer as done, so all are asked.
            if (members.Count(IsWritten) == members.Length)
                Array.ForEach(members, m => Resume(m));
            else
                FactorizeGroup(members, cancellationToken);
        }
    }

    private static ResumableSafetensorsFile Reopen(string directory, OutputShard shard)
        => ResumableSafetensorsFile.TryReopen(Path.Combine(directory, shard.FileName), shard.Layout)
            ?? throw new InputDataException(Path.Combine(directory, shard.FileName), "was changed by another program while it was written.", remedy: "Compress again.");

    private static bool IsLarge(LayerOutput layer) => layer.Target.Shape.FullRank > LargeSide;

    private void Prepare(OutputShard shard, string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (shard.IdenticalTo is { } source)
        {
            if (_journal.HasFile(shard.FileName) && File.Exists(path))
                return;
            OutputFolder.Copy(source, path);
        }
        else
        {
            if (_journal.HasFile(shard.FileName) && ResumableSafetensorsFile.TryReopen(path, shard.Layout) is { } ready)
            {
                ready.Dispose();
                return;
            }
            using var file = ResumableSafetensorsFile.Create(path, shard.Layout);
            foreach (var (name, from, sourceName) in shard.Copies)
            {
                cancellationToken.ThrowIfCancellationRequested();
                file.Copy(name, from, sourceName);
            }
            file.Flush();
        }
        _journal.AddFile(shard.FileName);
    }

    /// <summary>Whether the layer was written by an earlier run and its bytes are still those.</summary>
    private bool Resume(Work work)
    {
        if (!IsWritten(work))
            return false;
        Resumed++;
        Finish(work.Layer, _journal.Layer(work.Layer.Name)!.Report!);
        return true;
    }

    private bool IsWritten(Work work) => _journal.Layer(work.Layer.Name) is { } line && work.File.Hash(work.Layer.Specs.Select(s => s.Name)) == line.Hash;

    private void Finish(LayerOutput layer, TruncationReport report)
    {
        _reports[layer.Name] = report;
        _progress?.Report(new CompressionProgress("factorize", _reports.Count, _total));
    }

    private void Factorize(Work work, IReadOnlyDictionary<string, LayerStatistics>? known, Parallelism parallelism, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (file, layer) = work;
        var started = Stopwatch.GetTimestamp();
        var statistics = known?.GetValueOrDefault(layer.Name);
        var report = layer.DType == TensorDType.F64
            ? Factorize<double>(work, statistics, parallelism, cancellationToken)
            : Factorize<float>(work, statistics, parallelism, cancellationToken);
        file.Flush();
        _journal.AddLayer(layer.Name, file.Hash(layer.Specs.Select(s => s.Name)), report, Stopwatch.GetElapsedTime(started).TotalSeconds);
        Finish(layer, report);
        if (IsLarge(layer))
            ReleaseMemory();
    }

    /// <summary>Peak memory is that of one layer only if the last one's is given back before the next begins; the collector has no reason of its own to hurry.</summary>
    private static void ReleaseMemory() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    private void FactorizeGroup(Work[] members, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var started = Stopwatch.GetTimestamp();
        var reports = members.Any(m => m.Layer.DType == TensorDType.F64) ? FactorizeGroup<double>(members, cancellationToken) : FactorizeGroup<float>(members, cancellationToken);
        for (var i = 0; i < members.Length; i++)
        {
            var (file, layer) = members[i];
            file.Flush();
            _journal.AddLayer(layer.Name, file.Hash(layer.Specs.Select(s => s.Name)), reports[i], Stopwatch.GetElapsedTime(started).TotalSeconds / members.Length);
            Finish(layer, reports[i]);
        }
        if (members.Any(m => IsLarge(m.Layer)))
            ReleaseMemory();
    }

    private TruncationReport[] FactorizeGroup<T>(Work[] members, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var type = members[0].Layer.DType;
        if (members.FirstOrDefault(m => m.Layer.DType != type).Layer is { } other)
            throw new InputDataException(other.File.Path, $"is stored as {other.DType.FormatName()}, and {Printable.Quote(members[0].Layer.Target.Weight)} as {type.FormatName()}: they cannot share a factor.", $"tensor {Printable.Quote(other.Target.Weight)}", "Convert the checkpoint to one element type.");
        // All of a group at once: who shares factors gives statistics that are in memory.
        var known = (_compression.Statistics as CalibrationStatistics)?.Layers;
        var statistics = members.Select(m => known?.GetValueOrDefault(m.Layer.Name)).ToArray();
        var shared = SharedBasis<T>.Of(
            _compression.Method, [.. members.Select(m => ReadWeight<T>(m.Layer))], statistics, members[0].Layer.Plan.Rank, _compression.Parallelism, cancellationToken);
        var a = shared.A;
        var reports = new TruncationReport[members.Length];
        for (var i = 0; i < members.Length; i++)
        {
            var stored = WriteFactors(members[i], statistics[i], new LowRankFactors<T>(a, shared.B[i]), _compression.Parallelism);
            a = stored.A;
            reports[i] = IsExact<T>(members[i].Layer) ? shared.Reports[i] : shared.Remeasured(i, stored, _compression.Parallelism);
        }
        return reports;
    }

    /// <summary>Decomposes, truncates, rounds, measures and writes one layer.</summary>
    private TruncationReport Factorize<T>(Work work, LayerStatistics? statistics, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (file, layer) = work;
        var (target, shape, rank) = (layer.Target, layer.Target.Shape, layer.Plan.Rank);
        var weight = ReadWeight<T>(layer);
        if (!layer.Plan.IsTruncated)
            return TruncationReport.Measure(weight, Store<T>(work, statistics, target.Weight, weight));
        var factorization = _compression.Method.Decompose<T>(weight, statistics, rank, parallelism, cancellationToken);
        var factors = factorization.Give(rank);
        var exact = IsExact<T>(layer) ? null : factorization.Measure(factors, parallelism);
        var stored = WriteFactors(work, statistics, factors, parallelism);
        var report = factorization.Measure(stored, parallelism) with { UnroundedResidual = exact?.Residual };
        if (layer.BiasName is not null)
            file.Write<T>(layer.BiasName, Shifted<T>(target, factorization.BiasShift(stored)!, shape.Outputs));
        return report;
    }

    /// <summary>Whether what is written is what was computed, bit for bit.</summary>
    private bool IsExact<T>(LayerOutput layer) => _compression.Encoder is null && ElementConversion.IsSame<T>(layer.DType);

    private Matrix<T> ReadWeight<T>(LayerOutput layer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (target, shape) = (layer.Target, layer.Target.Shape);
        var weight = _checkpoint.ReadMatrix<T>(target.Weight, shape.Outputs, shape.Inputs);
        return FirstNonFinite<T>(weight.Span) is { } bad
            ? throw new InputDataException(layer.File.Path, $"is {weight.Span[bad]}.", $"tensor {Printable.Quote(target.Weight)} element ({bad / shape.Inputs}, {bad % shape.Inputs})", "Take a checkpoint whose weights are finite.")
            : weight;
    }

    /// <summary>Writes the factors of a layer, or their product; returns the factors as they will be read back.</summary>
    private LowRankFactors<T> WriteFactors<T>(Work work, LayerStatistics? statistics, LowRankFactors<T> factors, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layer = work.Layer;
        if (layer.IsDense)
        {
            Round(factors.A, layer.DType);
            Round(factors.B, layer.DType);
            Store<T>(work, statistics, layer.Target.Weight, factors.Product(parallelism));
            return factors;
        }
        // A shared factor was stored, and rounded, with the layer that owns it.
        var a = layer.BorrowsBasis ? factors.A : Store<T>(work, statistics, layer.AName, factors.A);
        return new LowRankFactors<T>(a, Store<T>(work, statistics, layer.BName, factors.B));
    }

    /// <summary>Writes a matrix rounded to the type of its layer, or encoded; returns it as it will be read back.</summary>
    private Matrix<T> Store<T>(Work work, LayerStatistics? statistics, string name, Matrix<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (file, layer) = work;
        if (_compression.Encoder is not { } encoder)
        {
            Round(matrix, layer.DType);
            file.Write<T>(name, matrix);
            return matrix;
        }
        var encoded = encoder.Encode<T>(matrix, statistics, layer.DType, _compression.EncoderRemoves);
        foreach (var (spec, bytes) in encoder.Specs(name, matrix.Rows, matrix.Columns, layer.DType, _compression.EncoderRemoves).Zip(encoded.Parts))
            file.WriteBytes(spec.Name, bytes);
        return encoded.Decoded;
    }

    private Matrix<T> Shifted<T>(CheckpointTarget target, double[] shift, int outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var old = _checkpoint.Contains(target.Bias) ? _checkpoint.ReadVector<double>(target.Bias, outputs) : new double[outputs];
        return Matrix<T>.Create(1, outputs, (_, j) => T.CreateTruncating(old[j] + shift[j]));
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

    /// <summary>A layer, and the file that it goes into.</summary>
    private readonly record struct Work(ResumableSafetensorsFile File, LayerOutput Layer);
}
