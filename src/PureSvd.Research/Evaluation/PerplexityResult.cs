namespace PureSvd.Research.Evaluation;

/// <summary>How well a decoder foresees text.</summary>
/// <param name="Documents">Each document's score, rolling.</param>
/// <param name="BlockPerplexity">exp of the mean cross-entropy a token over whole blocks; NaN if the text is shorter than one.</param>
/// <param name="BlockCount">How many blocks.</param>
/// <param name="Window">Tokens in a window or block.</param>
/// <param name="Stride">Tokens that each rolling window after the first predicts.</param>
/// <param name="HasBos">Whether a begin-of-text token stands before each document and before the first block.</param>
public sealed record PerplexityResult(IReadOnlyList<DocumentScore> Documents, double BlockPerplexity, int BlockCount, int Window, int Stride, bool HasBos)
{
    /// <summary>−Σ log p over all documents, in nats.</summary>
    public double Loss => Documents.Sum(d => d.Loss);

    /// <summary>Tokens predicted.</summary>
    public long Tokens => Documents.Sum(d => (long)d.Tokens);

    /// <summary>exp(loss / words), rolling.</summary>
    public double WordPerplexity => Math.Exp(Loss / Documents.Sum(d => (long)d.Words));

    /// <summary>exp(loss / bytes), rolling.</summary>
    public double BytePerplexity => Math.Exp(Loss / Documents.Sum(d => (long)d.Bytes));

    /// <summary>loss / (bytes · ln 2), rolling.</summary>
    public double BitsPerByte => Loss / Documents.Sum(d => (long)d.Bytes) / Math.Log(2);

    /// <summary>exp(loss / tokens), rolling.</summary>
    public double TokenPerplexity => Math.Exp(Loss / Tokens);
}

/// <summary>A document's score.</summary>
/// <param name="Loss">−Σ log p, in nats.</param>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="Words">Stretches between white space.</param>
/// <param name="Bytes">UTF-8 bytes.</param>
public sealed record DocumentScore(double Loss, int Tokens, int Words, int Bytes);
