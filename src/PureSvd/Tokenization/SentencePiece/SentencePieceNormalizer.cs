using System.Buffers;
using System.Text;

namespace PureSvd.Tokenization;

/// <summary>SentencePiece's clean-up of raw text: characters are replaced, runs of spaces made one, spaces written as <c>▁</c>, one put in front.</summary>
/// <remarks>Source: <c>normalizer.cc</c> of google/sentencepiece, step by step.</remarks>
/// <param name="spec">What to do.</param>
/// <param name="userDefined">Symbols that pass unchanged.</param>
/// <param name="whiteSpaceIsSuffix">The added space goes to the end.</param>
internal sealed class SentencePieceNormalizer(SentencePieceNormalization spec, PieceTrie? userDefined, bool whiteSpaceIsSuffix)
{
    private static ReadOnlySpan<byte> Space => " "u8;

    private ReadOnlySpan<byte> WrittenSpace => spec.EscapeWhiteSpace ? "▁"u8 : Space;

    /// <summary>The normal form of <paramref name="text"/>.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="addDummyPrefix">Whether a space is put in front, if the model does so at all.</param>
    internal ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> text, bool addDummyPrefix = true)
    {
        if (spec.RemoveExtraWhiteSpace)
            while (!text.IsEmpty && Next(text, out var first) is var consumed && first.SequenceEqual(Space))
                text = text[consumed..];
        if (text.IsEmpty)
            return [];

        addDummyPrefix &= spec.AddDummyPrefix;
        var result = new ArrayBufferWriter<byte>(text.Length + text.Length / 2 + 8);
        if (addDummyPrefix && !whiteSpaceIsSuffix)
            result.Write(WrittenSpace);
        for (var afterSpace = spec.RemoveExtraWhiteSpace; !text.IsEmpty;)
        {
            text = text[Next(text, out var part)..];
            if (afterSpace)
                part = part.TrimStart(Space);
            Write(part, result);
            if (!part.IsEmpty)
                afterSpace = spec.RemoveExtraWhiteSpace && part[^1] == Space[0];
        }

        var written = result.WrittenSpan;
        if (spec.RemoveExtraWhiteSpace)
            while (written.EndsWith(WrittenSpace))
                written = written[..^WrittenSpace.Length];
        if (!addDummyPrefix || !whiteSpaceIsSuffix)
            return written;
        byte[] withSpace = [.. written, .. WrittenSpace];
        return withSpace;
    }

    private void Write(ReadOnlySpan<byte> part, ArrayBufferWriter<byte> result)
    {
        if (!spec.EscapeWhiteSpace)
        {
            result.Write(part);
            return;
        }
        while (part.IndexOf(Space[0]) is >= 0 and var space)
        {
            result.Write(part[..space]);
            result.Write(WrittenSpace);
            part = part[(space + 1)..];
        }
        result.Write(part);
    }

    /// <summary>What the next characters of <paramref name="text"/> become.</summary>
    /// <returns>How many bytes they are.</returns>
    private int Next(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> normal)
    {
        if (userDefined?.LongestMatch(text, out _) is > 0 and var symbol)
        {
            normal = text[..symbol];
            return symbol;
        }
        if (spec.CharacterMap is { } map && map.Replace(text, out normal) is > 0 and var replaced)
            return replaced;
        Rune.DecodeFromUtf8(text, out _, out var length);
        normal = text[..length];
        return length;
    }
}
