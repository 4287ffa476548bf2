namespace PureSvd.Tokenization;

/// <summary>Text to token ids and back. Immutable and thread-safe once loaded.</summary>
public interface ITokenizer
{
    /// <summary>The number of ids; every id is below it.</summary>
    int VocabularySize { get; }

    /// <summary>The id that fills up short sequences.</summary>
    int PadId { get; }

    /// <summary>The id that hides a token in masked-language-model training; null where there is none.</summary>
    int? MaskId { get; }

    /// <summary>The id that begins a text; null where there is none.</summary>
    int? BosId { get; }

    /// <summary>The id that ends a text; null where there is none.</summary>
    int? EosId { get; }

    /// <summary>The ids of a sentence or of a sentence pair, special tokens included ([CLS] a [SEP] b [SEP], or BOS and a).</summary>
    /// <param name="text">The first sentence.</param>
    /// <param name="pair">The second; null for none.</param>
    /// <param name="maxLength">Truncated to this many tokens, special ones included: the longest sentence first, as Hugging Face's <c>longest_first</c>; null for no limit.</param>
    TokenEncoding Encode(string text, string? pair = null, int? maxLength = null);

    /// <summary>The ids of <paramref name="text"/> alone, without special tokens around it.</summary>
    int[] EncodeText(string text);

    /// <summary>The piece of an id.</summary>
    string Piece(int id);

    /// <summary>The id of a piece; null where the vocabulary lacks it.</summary>
    int? IdOf(string piece);

    /// <summary>The text of <paramref name="ids"/>.</summary>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true);

    /// <summary>Decodes ids that come one by one, as a model generates them.</summary>
    StreamingDecoder StreamingDecoder(bool skipSpecialTokens = true);

    /// <summary>Whether <paramref name="id"/> is a special token such as [CLS].</summary>
    bool IsSpecial(int id);
}
