using System.Text.Json.Nodes;
using PureSvd.Tests.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Tests.Tokenization;

public class TokenizerJsonTests
{
    [Theory]
    [InlineData(true, null, "e")]
    [InlineData(true, false, "é")]
    [InlineData(false, null, "É")]
    [InlineData(false, true, "E")]
    public void Accents_follow_the_case_unless_told_otherwise(bool lowercase, bool? stripAccents, string expected)
    {
        var json = TokenizerTestFiles.Json("e", "é", "É", "E");
        json["normalizer"]!["lowercase"] = lowercase;
        json["normalizer"]!["strip_accents"] = stripAccents;
        Assert.Equal($"[CLS] {expected} [SEP]", Pieces(json, "É"));
    }

    [Fact]
    public void An_added_token_takes_white_space_along_if_it_says_so()
    {
        var json = TokenizerTestFiles.Json("a", "b");
        json["added_tokens"]!.AsArray().Add(TokenizerTestFiles.Added(7, "<x>", lstrip: true, rstrip: true));
        Assert.Equal("[CLS] a <x> b <x> <x> [SEP]", Pieces(json, "a \u3000<x>\n b<x> <x> "));
    }

    [Fact]
    public void A_single_word_token_is_not_found_inside_a_word()
    {
        var json = TokenizerTestFiles.Json("a", "##x", "x", ".", "xx", "\u0301", "_");
        json["added_tokens"]!.AsArray().Add(TokenizerTestFiles.Added(7, "x", singleWord: true));
        Assert.Equal("[CLS] x a ##x x . x xx x _ [SEP]", Pieces(json, "x ax x.x xx x_"));
    }

    [Fact]
    public void A_normalized_token_is_found_in_any_case_and_the_longest_one_wins()
    {
        var json = TokenizerTestFiles.Json("a", "new", "york");
        json["added_tokens"]!.AsArray().Add(TokenizerTestFiles.Added(8, "New York", normalized: true));
        json["added_tokens"]!.AsArray().Add(TokenizerTestFiles.Added(9, "New York City", normalized: true));
        Assert.Equal("[CLS] a New York a New York City new a [SEP]", Pieces(json, "a NEW YORK a nëw york city new a"));
    }

    [Fact]
    public void Added_tokens_that_are_not_special_survive_decoding()
    {
        using var folder = new TemporaryFolder();
        var json = TokenizerTestFiles.Json("a");
        json["added_tokens"]!.AsArray().Add(TokenizerTestFiles.Added(6, "<x>"));
        var tokenizer = TokenizerFiles.Load(folder.WriteJson(json));
        Assert.False(tokenizer.IsSpecial(6));
        Assert.True(tokenizer.IsSpecial(2));
        Assert.Equal(7, tokenizer.VocabularySize);
        Assert.Equal("a <x>", tokenizer.Decode(tokenizer.Encode("a<x>").Ids));
    }

    [Fact]
    public void BertProcessing_and_no_post_processor_are_followed()
    {
        var json = TokenizerTestFiles.Json("a", "b");
        json["post_processor"] = JsonNode.Parse("""{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}""");
        Assert.Equal("[CLS] a [SEP] b [SEP]", Pieces(json, "a", "b"));
        json["post_processor"] = null;
        Assert.Equal("a b", Pieces(json, "a", "b"));
    }

    [Fact]
    public void Truncation_to_the_left_keeps_the_end()
    {
        var json = TokenizerTestFiles.Json("a", "b", "c");
        json["truncation"] = JsonNode.Parse("""{"direction":"Left","max_length":512,"strategy":"LongestFirst","stride":0}""");
        Assert.Equal("[CLS] b c [SEP]", Pieces(json, "a b c", maxLength: 4));
    }

    [Fact]
    public void The_pad_id_of_the_file_is_used()
    {
        using var folder = new TemporaryFolder();
        var json = TokenizerTestFiles.Json("a");
        json["padding"] = JsonNode.Parse("""{"strategy":"BatchLongest","direction":"Right","pad_to_multiple_of":null,"pad_id":5,"pad_type_id":0,"pad_token":"a"}""");
        Assert.Equal(5, TokenizerFiles.Load(folder.WriteJson(json)).PadId);
    }

    [Fact]
    public void The_tokenizer_config_decides_how_a_vocabulary_is_used()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.txt", "<pad>\n<unk>\n<s>\n</s>\n<mask>\nÉ\ne\n");
        folder.Write("tokenizer_config.json", """
            {"do_lower_case":false,"unk_token":"<unk>","pad_token":{"content":"<pad>","lstrip":false},"cls_token":"<s>","sep_token":"</s>","mask_token":"<mask>",
             "truncation_side":"left","added_tokens_decoder":{"7":{"content":"<x>","lstrip":false,"normalized":false,"rstrip":false,"single_word":false,"special":true}}}
            """);
        var tokenizer = TokenizerFiles.Load(folder.Name);
        Assert.Equal("<s> É <unk> <x> <mask> </s>", string.Join(' ', tokenizer.Encode("É E<x><mask>").Ids.Select(tokenizer.Piece)));
        Assert.Equal("<s> <mask> </s>", string.Join(' ', tokenizer.Encode("É E<x><mask>", null, 3).Ids.Select(tokenizer.Piece)));
        Assert.Equal(0, tokenizer.PadId);
        Assert.Equal(4, tokenizer.MaskId);
    }

    [Fact]
    public void Tokenizer_json_wins_over_vocab_txt()
    {
        using var folder = new TemporaryFolder();
        folder.WriteJson(TokenizerTestFiles.Json("from-json"));
        folder.WriteVocabulary("from-text");
        Assert.Equal("from-json", TokenizerFiles.Load(folder.Name).Piece(5));
    }

    private static string Pieces(JsonObject json, string text, string? pair = null, int? maxLength = null)
    {
        using var folder = new TemporaryFolder();
        var tokenizer = TokenizerFiles.Load(folder.WriteJson(json));
        return string.Join(' ', tokenizer.Encode(text, pair, maxLength).Ids.Select(tokenizer.Piece));
    }
}
