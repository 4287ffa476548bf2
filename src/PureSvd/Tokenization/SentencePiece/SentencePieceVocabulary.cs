using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>The pieces of a SentencePiece model by what they are for, checked as SentencePiece checks them.</summary>
internal sealed class SentencePieceVocabulary
{
    private const int Bytes = 256;

    private readonly List<SentencePiece> _pieces;
    private readonly Dictionary<string, int> _text = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _reserved = new(StringComparer.Ordinal);

    /// <exception cref="InputDataException">A piece occurs twice, there is no unknown piece, or a byte is missing.</exception>
    internal SentencePieceVocabulary(string file, SentencePieceModel model)
    {
        InputDataException Fault(string problem, string? place = null) => new(file, problem, place, "Get the tokenizer of the model again.");

        _pieces = [.. model.Pieces];
        ByteFallback = model.ByteFallback;
        UnknownId = -1;
        Array.Fill(ByteIds, -1);
        for (var id = 0; id < _pieces.Count; id++)
        {
            var (text, _, kind) = _pieces[id];
            var isText = kind is SentencePieceKind.Normal or SentencePieceKind.UserDefined or SentencePieceKind.Unused;
            if (!(isText ? _text : _reserved).TryAdd(text, id))
                throw Fault($"has the piece {Printable.Quote(text)} a second time.", $"piece {id}");
            if (kind == SentencePieceKind.Unknown)
                UnknownId = UnknownId < 0 ? id : throw Fault($"has two unknown pieces, {UnknownId} and {id}.");
            if (kind != SentencePieceKind.Byte)
                continue;
            if (!ByteFallback)
                throw Fault($"has the byte piece {Printable.Quote(text)}, and its byte_fallback is false.", $"piece {id}");
            if (SentencePieceModel.ByteOf(text) is not (>= 0 and var value))
                throw Fault($"has the byte piece {Printable.Quote(text)}, which names no byte.", $"piece {id}");
            ByteIds[value] = id;
        }
        if (UnknownId < 0)
            throw Fault("has no unknown piece.");
        if (ByteFallback && Array.IndexOf(ByteIds, -1) is >= 0 and var missing)
            throw Fault($"lacks the piece of the byte 0x{missing:X2}, and its byte_fallback is true.");
    }

    internal int Size => _pieces.Count;

    internal int UnknownId { get; }

    /// <summary>Characters that no piece covers become the pieces of their bytes.</summary>
    internal bool ByteFallback { get; }

    /// <summary>The piece of each byte.</summary>
    internal int[] ByteIds { get; } = new int[Bytes];

    internal SentencePiece this[int id] => _pieces[id];

    /// <summary>The id of a piece that text is made of: normal, user-defined or unused.</summary>
    internal int? TextIdOf(string piece) => _text.TryGetValue(piece, out var id) ? id : null;

    /// <summary>The id of any piece; where a special and a normal one are written alike, the special one's.</summary>
    internal int? IdOf(string piece) => _reserved.TryGetValue(piece, out var id) ? id : TextIdOf(piece);

    /// <summary>The id of a control piece; null where <paramref name="piece"/> is none.</summary>
    internal int? ControlIdOf(string piece) => IdOf(piece) is { } id && _pieces[id].Kind == SentencePieceKind.Control ? id : null;
}
