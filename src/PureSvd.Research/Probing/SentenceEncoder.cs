using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Evaluation;
using PureSvd.Tokenization;

namespace PureSvd.Research.Probing;

/// <summary>Encodes sentences into one vector each, at every hidden state asked for, each distinct sentence once.</summary>
public static class SentenceEncoder
{
    private const int TokensPerBatch = 1024;

    /// <summary>Runs <paramref name="model"/> over the distinct sentences.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="sentences">Repeated or not.</param>
    /// <param name="layers">The hidden states to keep; null for all.</param>
    /// <param name="kinds">The vectors to keep.</param>
    /// <param name="parallelism">The threads to use; the vectors have the same bits for any number.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellationToken">Stops before the next batch.</param>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    public static SentenceEncodings Encode(TransformerModel<float> model, ITokenizer tokenizer, IEnumerable<string> sentences, IReadOnlyList<int>? layers, IReadOnlyList<SentenceVector> kinds, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(kinds);
        layers ??= [.. Enumerable.Range(0, model.LayerCount + 1)];
        foreach (var layer in layers)
        {
            if (layer < 0 || layer > model.LayerCount)
                throw new ArgumentException($"There is no layer {layer}: the model has layers 0 (embeddings) to {model.LayerCount}.", nameof(layers));
        }

        var (distinct, index) = Distinct(sentences);
        var batches = EncodedBatches.Create(tokenizer, distinct.Count, i => (distinct[i], null), model.ContextLength, TokensPerBatch, parallelism, cancellationToken);
        var vectors = new Dictionary<(SentenceVector, int), Matrix<float>>();
        foreach (var kind in kinds)
            foreach (var layer in layers)
                vectors[(kind, layer)] = new Matrix<float>(distinct.Count, model.HiddenSize);

        batches.Run(model.Packed().CreateSession, parallelism, (items, batch, session) =>
        {
            foreach (var ((kind, layer), matrix) in vectors)
            {
                var hidden = session.Hidden(layer);
                for (var s = 0; s < items.Length; s++)
                {
                    var tokens = hidden.RowRange(batch.Start(s), batch.Length(s));
                    var destination = matrix.Row(items[s]);
                    if (kind == SentenceVector.Mean)
                        Mean(tokens, batches.Encodings[items[s]].Special, destination);
                    else
                        tokens.Row(kind == SentenceVector.Cls ? 0 : tokens.Rows - 1).CopyTo(destination);
                }
            }
        }, "encoding", progress, cancellationToken);
        return new SentenceEncodings(distinct, index, vectors, batches.Truncated);
    }

    /// <summary>The mean of the word-embedding rows of each sentence's tokens without special ones, as layer 0: what is known without any context, position or order.</summary>
    /// <inheritdoc cref="Encode"/>
    public static SentenceEncodings StaticEmbeddings(TransformerModel<float> model, ITokenizer tokenizer, IEnumerable<string> sentences, Parallelism parallelism, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var (distinct, index) = Distinct(sentences);
        var batches = EncodedBatches.Create(tokenizer, distinct.Count, i => (distinct[i], null), model.ContextLength, TokensPerBatch, parallelism, cancellationToken);
        var means = new Matrix<float>(distinct.Count, model.HiddenSize);
        for (var i = 0; i < distinct.Count; i++)
        {
            var encoding = batches.Encodings[i];
            var words = new Matrix<float>(encoding.Ids.Length, model.HiddenSize);
            model.EmbedWords(encoding.Ids, words.View);
            Mean(words.View, encoding.Special, means.Row(i));
        }
        return new SentenceEncodings(distinct, index, new() { [(SentenceVector.Mean, 0)] = means }, batches.Truncated);
    }

    /// <summary>The mean over the tokens that are not special; zero if all are.</summary>
    private static void Mean(MatrixView<float> tokens, bool[] special, Span<float> destination)
    {
        destination.Clear();
        var count = 0;
        for (var t = 0; t < special.Length; t++)
        {
            if (special[t])
                continue;
            TensorPrimitives.Add(destination, tokens.Row(t), destination);
            count++;
        }
        TensorPrimitives.Divide(destination, Math.Max(1, count), destination);
    }

    private static (List<string> Sentences, Dictionary<string, int> Index) Distinct(IEnumerable<string> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        var distinct = new List<string>();
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var sentence in sentences)
        {
            if (index.TryAdd(sentence, distinct.Count))
                distinct.Add(sentence);
        }
        return (distinct, index);
    }
}
