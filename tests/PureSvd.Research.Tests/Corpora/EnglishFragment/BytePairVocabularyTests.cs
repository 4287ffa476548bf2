using System.Text.Json;
using PureSvd.Research.Corpora.EnglishFragment;

namespace PureSvd.Research.Tests.Corpora.EnglishFragment;

public class BytePairVocabularyTests
{
    [Fact]
    public void Every_word_becomes_one_piece_and_every_merge_makes_a_piece_of_two_known_ones()
    {
        string[] words = ["▁low", "▁lower", "▁newest", "▁widest", "▁a"];
        var (pieces, merges) = BytePairVocabulary.Learn(words);
        Assert.Equal(pieces.Count, pieces.Distinct().Count());
        Assert.All(words, word => Assert.Contains(word, pieces));
        for (var i = 0; i < merges.Count; i++)
        {
            var (left, right) = merges[i];
            Assert.True(pieces.ToList().IndexOf(left + right) > Math.Max(pieces.ToList().IndexOf(left), pieces.ToList().IndexOf(right)));
        }
        Assert.Equal(("e", "s"), merges[0]); // in two words, and before its equals ("l", "o"), ("o", "w"), … in ordinal order
    }

    [Fact]
    public void The_file_has_bytes_for_what_has_no_piece()
    {
        using var json = JsonDocument.Parse(BytePairVocabulary.TokenizerJson());
        var model = json.RootElement.GetProperty("model");
        var vocabulary = model.GetProperty("vocab");
        Assert.Equal(3, vocabulary.GetProperty("<0x00>").GetInt32());
        Assert.Equal(258, vocabulary.GetProperty("<0xFF>").GetInt32());
        Assert.Equal([.. Enumerable.Range(0, vocabulary.EnumerateObject().Count())], vocabulary.EnumerateObject().Select(p => p.Value.GetInt32()));
        Assert.All(["▁the", "▁terriers", "▁Question", "▁Neither", "."], (string piece) => Assert.True(vocabulary.TryGetProperty(piece, out _)));
    }
}
