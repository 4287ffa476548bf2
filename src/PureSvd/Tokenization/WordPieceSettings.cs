using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>Everything that defines a WordPiece tokenizer, whichever files it came from.</summary>
internal sealed record WordPieceSettings
{
    internal required Vocabulary Vocabulary { get; init; }

    internal required BertNormalizer Normalizer { get; init; }

    /// <summary>Those that are found in the text.</summary>
    internal required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    internal required SpecialTokenTemplate Template { get; init; }

    internal WordPieceDecoder Decoder { get; init; } = new();

    internal required int UnknownId { get; init; }

    internal required int PadId { get; init; }

    internal int? MaskId { get; init; }

    internal string ContinuationPrefix { get; init; } = "##";

    internal int MaxWordLength { get; init; } = 100;

    /// <summary>Whether truncation cuts off the start and not the end.</summary>
    internal bool TruncateLeft { get; init; }

    /// <summary>The settings that <c>BertTokenizerFast</c> derives from a vocabulary and <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="InputDataException">A special token is missing.</exception>
    internal static WordPieceSettings FromVocabulary(string file, Vocabulary vocabulary, TokenizerConfig config)
    {
        int Need(string piece) => vocabulary.IdOf(piece)
            ?? throw new InputDataException(file, $"lacks the piece {Printable.Quote(piece)}.", remedy: "BERT needs [PAD], [UNK], [CLS] and [SEP], under these names or those that tokenizer_config.json gives.");

        var (unknown, pad, cls, sep) = (Need(config.UnknownToken), Need(config.PadToken), Need(config.ClsToken), Need(config.SepToken));
        var mask = vocabulary.IdOf(config.MaskToken);
        var added = new List<AddedToken>(config.AddedTokens);
        foreach (var piece in new[] { config.UnknownToken, config.SepToken, config.PadToken, config.ClsToken, config.MaskToken })
            if (vocabulary.IdOf(piece) is { } id && !added.Exists(t => t.Content == piece))
                added.Add(new AddedToken(id, piece));
        return new WordPieceSettings
        {
            Vocabulary = vocabulary,
            Normalizer = new BertNormalizer(CleanText: true, config.IsolateChinese, config.StripAccents ?? config.Lowercase, config.Lowercase),
            AddedTokens = added,
            Template = SpecialTokenTemplate.Bert(cls, sep),
            UnknownId = unknown,
            PadId = pad,
            MaskId = mask,
            TruncateLeft = config.TruncateLeft,
        };
    }
}
