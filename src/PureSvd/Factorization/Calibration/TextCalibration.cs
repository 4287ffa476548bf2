using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>Calibrates a model on running text: seeded windows of its tokens, without labels.</summary>
public static class TextCalibration
{
    private const long MaxTextBytes = 256 << 20;

    /// <summary>The statistics of the target linears, from <paramref name="cache"/> where it has them under an equal key, else measured and stored there.</summary>
    /// <param name="directory">The dense checkpoint, with its tokenizer.</param>
    /// <param name="text">A text file in UTF-8.</param>
    /// <param name="window">Tokens of a window; more than the model's context are cut to it.</param>
    /// <param name="count">Windows in the sample; fewer where the text has fewer.</param>
    /// <param name="seed">Seed of the sample.</param>
    /// <param name="kinds">What to measure; Fisher information is that of a language model's loss.</param>
    /// <param name="cache">A folder; null to measure and keep nothing.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="progress">Told after each window or shard of them.</param>
    /// <param name="cancellationToken">Stops between windows.</param>
    /// <exception cref="InputDataException">The model or the text is at fault, or an encoder is asked for the loss of a language model.</exception>
    public static CalibrationStatistics Statistics(
        string directory, string text, int window, int count, ulong seed, StatisticsKinds kinds, string? cache, Parallelism parallelism,
        IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var (network, sample, key) = Prepare(directory, text, window, count, seed, kinds);
        if (cache is not null && CalibrationStatistics.TryLoad(cache, key) is { } known)
            return known;
        var statistics = new CalibrationStatistics(key, SampleStatistics.Measure(network, sample, kinds, parallelism, progress, cancellationToken));
        if (cache is not null)
            statistics.Save(cache);
        return statistics;
    }

    /// <summary>The same statistics, of one kind, measured block by block while a checkpoint is compressed: they need not be in memory at once.</summary>
    /// <param name="directory">The dense checkpoint, with its tokenizer.</param>
    /// <param name="text">A text file in UTF-8.</param>
    /// <param name="window">Tokens of a window; more than the model's context are cut to it.</param>
    /// <param name="count">Windows in the sample; fewer where the text has fewer.</param>
    /// <param name="seed">Seed of the sample.</param>
    /// <param name="kinds">What to measure: sums over inputs, or Fisher information.</param>
    /// <exception cref="InputDataException">The model or the text is at fault, or an encoder is asked for the loss of a language model.</exception>
    public static CalibrationSource Streamed(string directory, string text, int window, int count, ulong seed, StatisticsKinds kinds)
    {
        var (network, sample, key) = Prepare(directory, text, window, count, seed, kinds);
        return new StreamedCalibration(key, network, sample);
    }

    private static (TransformerModel<float> Model, TextSample Sample, CalibrationKey Key) Prepare(string directory, string text, int window, int count, ulong seed, StatisticsKinds kinds)
    {
        var (model, tokenizerHash) = CheckpointCompressor.HashesOf(directory);
        var network = TransformerModel<float>.Load(directory);
        if ((kinds & ~StatisticsKinds.Inputs) != StatisticsKinds.None && network is not LlamaModel<float>)
            throw new InputDataException(directory, "is an encoder, and running text gives it no loss to take gradients of.", remedy: "Calibrate it on labelled pairs.");
        var (windows, length, begins) = Windows(network, directory, text, window, count, seed);
        return (network, new TextSample(windows), new CalibrationKey(model, tokenizerHash, ContentHash.OfFile(text), seed, windows.Count, kinds, length, begins));
    }

    /// <summary>Windows to judge compressed models by: seeded, and none of those that <see cref="Statistics"/> takes with the same arguments.</summary>
    /// <exception cref="InputDataException">The text is at fault, or too short for windows beside those.</exception>
    public static IReadOnlyList<TokenBatch> OtherWindows(TransformerModel<float> model, string directory, string text, int window, int count, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (windows, length, _) = Windows(model, directory, text, window, 2 * count, seed);
        return windows.Count > count
            ? [.. windows.Skip(count)]
            : throw new InputDataException(text, $"has {windows.Count} windows of {length} tokens, and {count} go to the statistics: none is left to judge by.", remedy: "Take a longer text, or a smaller sample.");
    }

    private static (IReadOnlyList<TokenBatch> Windows, int Length, bool BeginsWithBos) Windows(TransformerModel<float> model, string directory, string text, int window, int count, ulong seed)
    {
        var tokenizer = Tokenization.TokenizerFiles.Load(directory);
        if (tokenizer.VocabularySize > model.VocabularySize)
            throw new InputDataException(directory, $"the tokenizer has {tokenizer.VocabularySize} pieces, and the model embeddings for {model.VocabularySize}.", remedy: "They belong to different models.");
        var ids = tokenizer.EncodeText(InputFile.ReadAllText(text, MaxTextBytes));
        var length = Math.Min(window, model.ContextLength);
        try
        {
            return (TokenWindows.Choose(ids, length, count, tokenizer.BosId, seed), length, tokenizer.BosId is not null);
        }
        catch (ArgumentException e) when (e.ParamName == "ids")
        {
            throw new InputDataException(text, $"has {ids.Length} tokens, and one window takes {length}.", remedy: "Take a longer text, or shorter windows.", inner: e);
        }
    }
}
