using PureSvd.LinearAlgebra;
using PureSvd.Tests.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Tests.Tokenization;

public class WordPieceTokenizerTests
{
    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.Create([.. TokenizerTestFiles.Special, "un", "##aff", "##able", "##a", ",", "want", "##ed", "a", "b", "i", "\uFFFD"]);

    [Fact]
    public void Words_become_the_longest_pieces_and_a_pair_gets_its_special_tokens()
    {
        var encoding = Tokenizer.Encode("UNaffable, xyz", "wanted");
        Assert.Equal("[CLS] un ##aff ##able , [UNK] [SEP] want ##ed [SEP]", Pieces(encoding));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 1, 1, 1], encoding.TypeIds);
        Assert.Equal([true, false, false, false, false, false, true, false, false, true], encoding.Special);
        Assert.Equal(0, encoding.Truncated);
    }

    [Fact]
    public void A_word_that_fails_anywhere_is_unknown_as_a_whole()
        => Assert.Equal("[CLS] [UNK] [UNK] a [SEP]", Pieces(Tokenizer.Encode("unaffz zun a")));

    [Fact]
    public void Special_tokens_in_the_text_are_found_as_they_are_written()
        => Assert.Equal("[CLS] a [MASK] b [SEP] [MASK] [UNK] [UNK] [UNK] [SEP]", Pieces(Tokenizer.Encode("a[MASK]b [SEP][MASK] [mask]")));

    [Fact]
    public void A_lone_surrogate_reads_as_the_replacement_character_which_the_clean_up_removes()
        => Assert.Equal("[CLS] a b [SEP]", Pieces(Tokenizer.Encode("a\uD800 \uDC00b")));

    [Fact]
    public void Truncation_counts_what_it_cuts_and_keeps_the_special_tokens()
    {
        var encoding = Tokenizer.Encode("a a a a a", "b b", 7);
        Assert.Equal("[CLS] a a [SEP] b b [SEP]", Pieces(encoding));
        Assert.Equal(3, encoding.Truncated);
        Assert.Equal("[CLS] [SEP] [SEP]", Pieces(Tokenizer.Encode("a", "b", 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.Encode("a", "b", 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.Encode("a", null, -1));
    }

    [Fact]
    public void An_empty_text_is_its_special_tokens()
    {
        Assert.Equal("[CLS] [SEP]", Pieces(Tokenizer.Encode("")));
        Assert.Equal("[CLS] [SEP] [SEP]", Pieces(Tokenizer.Encode(" ", "\u0000")));
    }

    [Fact]
    public void A_megabyte_of_anything_is_encoded()
    {
        const int Size = 1 << 20;
        Assert.Equal("[CLS] [UNK] [SEP]", Pieces(Tokenizer.Encode(new string('a', Size))));
        Assert.Equal(Size + 2, Tokenizer.Encode(new string(',', Size)).Ids.Length);
        Assert.Equal(Size + 2, Tokenizer.Encode(new string('[', Size)).Ids.Length);
        Assert.Equal("[CLS] [SEP]", Pieces(Tokenizer.Encode(new string('\u0301', Size))));
        Assert.Equal("[CLS] [UNK] [SEP]", Pieces(Tokenizer.Encode("a" + string.Concat(Enumerable.Repeat("\u302E\u1BF2", Size / 2)))));
        Assert.Equal("[CLS] [SEP]", Pieces(Tokenizer.Encode(new string(' ', Size))));
        Assert.Equal(Size / 8 + 2, Tokenizer.Encode(string.Concat(Enumerable.Repeat("[MASK]  ", Size / 8))).Ids.Length);
    }

    [Fact]
    public void Ids_and_pieces_are_each_others_inverse()
    {
        for (var id = 0; id < Tokenizer.VocabularySize; id++)
            Assert.Equal(id, Tokenizer.IdOf(Tokenizer.Piece(id)));
        Assert.Null(Tokenizer.IdOf("absent"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.Piece(Tokenizer.VocabularySize));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.Piece(-1));
    }

    [Fact]
    public void Decoding_joins_pieces_and_drops_special_tokens()
    {
        Assert.Equal("unaffable, wanted", Tokenizer.Decode(Tokenizer.Encode("unaffable , wanted").Ids));
        Assert.Equal("[CLS] a [SEP]", Tokenizer.Decode(Tokenizer.Encode("a").Ids, skipSpecialTokens: false));
    }

    [Fact]
    public void One_tokenizer_serves_many_threads()
    {
        var random = new SeededRandom(3);
        var texts = Enumerable.Range(0, 200).Select(_ => RandomText.Next(random)).ToArray();
        var expected = Array.ConvertAll(texts, text => Tokenizer.Encode(text).Ids);
        Parallel.For(0, 2000, i => Assert.Equal(expected[i % texts.Length], Tokenizer.Encode(texts[i % texts.Length]).Ids));
    }

    [Fact]
    public void Both_files_give_the_same_ids_on_random_text()
    {
        string[] pieces = [.. Enumerable.Range('a', 26).SelectMany(c => new[] { ((char)c).ToString(), "##" + (char)c }), "the", "##ing", "é", ",", ".", "中", "ᄀ", "##ᅡ"];
        using var folder = new TemporaryFolder();
        var fromJson = TokenizerFiles.Load(folder.WriteJson(TokenizerTestFiles.Json(pieces)));
        var fromText = TokenizerFiles.Load(folder.WriteVocabulary(pieces));
        var random = new SeededRandom(4);
        for (var i = 0; i < 2000; i++)
        {
            var (text, pair) = (RandomText.Next(random), random.Next(2) == 0 ? null : RandomText.Next(random));
            var maxLength = random.Next(2) == 0 ? (int?)null : 3 + random.Next(20);
            var (a, b) = (fromJson.Encode(text, pair, maxLength), fromText.Encode(text, pair, maxLength));
            Assert.Equal(a.Ids, b.Ids);
            Assert.Equal(a.TypeIds, b.TypeIds);
            Assert.True(maxLength is null || a.Ids.Length <= maxLength);
            Assert.All(a.Ids, id => Assert.InRange(id, 0, fromJson.VocabularySize - 1));
        }
    }

    private static string Pieces(TokenEncoding encoding) => string.Join(' ', encoding.Ids.Select(Tokenizer.Piece));
}
