using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Research.Evaluation;

/// <summary>Calibrates the compression of an NLI model on a seeded sample of labelled pairs; a decoder is asked about them with MNLI's template.</summary>
/// <remarks>The statistics and the sensitivities are measured on samples of their own: a layer must not look redundant on the very examples that weighted it.</remarks>
public sealed class NliCalibration
{
    private readonly string _directory;
    private readonly NliCorpus _corpus;
    private readonly MeasuredModel _model;
    private readonly int _count;
    private readonly ulong _seed;

    /// <summary>Loads the model and the data.</summary>
    /// <param name="directory">The dense checkpoint.</param>
    /// <param name="data">A file of labelled pairs, best those that the model was trained on.</param>
    /// <param name="split">Only this split of the file; null for all of it.</param>
    /// <param name="count">Examples in a sample; fewer where the file has fewer.</param>
    /// <param name="seed">Seed of the samples.</param>
    /// <exception cref="InputDataException">The model or the file is at fault.</exception>
    public NliCalibration(string directory, string data, string? split, int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _directory = directory;
        (_count, _seed) = (count, seed);
        // Gradients are of weights in float32.
        _model = MeasuredModel.Of(TransformerModel<float>.Load(directory, WeightStorage.Copied), TokenizerFiles.Load(directory));
        if (_model.Labels.Count == 0)
            throw new InputDataException(directory, "has no classifier, so there is no task loss to calibrate with.", remedy: "Take a checkpoint that was tuned for the task.");
        _corpus = NliFile.Read(data, split);
    }

    /// <summary>The dense model.</summary>
    public TransformerModel<float> Model => _model.Model;

    /// <summary>The statistics, from <paramref name="cache"/> where it has them under an equal key, else measured and stored there.</summary>
    /// <param name="cache">A folder; null to measure and keep nothing.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="kinds">What to measure.</param>
    /// <param name="progress">Told after each shard of examples.</param>
    /// <param name="cancellationToken">Stops between examples.</param>
    public CalibrationStatistics Statistics(
        string? cache, Parallelism parallelism, StatisticsKinds kinds = StatisticsKinds.Fisher, IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var (model, tokenizer) = CheckpointCompressor.HashesOf(_directory);
        var sample = _model.Sample(_corpus, _count, _seed);
        var key = new CalibrationKey(model, tokenizer, ContentHash.OfFile(_corpus.File), _seed, sample.Examples.Count, kinds);
        if (cache is not null && CalibrationStatistics.TryLoad(cache, key) is { } known)
            return known;
        var statistics = new CalibrationStatistics(key, SampleStatistics.Measure(Model, sample, kinds, parallelism, progress, cancellationToken));
        if (cache is not null)
            statistics.Save(cache);
        return statistics;
    }

    /// <summary>The task loss of a model on a sample of its own, which compressed models are judged by.</summary>
    public Func<TransformerModel<float>, double> Loss(Parallelism parallelism, CancellationToken cancellationToken = default)
    {
        var sample = _model.Sample(_corpus, _count, SeededRandom.ForStream(_seed, 1).NextUInt64());
        return model => sample.MeanLoss(model, parallelism, cancellationToken);
    }
}
