using System.Text;

namespace PureSvd.Tokenization;

/// <summary>Cuts normalized text into words, as <c>BertPreTokenizer</c>: white space separates them, and every punctuation character is one.</summary>
internal ref struct BertWords(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    /// <summary>The word that <see cref="MoveNext"/> found.</summary>
    internal ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Finds the next word; false at the end.</summary>
    internal bool MoveNext()
    {
        var at = 0;
        while (at < _rest.Length)
        {
            var traits = TraitsAt(at, out var length);
            var isPunctuation = (traits & CharacterTraits.Punctuation) != 0;
            if (isPunctuation || (traits & CharacterTraits.WhiteSpace) != 0)
            {
                if (at > 0)
                    break;
                if (isPunctuation)
                {
                    at = length;
                    break;
                }
                _rest = _rest[length..];
                continue;
            }
            at += length;
        }
        Current = _rest[..at];
        _rest = _rest[at..];
        return at > 0;
    }

    private readonly CharacterTraits TraitsAt(int at, out int length)
    {
        if (Rune.DecodeFromUtf16(_rest[at..], out var rune, out length) != System.Buffers.OperationStatus.Done)
            return CharacterTraits.None;
        return UnicodeCharacters.Traits(rune.Value);
    }
}
