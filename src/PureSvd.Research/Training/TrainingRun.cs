using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Research.Training;

/// <summary>What a finished training run says.</summary>
/// <param name="Directory">The folder with the model.</param>
/// <param name="DevAccuracy">On dev, after the last stage; null where that was not asked for or is not counted.</param>
/// <param name="DevLoss">Masked-language-model loss on dev.</param>
/// <param name="Truncated">Training sequences that were cut, over all stages.</param>
public sealed record TrainingResult(string Directory, double? DevAccuracy, double? DevLoss, int Truncated);

/// <summary>Runs every stage of a configuration, and resumes: a finished stage is kept, an unfinished one continues from its checkpoint to the weights it would have had.</summary>
/// <remarks>The last stage's model is written into the output folder itself, an earlier one's into <c>stage-N-task</c> under it. A stage is keyed by a hash of its settings, its data, and the stage before.</remarks>
public sealed class TrainingRun
{
    private const string Version = "puresvd-train-1"; // To be raised when the same settings would give other weights.
    private const string RecordName = "training.json";
    private const int DefaultShards = 8;
    private static readonly string[] TokenizerFileNames = ["vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "tokenizer.model"];

    private readonly TrainingConfig _config;
    private readonly string _path;
    private readonly string _output;
    private readonly ulong _seed;
    private readonly IReadOnlyList<TrainingStage> _stages;
    private readonly TensorDType _dtype;

    /// <summary>A run of a configuration.</summary>
    /// <param name="path">The configuration file.</param>
    /// <param name="output">The folder that is written.</param>
    /// <param name="seed">Instead of the configuration's seed; null to keep that.</param>
    /// <exception cref="InputDataException">The configuration is at fault.</exception>
    public TrainingRun(string path, string output, ulong? seed = null)
    {
        (_path, _output) = (path, Path.GetFullPath(output));
        _config = TrainingConfigFile.Read(path);
        _stages = TrainingConfigFile.Resolve(_config, path);
        _seed = seed ?? _config.Seed ?? 1;
        _dtype = _config.Dtype switch
        {
            null or "F32" => TensorDType.F32,
            "F16" => TensorDType.F16,
            "BF16" => TensorDType.BF16,
            var other => throw new InputDataException(path, $"is \"{other}\".", "dtype", "It is F32, F16 or BF16."),
        };
        if (_config.Shards is < 1 or > 1024)
            throw new InputDataException(path, $"is {_config.Shards}, and must be from 1 to 1024.", "shards");
        if (_config.Model is null)
            throw new InputDataException(path, "is missing.", "model", "Name a checkpoint with from, or a tokenizer and the sizes of a new model.");
    }

    /// <summary>Trains, or continues.</summary>
    /// <param name="force">Start over.</param>
    /// <param name="parallelism">The threads to use; the weights do not depend on it.</param>
    /// <param name="progress">Told every few updates.</param>
    /// <param name="cancellationToken">Writes a checkpoint, then stops.</param>
    /// <exception cref="InputDataException">Data, model or output folder are at fault, or training diverged.</exception>
    public TrainingResult Run(bool force, Parallelism parallelism, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(_output);
        RemoveLeftovers();
        if (force)
            Clear();
        var source = CopyTokenizer();
        var tokenizer = TokenizerFiles.Load(_output);
        var key = Hash(Version, source, $"{_seed}", $"{_config.Shards ?? DefaultShards}");
        TransformerModel<float>? model = null;
        var result = new TrainingResult(_output, null, null, 0);
        for (var i = 0; i < _stages.Count; i++)
        {
            var stage = _stages[i];
            var isLast = i == _stages.Count - 1;
            var directory = isLast ? _output : Path.Combine(_output, $"stage-{i + 1}-{stage.Task.ToString().ToLowerInvariant()}");
            key = Hash([key, SettingsOf(stage), .. isLast && _dtype != TensorDType.F32 ? [_dtype.FormatName()] : Array.Empty<string>(), .. stage.Teacher.Length > 0 ? ModelHashes(stage.Teacher) : [], .. stage.Train.Concat(stage.TrainPairs).Concat(stage.Dev).Concat(stage.DevPairs).Select(FileHash)]);
            if (ReadRecord(directory, key) is { } record)
            {
                model = TransformerModel<float>.Load(directory, WeightStorage.Copied);
                result = result with { DevAccuracy = record.DevAccuracy, DevLoss = record.DevLoss, Truncated = result.Truncated + record.Truncated };
                continue;
            }
            (model, record) = RunStage(i, directory, key, model ?? FirstModel(tokenizer), tokenizer, parallelism, progress, cancellationToken);
            result = result with { DevAccuracy = record.DevAccuracy, DevLoss = record.DevLoss, Truncated = result.Truncated + record.Truncated };
        }
        TrainingCheckpoint.Delete(_output);
        return result;
    }

    private (TransformerModel<float> Model, StageRecord Record) RunStage(int index, string directory, string key, TransformerModel<float> start, ITokenizer tokenizer, Parallelism parallelism, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var stage = _stages[index];
        var seed = SeededRandom.ForStream(_seed, (ulong)index).NextUInt64();
        var (trainee, train, dev) = StagePreparation.Prepare(stage, start, tokenizer, seed, _path);
        var trainer = new ShardedTrainer(trainee, _config.Shards ?? DefaultShards, parallelism);
        var loop = new StageTrainer(trainer, stage, train, dev, seed, _output, key, (index + 1, _stages.Count));
        var (accuracy, loss) = loop.Run(progress, cancellationToken);

        var finished = StagePreparation.Finish(trainee.Model, start);
        finished.Save(directory, directory == _output ? _dtype : TensorDType.F32);
        if (directory != _output)
            CopyFiles(_output, directory);
        var record = new StageRecord(key, loop.Steps, accuracy, loss, train.Truncated);
        WriteRecord(directory, record, stage);
        TrainingCheckpoint.Delete(_output);
        return (finished, record);
    }

    private TransformerModel<float> FirstModel(ITokenizer tokenizer)
        => _config.Model!.From is { } from
            ? TransformerModel<float>.Load(TrainingConfigFile.FullPath(_path, from), WeightStorage.Copied)
            : NewModel.Create(_config.Model, tokenizer, _seed, _path);

    // Into the output folder; returns what identifies the start of the run: the tokenizer, and the weights or the sizes.
    private string CopyTokenizer()
    {
        var source = _config.Model!;
        if (source.From is { } from)
        {
            if (source with { From = null } != new ModelSource())
                throw new InputDataException(_path, "gives both a checkpoint to start from and the sizes or the tokenizer of a new model.", "model", "Give one of the two.");
            var directory = TrainingConfigFile.FullPath(_path, from);
            CopyFiles(directory, _output);
            return Hash([.. ModelHashes(directory), .. TokenizerHashes()]);
        }
        if (source.Tokenizer is not { } tokenizer)
            throw new InputDataException(_path, "names neither a checkpoint to start from nor a tokenizer.", "model", "Give from, or tokenizer.");
        var path = TrainingConfigFile.FullPath(_path, tokenizer);
        if (Directory.Exists(path))
            CopyFiles(path, _output);
        else
            AtomicFile.WriteAllBytes(Path.Combine(_output, path.EndsWith(".json", StringComparison.Ordinal) ? "tokenizer.json" : "vocab.txt"), InputFile.ReadAllBytes(path));
        return Hash([$"{source with { Tokenizer = null }}", .. TokenizerHashes()]);
    }

    private IEnumerable<string> TokenizerHashes() => TokenizerFileNames.Select(name => Path.Combine(_output, name)).Where(File.Exists).Select(FileHash);

    private static void CopyFiles(string from, string to)
    {
        foreach (var name in TokenizerFileNames)
            if (File.Exists(Path.Combine(from, name)))
                AtomicFile.WriteAllBytes(Path.Combine(to, name), InputFile.ReadAllBytes(Path.Combine(from, name)));
    }

    // What a kill left half-written, under the names of our own files only.
    private void RemoveLeftovers()
    {
        string[] written = [.. TokenizerFileNames, TrainingCheckpoint.FileName, TrainingLog.FileName, RecordName, "config.json", "model.safetensors"];
        foreach (var directory in Directory.EnumerateDirectories(_output, "stage-*").Prepend(_output))
            foreach (var leftover in written.SelectMany(name => Directory.EnumerateFiles(directory, $"{name}.*.partial")))
                File.Delete(leftover);
    }

    private void Clear()
    {
        TrainingCheckpoint.Delete(_output);
        File.Delete(Path.Combine(_output, TrainingLog.FileName));
        File.Delete(Path.Combine(_output, RecordName));
        foreach (var stage in Directory.EnumerateDirectories(_output, "stage-*"))
            File.Delete(Path.Combine(stage, RecordName));
    }

    private static string[] ModelHashes(string directory)
    {
        using var checkpoint = Checkpoint.Open(directory);
        return [.. checkpoint.Files.Select(f => FileHash(f.Path)), FileHash(Path.Combine(directory, "config.json"))];
    }

    // Paths do not count: the same data elsewhere is the same run.
    private static string SettingsOf(TrainingStage stage) => JsonSerializer.Serialize(stage with { Train = [], TrainPairs = [], Dev = [], DevPairs = [], Teacher = "", CheckpointEvery = 0 }, TrainingJson.Default.TrainingStage);

    private static string Hash(params IEnumerable<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));

    private static string FileHash(string path)
    {
        using var stream = InputFile.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static StageRecord? ReadRecord(string directory, string key)
    {
        var path = Path.Combine(directory, RecordName);
        if (!File.Exists(path))
            return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            if (root.GetProperty("key").GetString() != key)
                return null;
            return new StageRecord(
                key,
                root.GetProperty("steps").GetInt32(),
                root.TryGetProperty("dev_accuracy", out var accuracy) ? accuracy.GetDouble() : null,
                root.TryGetProperty("dev_loss", out var loss) ? loss.GetDouble() : null,
                root.GetProperty("truncated").GetInt32());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null; // Not a record of this version: the stage is computed again.
        }
    }

    private void WriteRecord(string directory, StageRecord record, TrainingStage stage)
        => AtomicFile.Write(Path.Combine(directory, RecordName), stream =>
        {
            using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            {
                json.WriteStartObject();
                json.WriteString("key", record.Key);
                json.WriteNumber("seed", _seed);
                json.WriteString("task", stage.Task.ToString().ToLowerInvariant());
                json.WriteNumber("steps", record.Steps);
                if (record.DevAccuracy is { } accuracy)
                    json.WriteNumber("dev_accuracy", accuracy);
                if (record.DevLoss is { } loss)
                    json.WriteNumber("dev_loss", loss);
                json.WriteNumber("truncated", record.Truncated);
                json.WriteEndObject();
            }
            stream.WriteByte((byte)'\n');
        });

    private sealed record StageRecord(string Key, int Steps, double? DevAccuracy, double? DevLoss, int Truncated);
}
