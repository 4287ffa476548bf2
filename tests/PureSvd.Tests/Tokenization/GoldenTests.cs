using System.Text.Json;
using PureSvd.Tokenization;

namespace PureSvd.Tests.Tokenization;

/// <summary>
/// <c>Golden/</c> holds 400 texts, chosen and drawn from all over Unicode, and the ids that huggingface/tokenizers 0.23.2 gives them
/// with a vocabulary of single characters, so that every character of the normal form shows.
/// </summary>
public class GoldenTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ids_are_those_of_Hugging_Face_on_texts_from_all_over_Unicode(bool lowercase)
    {
        var tokenizer = WordPieceTokenizer.Create(File.ReadAllText(Path.Combine(TokenizerTestFiles.GoldenFolder, "vocab.txt")).TrimEnd('\n').Split('\n'), lowercase);
        var count = 0;
        foreach (var line in File.ReadLines(Path.Combine(TokenizerTestFiles.GoldenFolder, "texts.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            var text = json.RootElement.GetProperty("text").GetString()!;
            var expected = json.RootElement.GetProperty(lowercase ? "uncased" : "cased").EnumerateArray().Select(id => id.GetInt32());
            var ids = tokenizer.Encode(text).Ids;
            Assert.True(expected.SequenceEqual(ids), $"{TokenizerTestFiles.Escape(text)}: {string.Join(' ', expected.Select(tokenizer.Piece))} expected, {string.Join(' ', ids.Select(tokenizer.Piece))} found");
            if (lowercase)
                Assert.Equal(json.RootElement.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
            count++;
        }
        Assert.Equal(400, count);
    }
}
