using PureSvd.LinearAlgebra;
using PureSvd.Research.Training;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Research.Tests.Training;

public sealed class SentenceCopiesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("puresvd-copies-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_label_says_what_happened_to_the_words()
    {
        var copies = Copies(out _);
        var seen = new int[SentenceCopies.Labels.Length];
        for (var i = 0; i < 2000; i++)
        {
            var (pair, change) = copies.Draw(i % copies.Count, SeededRandom.ForStream(7, (ulong)i));
            var (first, second) = Segments(pair);
            seen[(int)change]++;
            var missing = first.Count(id => !second.Contains(id));
            var foreign = second.Count(id => !first.Contains(id));
            Assert.Equal(change is CopyChange.Dropped or CopyChange.Replaced, missing > 0);
            Assert.Equal(change is CopyChange.Added or CopyChange.Replaced, foreign > 0);
            Assert.InRange(Math.Max(missing, foreign), 0, 3);
            Assert.True(pair.Ids.Length <= 64);
        }
        Assert.All(seen, count => Assert.InRange(count, 425, 575));
    }

    [Fact]
    public void A_pair_is_framed_as_the_tokenizer_frames_it()
    {
        var copies = Copies(out var tokenizer);
        for (var i = 0; i < copies.Count; i++)
        {
            var pair = copies.Unchanged(i);
            var text = string.Join(' ', Segments(pair).First.Select(id => Words[id - 5]));
            var expected = tokenizer.Encode(text, text);
            Assert.Equal(expected.Ids, pair.Ids);
            Assert.Equal(expected.TypeIds, pair.TypeIds);
            Assert.Equal(expected.Special, pair.Special);
        }
    }

    [Fact]
    public void A_copy_depends_on_seed_epoch_and_sentence_alone()
    {
        var task = new MatchingTask(Copies(out _), seed: 3);
        int[] all = [.. Enumerable.Range(0, task.Sequences.Count)];
        var whole = task.MakeShard(all, 0, epoch: 1);
        Assert.NotEqual(whole.Batch.Ids, task.MakeShard(all, 0, epoch: 2).Batch.Ids);
        var shards = task.MakeShards(all, 3, epoch: 1);
        Assert.Equal(whole.Batch.Ids, shards.SelectMany(s => s?.Batch.Ids ?? []));
        Assert.Equal(whole.Targets, shards.SelectMany(s => s?.Targets ?? []));
    }

    [Fact]
    public void Text_without_sentences_is_refused()
    {
        var path = Path.Combine(_directory, "short.txt");
        File.WriteAllText(path, "Yes. No. A cat sat.\n");
        var e = Assert.Throws<InputDataException>(() => SentenceCopies.Of(File.ReadLines(path), Tokenizer(), 64, path));
        Assert.Contains("sentences of 5 to 24 words", e.Message, StringComparison.Ordinal);
    }

    // Forty sentences of seven words, each word once in its sentence.
    private static string[] Words => [.. Enumerable.Range(0, 90).Select(i => $"w{(char)('a' + i / 10)}{(char)('a' + i % 10)}")];

    private SentenceCopies Copies(out ITokenizer tokenizer)
    {
        var path = Path.Combine(_directory, "text.txt");
        File.WriteAllText(path, string.Join(". ", Enumerable.Range(0, 40).Select(s => string.Join(' ', Enumerable.Range(0, 7).Select(w => Words[(s * 11 + w * 13) % 90])))) + ".\n");
        tokenizer = Tokenizer();
        return SentenceCopies.Of(File.ReadLines(path), tokenizer, 64, path);
    }

    private ITokenizer Tokenizer()
    {
        File.WriteAllText(Path.Combine(_directory, "vocab.txt"), string.Join('\n', ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words]) + "\n");
        return TokenizerFiles.Load(_directory);
    }

    private static (int[] First, int[] Second) Segments(TokenEncoding pair)
        => ([.. pair.Ids.Where((_, t) => !pair.Special[t] && pair.TypeIds[t] == 0)], [.. pair.Ids.Where((_, t) => !pair.Special[t] && pair.TypeIds[t] == 1)]);
}
