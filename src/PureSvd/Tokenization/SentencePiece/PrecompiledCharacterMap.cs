using System.Buffers.Binary;
using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>A normalizer's <c>precompiled_charsmap</c>: which sequences of bytes become which, the longest first.</summary>
/// <remarks>
/// A double-array trie (Darts-clone), its size before it, then the replacements, each ended by a zero. A unit holds in its bits 0–7 and 31 the label that leads to it, in 8 whether a value
/// hangs on it, in 10–30 the offset to its children (times 256 if bit 9 is set); the unit of a value is the value itself.
/// </remarks>
internal sealed class PrecompiledCharacterMap
{
    /// <summary>No real replacement has more than some 33 bytes; a longer one would make text explode.</summary>
    private const int MaxReplacement = 1024;

    private readonly uint[] _units;
    private readonly byte[] _replacements;

    private PrecompiledCharacterMap(uint[] units, byte[] replacements) => (_units, _replacements) = (units, replacements);

    /// <exception cref="InputDataException">The sizes disagree, or a replacement is too long or no UTF-8.</exception>
    internal static PrecompiledCharacterMap Read(string file, ReadOnlySpan<byte> blob)
    {
        InputDataException Fault(string problem) => new(file, problem, "normalizer_spec.precompiled_charsmap", "Get the tokenizer of the model again.");

        if (blob.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(blob) is var size && (size % sizeof(uint) != 0 || size > blob.Length - sizeof(uint) || size == 0))
            throw Fault($"has {blob.Length} bytes, which the size that it begins with does not fit.");
        var units = new uint[size / sizeof(uint)];
        for (var i = 0; i < units.Length; i++)
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(blob[(sizeof(uint) * (i + 1))..]);
        var replacements = blob[(sizeof(uint) + (int)size)..];
        foreach (var part in replacements.Split((byte)0))
        {
            var replacement = replacements[part];
            if (replacement.Length > MaxReplacement)
                throw Fault($"replaces a character by {replacement.Length} bytes, and at most {MaxReplacement} are read.");
            if (!System.Text.Unicode.Utf8.IsValid(replacement))
                throw Fault("replaces a character by bytes that are no UTF-8.");
        }
        return new PrecompiledCharacterMap(units, replacements.ToArray());
    }

    /// <summary>The replacement of the longest sequence that <paramref name="text"/> starts with.</summary>
    /// <returns>The length of that sequence; 0 where there is none.</returns>
    internal int Replace(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement)
    {
        var (length, value) = (0, 0);
        var node = Offset(_units[0]);
        for (var i = 0; i < text.Length; i++)
        {
            node ^= text[i];
            if (node >= _units.Length || (_units[node] & 0x800000FF) != text[i])
                break;
            var unit = _units[node];
            node ^= Offset(unit);
            if ((unit >> 8 & 1) != 0 && node < _units.Length)
                (length, value) = (i + 1, (int)(_units[node] & 0x7FFFFFFF));
        }
        if (length == 0 || value >= _replacements.Length)
        {
            replacement = [];
            return 0;
        }
        replacement = _replacements.AsSpan(value);
        if (replacement.IndexOf((byte)0) is >= 0 and var end)
            replacement = replacement[..end];
        return length;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1 << 9)) >> 6);
}
