using System.Collections.Concurrent;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Tokenization;

namespace PureSvd.Research.Evaluation;

/// <summary>How well a decoder foresees text, in the two conventions that papers use. Their numbers differ on the same text and model: each is named.</summary>
/// <remarks>
/// <para><b>Rolling</b> (lm-evaluation-harness): each document is scored whole, every token once. A window predicts as many tokens as the context takes, the first one from the
/// begin-of-text token, the others from the last token of the window before on; the last window reaches further back. Perplexity is exp(−Σ log p / units),
/// the unit being a word (text between white space), a byte or a token.</para>
/// <para><b>Blocks</b> (GPTQ and most compression papers): all documents joined by an empty line, cut into blocks of the context's length without overlap, the rest dropped;
/// exp of the mean over blocks of the mean cross-entropy of a block's tokens after its first.</para>
/// </remarks>
public static class Perplexity
{
    /// <summary>Scores <paramref name="documents"/> in both conventions.</summary>
    /// <param name="model">A decoder.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="documents">At least one.</param>
    /// <param name="window">Tokens in a window or block; null for the model's context.</param>
    /// <param name="stride">Tokens that each rolling window after the first predicts; the others are only read. Null for the whole window, as the harness cuts them: less costs window / stride times as much and leaves no token with little before it.</param>
    /// <param name="parallelism">The threads to use; the figures have the same bits for any number.</param>
    /// <param name="progress">Told after each window.</param>
    /// <param name="cancellationToken">Stops before the next window.</param>
    /// <exception cref="ArgumentException">The window is out of range, or there is no text.</exception>
    public static PerplexityResult Measure(LlamaModel<float> model, ITokenizer tokenizer, IReadOnlyList<string> documents, int? window, int? stride, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(documents);
        var length = window ?? model.ContextLength;
        if (length < 2 || length > model.ContextLength)
            throw new ArgumentException($"A window of {length} tokens is not between 2 and the model's context of {model.ContextLength}.", nameof(window));
        if (stride < 1 || stride > length)
            throw new ArgumentException($"A stride of {stride} tokens is not between 1 and the window of {length}.", nameof(stride));
        var tokens = documents.Select(tokenizer.EncodeText).ToArray();
        if (tokens.Sum(t => (long)t.Length) == 0)
            throw new ArgumentException("There is no text.", nameof(documents));

        var rolling = tokens.SelectMany((ids, d) => RollingWindows(ids, tokenizer.BosId ?? tokenizer.EosId, length, stride ?? length, d)).ToList();
        int[] joined = [.. tokenizer.BosId is { } bos ? [bos] : Array.Empty<int>(), .. tokenizer.EncodeText(string.Join("\n\n", documents))];
        var blocks = Enumerable.Range(0, joined.Length / length).Select(b => Block(joined.AsSpan(b * length, length))).ToList();
        var losses = Score(model, [.. rolling, .. blocks], parallelism, progress, cancellationToken);

        var perDocument = new DocumentScore[documents.Count];
        var next = 0;
        for (var d = 0; d < perDocument.Length; d++)
        {
            var (sum, scored) = (0.0, 0);
            for (; next < rolling.Count && rolling[next].Document == d; next++)
            {
                sum += losses[next];
                scored += rolling[next].Scored;
            }
            perDocument[d] = new DocumentScore(sum, scored, CountWords(documents[d]), System.Text.Encoding.UTF8.GetByteCount(documents[d]));
        }
        var blockLoss = blocks.Count == 0 ? double.NaN : blocks.Select((block, b) => losses[rolling.Count + b] / block.Scored).Sum() / blocks.Count;
        return new PerplexityResult(perDocument, Math.Exp(blockLoss), blocks.Count, length, stride ?? length, tokenizer.BosId is not null);
    }

    /// <summary>The windows of a document: each token is predicted once, in the first window or among the last <paramref name="stride"/> of another. With a stride of <paramref name="length"/> they are the harness's.</summary>
    internal static IEnumerable<Window> RollingWindows(int[] ids, int? begin, int length, int stride, int document)
    {
        // Without a token to begin with, the first one cannot be predicted.
        int[] all = begin is { } first ? [first, .. ids] : ids;
        for (var predicted = 1; predicted < all.Length;)
        {
            var end = Math.Min(all.Length, predicted + (predicted == 1 ? length : stride));
            var start = Math.Max(0, end - 1 - length);
            var targets = new int[end - 1 - start];
            Array.Fill(targets, -1);
            for (var t = predicted; t < end; t++)
                targets[t - 1 - start] = all[t];
            yield return new Window(all[start..(end - 1)], targets, end - predicted, document);
            predicted = end;
        }
    }

    private static Window Block(ReadOnlySpan<int> ids) => new(ids.ToArray(), [.. ids[1..], -1], ids.Length - 1, -1);

    /// <summary>−Σ log p of each window's targets.</summary>
    private static double[] Score(LlamaModel<float> model, IReadOnlyList<Window> windows, Parallelism parallelism, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        var losses = new double[windows.Count];
        var sessions = new ConcurrentBag<LlamaSession<float>>();
        var done = 0;
        parallelism.For(windows.Count, w =>
        {
            if (!sessions.TryTake(out var session))
                session = model.CreateSession();
            var ids = windows[w].Ids;
            losses[w] = session.Loss(TokenBatch.Pack([new TokenEncoding(ids, new int[ids.Length], new bool[ids.Length], 0)]), windows[w].Targets, Parallelism.Serial);
            sessions.Add(session);
            progress?.Report(new ProgressReport("scoring", Interlocked.Increment(ref done), windows.Count));
        }, cancellationToken);
        return losses;
    }

    // As re.split(r"\s+") counts them: white space at either end makes an empty word there.
    private static int CountWords(string text)
    {
        var (words, inside) = (1, false);
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) && !inside)
                words++;
            inside = char.IsWhiteSpace(c);
        }
        return words;
    }

    /// <summary>A part of a document.</summary>
    /// <param name="Ids">What the model reads.</param>
    /// <param name="Targets">What follows each token, −1 where that is scored elsewhere.</param>
    /// <param name="Scored">How many targets there are.</param>
    /// <param name="Document">The number of the document.</param>
    internal sealed record Window(int[] Ids, int[] Targets, int Scored, int Document);
}
