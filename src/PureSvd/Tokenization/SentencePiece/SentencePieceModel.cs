namespace PureSvd.Tokenization;

/// <summary>The kinds of pieces, with the numbers of <c>sentencepiece_model.proto</c>.</summary>
internal enum SentencePieceKind
{
    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>Stands for what no piece covers.</summary>
    Unknown = 2,

    /// <summary>Invisible, such as the beginning of a text; never found in text.</summary>
    Control = 3,

    /// <summary>Found in the text before anything else is, and kept whole.</summary>
    UserDefined = 4,

    /// <summary>Made by merges, but split again into the pieces that it was made of.</summary>
    Unused = 5,

    /// <summary>One byte of a character that no piece covers.</summary>
    Byte = 6,
}

/// <summary>A piece of the vocabulary; its id is its place.</summary>
internal readonly record struct SentencePiece(string Text, float Score, SentencePieceKind Kind);

/// <summary>What a <c>tokenizer.model</c> holds; the defaults are those of <c>sentencepiece_model.proto</c>.</summary>
internal sealed record SentencePieceModel
{
    internal List<SentencePiece> Pieces { get; } = [];

    /// <summary><c>trainer_spec.model_type</c>: 1 unigram, 2 BPE, 3 word, 4 character.</summary>
    internal int ModelType { get; set; } = 1;

    internal bool ByteFallback { get; set; }

    /// <summary>The white space belongs to the end of a word and not to its start.</summary>
    internal bool WhiteSpaceIsSuffix { get; set; }

    internal string UnknownPiece { get; set; } = "<unk>";

    internal string BosPiece { get; set; } = "<s>";

    internal string EosPiece { get; set; } = "</s>";

    internal string PadPiece { get; set; } = "<pad>";

    /// <summary>What an unknown piece decodes to.</summary>
    internal string UnknownSurface { get; set; } = " \u2047 ";

    internal SentencePieceNormalization Normalization { get; set; } = new();

    /// <summary>What is done to decoded text; null for nothing.</summary>
    internal SentencePieceNormalization? Denormalization { get; set; }

    /// <summary>The value of a piece <c>&lt;0x0A&gt;</c>.</summary>
    /// <returns>-1 where <paramref name="piece"/> is no such piece.</returns>
    internal static int ByteOf(ReadOnlySpan<char> piece)
        => piece is ['<', '0', 'x', var high, var low, '>'] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low) && !char.IsAsciiLetterLower(high) && !char.IsAsciiLetterLower(low)
            ? Convert.FromHexString(piece[3..5])[0]
            : -1;
}

/// <summary><c>NormalizerSpec</c>.</summary>
internal sealed record SentencePieceNormalization
{
    internal PrecompiledCharacterMap? CharacterMap { get; set; }

    internal bool AddDummyPrefix { get; set; } = true;

    internal bool RemoveExtraWhiteSpace { get; set; } = true;

    internal bool EscapeWhiteSpace { get; set; } = true;
}
