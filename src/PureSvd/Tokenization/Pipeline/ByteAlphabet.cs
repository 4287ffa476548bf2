using System.Buffers;
using System.Text;

namespace PureSvd.Tokenization;

/// <summary>GPT-2's way to write bytes as characters that can be seen: those of Latin-1 that can be stand for themselves, the others are numbered from U+0100 on.</summary>
/// <remarks>Source: <c>bytes_to_unicode</c> of openai/gpt-2.</remarks>
internal static class ByteAlphabet
{
    private const int Bytes = 256;

    private static readonly char[] CharacterOf = Build();
    private static readonly Dictionary<char, byte> ByteOf = Enumerable.Range(0, Bytes).ToDictionary(value => CharacterOf[value], value => (byte)value);

    /// <summary>The UTF-8 of <paramref name="text"/>, a character a byte.</summary>
    internal static string Write(ReadOnlySpan<char> text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var count = Encoding.UTF8.GetBytes(text, bytes);
        var written = string.Create(count, bytes, static (characters, bytes) =>
        {
            for (var i = 0; i < characters.Length; i++)
                characters[i] = CharacterOf[bytes[i]];
        });
        ArrayPool<byte>.Shared.Return(bytes);
        return written;
    }

    /// <summary>Appends the bytes that <paramref name="token"/> stands for; if it holds any other character, its UTF-8.</summary>
    internal static void Read(string token, List<byte> bytes)
    {
        var start = bytes.Count;
        foreach (var c in token)
        {
            if (!ByteOf.TryGetValue(c, out var value))
            {
                bytes.RemoveRange(start, bytes.Count - start);
                bytes.AddRange(Encoding.UTF8.GetBytes(token));
                return;
            }
            bytes.Add(value);
        }
    }

    private static char[] Build()
    {
        var characters = new char[Bytes];
        var hidden = 0;
        for (var value = 0; value < Bytes; value++)
            characters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)value : (char)(Bytes + hidden++);
        return characters;
    }
}
