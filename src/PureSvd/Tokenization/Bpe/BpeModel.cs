using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>What a <c>tokenizer.json</c> says of its BPE model.</summary>
internal sealed record BpeSettings
{
    /// <summary>Where it comes from.</summary>
    internal required string File { get; init; }

    /// <summary>The pieces that words are made of.</summary>
    internal required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    internal required BpeMerges Merges { get; init; }

    /// <summary>What stands for a character that is no piece; null to leave it out.</summary>
    internal string? UnknownToken { get; init; }

    /// <summary>What marks a piece that continues a word.</summary>
    internal string ContinuationPrefix { get; init; } = "";

    /// <summary>What marks a piece that ends a word.</summary>
    internal string EndSuffix { get; init; } = "";

    /// <summary>A run of unknown characters is one token.</summary>
    internal bool FuseUnknown { get; init; }

    /// <summary>A character that is no piece becomes pieces such as <c>&lt;0x0A&gt;</c>, one a byte.</summary>
    internal bool ByteFallback { get; init; }

    /// <summary>A word that is a piece is that piece, whatever the merges would make of it.</summary>
    internal bool IgnoreMerges { get; init; }
}

/// <summary>BPE as Hugging Face's tokenizers do it: the characters of a word become ids, the ids merge.</summary>
/// <remarks>Source: <c>models/bpe/model.rs</c> of huggingface/tokenizers. Thread-safe.</remarks>
internal sealed class BpeModel
{
    /// <summary>Words are kept with their ids up to this length and number, since most words of a text are ones that were seen before.</summary>
    private const int MaxCachedLength = 48, MaxCached = 1 << 16;

    private readonly BpeSettings _settings;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<int, int> _characters = [];
    private readonly int?[] _bytes = new int?[256];
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _cached;
    private readonly bool _isPlain;
    private int _cacheSize;

    internal BpeModel(BpeSettings settings)
    {
        _settings = settings;
        _vocabulary = new Dictionary<string, int>(settings.Vocabulary, StringComparer.Ordinal);
        _lookup = _vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _cached = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
        _isPlain = settings.ContinuationPrefix.Length == 0 && settings.EndSuffix.Length == 0;
        foreach (var (piece, id) in _vocabulary)
            if (Rune.DecodeFromUtf16(piece, out var character, out var length) == System.Buffers.OperationStatus.Done && length == piece.Length)
                _characters.Add(character.Value, id);
        if (settings.ByteFallback)
            for (var value = 0; value < _bytes.Length; value++)
                _bytes[value] = _vocabulary.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), out var id) ? id : null;
    }

    /// <summary>A merger for <see cref="Encode"/>; one serves many words, but one thread.</summary>
    internal BpeMerger CreateMerger() => new(_settings.Merges);

    /// <summary>Appends the ids of <paramref name="word"/>.</summary>
    /// <exception cref="InputDataException">The unknown token is needed, and the vocabulary lacks it.</exception>
    internal void Encode(ReadOnlySpan<char> word, BpeMerger merger, List<int> ids)
    {
        if (_settings.IgnoreMerges && _lookup.TryGetValue(word, out var whole))
        {
            ids.Add(whole);
            return;
        }
        if (word.Length > MaxCachedLength)
        {
            Merge(word, merger, ids);
            return;
        }
        if (_cached.TryGetValue(word, out var known))
        {
            ids.AddRange(known);
            return;
        }
        var start = ids.Count;
        Merge(word, merger, ids);
        if (_cacheSize < MaxCached && _cached.TryAdd(word, [.. ids[start..]]))
            Interlocked.Increment(ref _cacheSize);
    }

    private void Merge(ReadOnlySpan<char> word, BpeMerger merger, List<int> ids)
    {
        merger.Clear();
        var unknown = 0;
        Span<byte> bytes = stackalloc byte[4];
        for (var at = 0; at < word.Length;)
        {
            Rune.DecodeFromUtf16(word[at..], out var character, out var length);
            if (IdOf(character, isFirst: at == 0, isLast: at + length == word.Length) is { } id)
            {
                AddUnknown(merger, ref unknown);
                merger.Add(id, at);
            }
            else if (_settings.ByteFallback && HasBytes(bytes[..character.EncodeToUtf8(bytes)]))
                // As in the original: an unknown character before these bytes comes out behind them.
                foreach (var value in bytes[..character.Utf8SequenceLength])
                    merger.Add(_bytes[value]!.Value, at);
            else if (_settings.UnknownToken is not null)
            {
                if (!_settings.FuseUnknown)
                    AddUnknown(merger, ref unknown);
                unknown = 1;
            }
            at += length;
        }
        AddUnknown(merger, ref unknown);
        merger.Merge();
        for (var cursor = 0; merger.MoveNext(ref cursor, out var id, out _);)
            ids.Add(id);
    }

    private void AddUnknown(BpeMerger merger, ref int unknown)
    {
        if (unknown == 0)
            return;
        if (!_vocabulary.TryGetValue(_settings.UnknownToken!, out var id))
            throw new InputDataException(_settings.File, $"the unknown token {Printable.Quote(_settings.UnknownToken!)} is needed, and the vocabulary lacks it.", "model.unk_token", "Get the tokenizer of the model again.");
        merger.Add(id, 0);
        unknown = 0;
    }

    private int? IdOf(Rune character, bool isFirst, bool isLast)
    {
        int id;
        if (_isPlain)
            return _characters.TryGetValue(character.Value, out id) ? id : null;
        var piece = (isFirst ? "" : _settings.ContinuationPrefix) + character + (isLast ? _settings.EndSuffix : "");
        return _vocabulary.TryGetValue(piece, out id) ? id : null;
    }

    private bool HasBytes(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
            if (_bytes[value] is null)
                return false;
        return true;
    }
}
