using System.Text;
using Google.Protobuf;
using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>Reads <c>tokenizer.model</c>, a message of <c>sentencepiece_model.proto</c>.</summary>
internal static class SentencePieceFile
{
    // The largest in use have 4 MB; every piece costs memory.
    private const long MaxBytes = 1 << 25;

    /// <summary>Longer pieces would make the table of merges explode, and none exist.</summary>
    private const int MaxPieceLength = 512;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="InputDataException">The file is at fault.</exception>
    internal static SentencePieceModel Read(string path)
    {
        var bytes = InputFile.ReadAllBytes(path, MaxBytes);
        try
        {
            return ReadModel(path, bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InputDataException(path, $"is no SentencePiece model: {e.Message.ReplaceLineEndings(" ")}", remedy: "Get the file again.", inner: e);
        }
    }

    private static SentencePieceModel ReadModel(string path, byte[] bytes)
    {
        var model = new SentencePieceModel();
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and var tag)
            switch (tag)
            {
                case Field.Pieces:
                    model.Pieces.Add(ReadPiece(path, $"piece {model.Pieces.Count}", Message(input)));
                    break;
                case Field.TrainerSpec:
                    ReadTrainerSpec(path, Message(input), model);
                    break;
                case Field.NormalizerSpec:
                    model.Normalization = ReadNormalizerSpec(path, Message(input));
                    break;
                case Field.DenormalizerSpec:
                    model.Denormalization = ReadNormalizerSpec(path, Message(input)) is { CharacterMap: not null } denormalization ? denormalization : null;
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        return model.Pieces.Count > 0 ? model : throw new InputDataException(path, "has no pieces.", remedy: "Get the file again.");
    }

    private static SentencePiece ReadPiece(string path, string place, CodedInputStream input)
    {
        var (text, score, kind) = ("", 0f, SentencePieceKind.Normal);
        while (input.ReadTag() is not 0 and var tag)
            switch (tag)
            {
                case Field.Piece:
                    text = Text(path, place, input);
                    break;
                case Field.Score:
                    score = input.ReadFloat();
                    break;
                case Field.Type:
                    kind = (SentencePieceKind)input.ReadEnum();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        if (text.Length is 0 or > MaxPieceLength)
            throw new InputDataException(path, $"has {text.Length} characters, and 1 to {MaxPieceLength} are read.", place, "Get the file again.");
        if (!float.IsFinite(score))
            throw new InputDataException(path, $"{Printable.Quote(text)} has the score {score}, and the order of merges needs a number.", place, "Get the file again.");
        return Enum.IsDefined(kind) ? new SentencePiece(text, score, kind) : throw new InputDataException(path, $"{Printable.Quote(text)} is of the unknown type {(int)kind}.", place, "Get the file again.");
    }

    private static void ReadTrainerSpec(string path, CodedInputStream input, SentencePieceModel model)
    {
        const string Place = "trainer_spec";
        while (input.ReadTag() is not 0 and var tag)
            switch (tag)
            {
                case Field.ModelType:
                    model.ModelType = input.ReadEnum();
                    break;
                case Field.TreatWhiteSpaceAsSuffix:
                    model.WhiteSpaceIsSuffix = input.ReadBool();
                    break;
                case Field.ByteFallback:
                    model.ByteFallback = input.ReadBool();
                    break;
                case Field.UnknownSurface:
                    model.UnknownSurface = Text(path, Place, input);
                    break;
                case Field.UnknownPiece:
                    model.UnknownPiece = Text(path, Place, input);
                    break;
                case Field.BosPiece:
                    model.BosPiece = Text(path, Place, input);
                    break;
                case Field.EosPiece:
                    model.EosPiece = Text(path, Place, input);
                    break;
                case Field.PadPiece:
                    model.PadPiece = Text(path, Place, input);
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
    }

    private static SentencePieceNormalization ReadNormalizerSpec(string path, CodedInputStream input)
    {
        var spec = new SentencePieceNormalization();
        while (input.ReadTag() is not 0 and var tag)
            switch (tag)
            {
                case Field.PrecompiledCharsmap:
                    var blob = input.ReadBytes().Span;
                    spec.CharacterMap = blob.IsEmpty ? null : PrecompiledCharacterMap.Read(path, blob);
                    break;
                case Field.AddDummyPrefix:
                    spec.AddDummyPrefix = input.ReadBool();
                    break;
                case Field.RemoveExtraWhiteSpaces:
                    spec.RemoveExtraWhiteSpace = input.ReadBool();
                    break;
                case Field.EscapeWhiteSpaces:
                    spec.EscapeWhiteSpace = input.ReadBool();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        return spec;
    }

    private static CodedInputStream Message(CodedInputStream input) => input.ReadBytes().CreateCodedInput();

    private static string Text(string path, string place, CodedInputStream input)
    {
        try
        {
            return StrictUtf8.GetString(input.ReadBytes().Span);
        }
        catch (DecoderFallbackException e)
        {
            throw new InputDataException(path, "is not UTF-8 text.", place, "Get the file again.", e);
        }
    }

    /// <summary>Tags: the number of the field, shifted, and how it is written.</summary>
    private static class Field
    {
        private const uint Varint = 0, Bytes = 2, Fixed32 = 5;

        internal const uint Pieces = (1 << 3) | Bytes, TrainerSpec = (2 << 3) | Bytes, NormalizerSpec = (3 << 3) | Bytes, DenormalizerSpec = (5 << 3) | Bytes;

        internal const uint Piece = (1 << 3) | Bytes, Score = (2 << 3) | Fixed32, Type = (3 << 3) | Varint;

        internal const uint ModelType = (3 << 3) | Varint, TreatWhiteSpaceAsSuffix = (24 << 3) | Varint, ByteFallback = (35 << 3) | Varint,
            UnknownSurface = (44 << 3) | Bytes, UnknownPiece = (45 << 3) | Bytes, BosPiece = (46 << 3) | Bytes, EosPiece = (47 << 3) | Bytes, PadPiece = (48 << 3) | Bytes;

        internal const uint PrecompiledCharsmap = (2 << 3) | Bytes, AddDummyPrefix = (3 << 3) | Varint, RemoveExtraWhiteSpaces = (4 << 3) | Varint, EscapeWhiteSpaces = (5 << 3) | Varint;
    }
}
