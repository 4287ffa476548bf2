using System.Runtime.InteropServices;
using System.Text;

namespace PureSvd.Tokenization;

/// <summary>SentencePiece's BPE: characters merge to the neighbouring pair whose piece has the highest score, the leftmost first.</summary>
/// <remarks>
/// SentencePiece looks every candidate pair up as a string; here the pairs that make a piece are enumerated once, and text is only looked up character by character. A character without a piece
/// can still be part of one, so it gets a symbol of its own beyond the ids. Source: <c>bpe_model.cc</c> of google/sentencepiece.
/// </remarks>
internal sealed class SentencePieceBpe
{
    private const int NoSymbol = -1;

    private static readonly Rune Space = new('▁');

    private readonly SentencePieceVocabulary _vocabulary;
    private readonly PieceTrie? _userDefined;
    private readonly Dictionary<int, int> _characters = [];
    private readonly List<int> _idOfSymbol = [];
    private readonly HashSet<int> _unused = [];
    private readonly BpeMerges _merges;
    private readonly bool _wordsAreApart;

    internal SentencePieceBpe(SentencePieceVocabulary vocabulary, PieceTrie? userDefined)
    {
        _vocabulary = vocabulary;
        _userDefined = userDefined;
        for (var id = 0; id < vocabulary.Size; id++)
        {
            var (text, _, kind) = vocabulary[id];
            _idOfSymbol.Add(vocabulary.IdOf(text)!.Value);
            if (kind == SentencePieceKind.Unused)
                _unused.Add(id);
            if (IsMergeable(id) && Rune.DecodeFromUtf16(text, out var character, out var length) == System.Buffers.OperationStatus.Done && length == text.Length)
                _characters.Add(character.Value, id);
        }
        _merges = new BpeMerges(vocabulary.Size);
        var ranks = Ranks();
        // Which pair made an unused piece last is a matter of the whole text.
        _wordsAreApart = _unused.Count == 0;
        for (var id = 0; id < vocabulary.Size; id++)
            if (IsMergeable(id))
            {
                AddMerges(id, ranks[vocabulary[id].Score]);
                _wordsAreApart &= !HasSpaceInside(vocabulary[id].Text);
            }
    }

    /// <summary>Appends the ids of normalized UTF-8.</summary>
    internal void Encode(ReadOnlySpan<byte> text, List<int> ids)
    {
        var merger = new BpeMerger(_merges, _unused.Count > 0 ? _unused : null);
        var afterUnknown = false;
        var wordStart = 0;
        var afterSpace = true;
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            int length;
            if (_userDefined is not null && (length = _userDefined.LongestMatch(text[at..], out var id)) > 0)
            {
                merger.Add(Frozen(id), start - wordStart);
                at += length;
                afterSpace = false;
                continue;
            }
            Rune.DecodeFromUtf8(text[at..], out var character, out length);
            at += length;
            // Where no piece has a space behind another character, nothing merges across the start of a word, and short words are faster than one long text.
            if (_wordsAreApart && character == Space && !afterSpace)
            {
                EncodeWord(merger, text[wordStart..start], ids, ref afterUnknown);
                wordStart = start;
            }
            afterSpace = character == Space;
            merger.Add(_characters.GetValueOrDefault(character.Value, NoSymbol), start - wordStart);
        }
        EncodeWord(merger, text[wordStart..], ids, ref afterUnknown);
    }

    private void EncodeWord(BpeMerger merger, ReadOnlySpan<byte> word, List<int> ids, ref bool afterUnknown)
    {
        merger.Merge();
        var cursor = 0;
        for (var more = merger.MoveNext(ref cursor, out var symbol, out var start); more;)
        {
            more = merger.MoveNext(ref cursor, out var next, out var end);
            AddSymbol(merger, symbol, word[start..(more ? end : word.Length)], ids, ref afterUnknown);
            (symbol, start) = (next, end);
        }
        merger.Clear();
    }

    private void AddSymbol(BpeMerger merger, int symbol, ReadOnlySpan<byte> text, List<int> ids, ref bool afterUnknown)
    {
        if (_unused.Contains(symbol) && merger.Formed.TryGetValue(symbol, out var halves))
        {
            AddHalves(merger, halves, text, ids, ref afterUnknown);
            return;
        }
        var id = symbol < NoSymbol ? Thawed(symbol) : symbol == NoSymbol ? _vocabulary.UnknownId : _idOfSymbol[symbol];
        if (id != _vocabulary.UnknownId)
            ids.Add(id);
        else if (_vocabulary.ByteFallback)
            foreach (var value in text)
                ids.Add(_vocabulary.ByteIds[value]);
        else if (!afterUnknown)
            ids.Add(id);
        afterUnknown = id == _vocabulary.UnknownId;
    }

    private void AddHalves(BpeMerger merger, (int Left, int Right) halves, ReadOnlySpan<byte> text, List<int> ids, ref bool afterUnknown)
    {
        // A half that is no piece is a single character.
        int split;
        if (halves.Left < _vocabulary.Size)
            split = Encoding.UTF8.GetByteCount(_vocabulary[halves.Left].Text);
        else
            Rune.DecodeFromUtf8(text, out _, out split);
        AddSymbol(merger, halves.Left, text[..split], ids, ref afterUnknown);
        AddSymbol(merger, halves.Right, text[split..], ids, ref afterUnknown);
    }

    // User-defined symbols take no part in merges, so they are negative.
    private static int Frozen(int id) => -2 - id;

    private static int Thawed(int symbol) => -2 - symbol;

    private bool IsMergeable(int id) => _vocabulary[id].Kind is SentencePieceKind.Normal or SentencePieceKind.Unused;

    // The highest score first; equal scores merge from left to right.
    private Dictionary<float, int> Ranks()
    {
        var ranks = new Dictionary<float, int>();
        for (var id = 0; id < _vocabulary.Size; id++)
            if (IsMergeable(id))
                ranks.TryAdd(_vocabulary[id].Score, 0);
        var rank = 0;
        foreach (var score in ranks.Keys.OrderDescending().ToArray())
            ranks[score] = rank++;
        return ranks;
    }

    private void AddMerges(int id, int rank)
    {
        var text = _vocabulary[id].Text;
        for (var split = 1; split < text.Length; split++)
            if (!char.IsLowSurrogate(text[split]) && SymbolOf(text[..split]) is { } left && SymbolOf(text[split..]) is { } right)
                _merges.Set(left, right, new BpeMerges.Merge(rank, id));
    }

    private int? SymbolOf(string part)
    {
        if (_vocabulary.TextIdOf(part) is { } id && IsMergeable(id))
            return id;
        if (Rune.DecodeFromUtf16(part, out var character, out var length) != System.Buffers.OperationStatus.Done || length != part.Length)
            return null;
        ref var symbol = ref CollectionsMarshal.GetValueRefOrAddDefault(_characters, character.Value, out var exists);
        if (!exists)
        {
            symbol = _idOfSymbol.Count;
            _idOfSymbol.Add(_vocabulary.IdOf(part) ?? _vocabulary.UnknownId);
        }
        return symbol;
    }

    private static bool HasSpaceInside(string piece)
    {
        for (var i = 1; i < piece.Length; i++)
            if (piece[i] == Space.Value && piece[i - 1] != Space.Value)
                return true;
        return false;
    }
}
