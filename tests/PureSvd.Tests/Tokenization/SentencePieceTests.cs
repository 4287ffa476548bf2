using Google.Protobuf;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;
using PureSvd.Tests.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Tests.Tokenization;

public class SentencePieceTests
{
    private static readonly (string, float, int)[] Pieces =
        [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), .. Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f, 6)), ("▁a", -1, 1), ("bc", -2, 1), ("ab", -1, 1), ("▁", -9, 1), ("a", -9, 1), ("b", -9, 1), ("c", -9, 1)];

    [Fact]
    public void The_highest_score_merges_first_and_the_leftmost_on_a_tie()
    {
        using var folder = new TemporaryFolder();
        var tokenizer = TokenizerFiles.Load(folder.Write("tokenizer.model", Model(Pieces)));
        Assert.Equal("<s> ▁a bc", string.Join(' ', tokenizer.Encode("abc").Ids.Select(tokenizer.Piece)));
        Assert.Equal("▁a ▁ <0xF0> <0x9F> <0x98> <0x80>", string.Join(' ', tokenizer.EncodeText("a \U0001F600").Select(tokenizer.Piece)));
        Assert.Empty(tokenizer.EncodeText(""));
        Assert.Equal((1, 2), (tokenizer.BosId, tokenizer.EosId));
        Assert.Equal("abc \U0001F600", tokenizer.Decode(tokenizer.Encode("abc \U0001F600").Ids));
    }

    [Fact]
    public void A_stream_holds_back_the_first_bytes_of_a_character()
    {
        using var folder = new TemporaryFolder();
        var tokenizer = TokenizerFiles.Load(folder.Write("tokenizer.model", Model(Pieces)));
        var stream = tokenizer.StreamingDecoder();
        Assert.Equal(["a", " ", "", "", "", "\U0001F600"], tokenizer.EncodeText("a \U0001F600").Select(stream.Append));
        Assert.Equal("", stream.Append(3 + 0xE4));
        Assert.Equal("\uFFFD", stream.Finish());
    }

    [Fact]
    public void Broken_models_are_refused_by_what_is_wrong()
    {
        using var folder = new TemporaryFolder();
        string Fault(byte[] model) => Assert.Throws<InputDataException>(() => TokenizerFiles.Load(folder.Write("tokenizer.model", model))).Message;
        Assert.Contains("unigram", Fault(Model(Pieces, type: 1)), StringComparison.Ordinal);
        Assert.Contains("score", Fault(Model([.. Pieces, ("x", float.NaN, 1)])), StringComparison.Ordinal);
        Assert.Contains("second time", Fault(Model([.. Pieces, ("a", -1, 1)])), StringComparison.Ordinal);
        Assert.Contains("0x00", Fault(Model([.. Pieces.Where(p => p.Item1 != "<0x00>")])), StringComparison.Ordinal);
        Assert.Contains("unknown piece", Fault(Model(Pieces[1..])), StringComparison.Ordinal);
        var whole = Model(Pieces);
        var random = new SeededRandom(3);
        for (var i = 0; i < 300; i++)
        {
            var bytes = whole[..(1 + random.Next(whole.Length - 1))];
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                TokenizerFiles.Load(folder.Write("tokenizer.model", bytes)).Encode("abc \U0001F600");
            }
            catch (InputDataException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    [SharedDataFact]
    public void The_stories_have_the_tokens_that_llama2c_counts()
    {
        var tokenizer = TokenizerFiles.Load(Path.Combine(Repository.SharedData, "models", "stories260K"));
        var stories = File.ReadAllText(Path.Combine(Repository.SharedData, "text", "tinystories-sample.txt")).Split("<|endoftext|>");
        Assert.Equal([321, 353, 415], stories.Take(3).Select(story => tokenizer.Encode(story.TrimStart()).Ids.Length));
    }

    private static byte[] Model((string Text, float Score, int Type)[] pieces, int type = 2)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            foreach (var (text, score, kind) in pieces)
                Message(output, 1, piece =>
                {
                    piece.WriteTag(1, WireFormat.WireType.LengthDelimited);
                    piece.WriteString(text);
                    piece.WriteTag(2, WireFormat.WireType.Fixed32);
                    piece.WriteFloat(score);
                    piece.WriteTag(3, WireFormat.WireType.Varint);
                    piece.WriteEnum(kind);
                });
            Message(output, 2, trainer =>
            {
                trainer.WriteTag(3, WireFormat.WireType.Varint);
                trainer.WriteEnum(type);
                trainer.WriteTag(35, WireFormat.WireType.Varint);
                trainer.WriteBool(true);
            });
            Message(output, 3, normalizer =>
            {
                normalizer.WriteTag(4, WireFormat.WireType.Varint);
                normalizer.WriteBool(false);
            });
        }
        return stream.ToArray();
    }

    private static void Message(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var inner = new CodedOutputStream(stream, leaveOpen: true))
            write(inner);
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(stream.ToArray()));
    }
}
