using PureSvd.Tokenization;

namespace PureSvd.Research.Evaluation;

/// <summary>Makes token requests of texts as lm-evaluation-harness does.</summary>
/// <remarks>Source: <c>TemplateLM._encode_pair</c> and <c>HFLM._loglikelihood_tokens</c> of EleutherAI/lm-evaluation-harness 0.4.</remarks>
public sealed class LikelihoodEncoder
{
    private readonly ITokenizer _tokenizer;
    private readonly int _contextLength;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="contextLength">How many tokens the model reads at once.</param>
    /// <param name="addBos">Whether a text begins with BOS; null for what the tokenizer does by itself. Scores differ by it, so results record it.</param>
    /// <exception cref="ArgumentException">BOS is wanted, and the tokenizer has none.</exception>
    public LikelihoodEncoder(ITokenizer tokenizer, int contextLength, bool? addBos = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 1);
        _tokenizer = tokenizer;
        _contextLength = contextLength;
        AddsBos = addBos ?? (tokenizer.BosId is { } bos && tokenizer.Encode("").Ids is [var first, ..] && first == bos);
        if (AddsBos && tokenizer.BosId is null)
            throw new ArgumentException("BOS is wanted before every text, and the tokenizer has none.", nameof(addBos));
    }

    /// <summary>Whether every text begins with BOS.</summary>
    public bool AddsBos { get; }

    /// <summary>What stands before a text that has no context: BOS, or else EOS.</summary>
    /// <exception cref="ArgumentException">The tokenizer has neither.</exception>
    public int PrefixId => _tokenizer.BosId ?? _tokenizer.EosId ?? throw new ArgumentException("The tokenizer has neither BOS nor EOS, and one must stand before a text without context.");

    /// <summary>The request for <paramref name="continuation"/> after <paramref name="context"/>: both are encoded as one text, and what is beyond the tokens of the context alone is scored.</summary>
    /// <param name="context">What is given; white space at its end goes to the continuation. Cut at its start where it is too long.</param>
    /// <param name="continuation">What is scored.</param>
    /// <param name="truncated">How many tokens of the context were cut off.</param>
    /// <exception cref="ArgumentException">The continuation is empty, has no token of its own, or is longer than what the model reads.</exception>
    public TokenRequest EncodePair(string context, string continuation, out int truncated)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrEmpty(continuation);
        var trimmed = context.TrimEnd();
        continuation = context[trimmed.Length..] + continuation;
        int[] whole;
        int given;
        if (trimmed.Length == 0)
        {
            whole = [PrefixId, .. _tokenizer.EncodeText(continuation)];
            given = 1;
        }
        else
        {
            whole = Encode(trimmed + continuation);
            given = Encode(trimmed).Length;
        }
        var scored = whole.Length - given;
        if (scored <= 0 || scored > _contextLength)
            throw new ArgumentException($"The continuation has {Math.Max(scored, 0)} tokens of its own, and 1 to {_contextLength} can be scored.", nameof(continuation));
        truncated = Math.Max(0, whole.Length - _contextLength - 1);
        // Without BOS a context may have no token at all.
        return given == 0 ? new TokenRequest([PrefixId, .. whole], scored) : new TokenRequest(whole[truncated..], scored);
    }

    /// <summary>The ids of a text, with BOS if texts begin so.</summary>
    public int[] Encode(string text)
    {
        var ids = _tokenizer.EncodeText(text);
        return AddsBos ? [_tokenizer.BosId!.Value, .. ids] : ids;
    }
}
