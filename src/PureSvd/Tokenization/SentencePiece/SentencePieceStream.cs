using System.Text;

namespace PureSvd.Tokenization;

/// <summary>Pieces to text as SentencePiece does it: <c>▁</c> is a space, but none at the start of the text; runs of byte pieces are UTF-8.</summary>
/// <remarks>Source: <c>SentencePieceProcessor::Decode</c> of google/sentencepiece. A byte that is no UTF-8 reads as U+FFFD, each one by itself.</remarks>
internal sealed class SentencePieceStream(SentencePieceTokenizer tokenizer, SentencePieceVocabulary vocabulary, SentencePieceModel model, bool skipSpecialTokens) : StreamingDecoder
{
    private const char Space = '▁';

    private readonly List<byte> _bytes = [];
    private readonly StringBuilder _text = new();
    private bool _atStart = true;
    private bool _strippedSpace;
    private bool _hasText;

    /// <inheritdoc/>
    public override string Append(int id)
    {
        var piece = tokenizer.Piece(id);
        if (id < vocabulary.Size && vocabulary[id].Kind == SentencePieceKind.Byte)
        {
            _bytes.Add((byte)SentencePieceModel.ByteOf(piece));
            TakeCharacters(isEnd: false);
        }
        else
        {
            TakeCharacters(isEnd: true);
            if (_strippedSpace || _hasText || _text.Length > 0)
                _atStart = false;
            _strippedSpace = false;
            AppendPiece(id, piece);
        }
        return Take();
    }

    /// <inheritdoc/>
    public override string Finish()
    {
        TakeCharacters(isEnd: true);
        return Take();
    }

    private void AppendPiece(int id, string piece)
    {
        if (tokenizer.IsSpecial(id))
            _text.Append(skipSpecialTokens ? "" : piece);
        else if (id >= vocabulary.Size)
            _text.Append(piece);
        else if (id == vocabulary.UnknownId)
            _text.Append(model.UnknownSurface);
        else
        {
            if (_atStart && (model.Normalization.AddDummyPrefix || model.Normalization.RemoveExtraWhiteSpace) && piece is [Space, ..])
            {
                piece = piece[1..];
                // Where extra white space is removed, all of it at the start is.
                _strippedSpace = !model.Normalization.RemoveExtraWhiteSpace;
            }
            _text.Append(piece.Replace(Space, ' '));
        }
    }

    private void TakeCharacters(bool isEnd) => _text.Append(Utf8Stream.Take(_bytes, isEnd, singly: true));

    private string Take()
    {
        if (_text.Length == 0)
            return "";
        var text = _text.ToString();
        _text.Clear();
        _hasText = true;
        return text;
    }
}
