using PureSvd.Research.Corpora;
using PureSvd.Research.Corpora.EnglishFragment;

namespace PureSvd.Research.Tests.Corpora.EnglishFragment;

public class ProbingTests
{
    private static IEnumerable<ProbingTask> Shipped() => SentEvalFile.ReadDirectory(Path.Combine(ShippedFragment.Directory, "probing"));

    [Fact]
    public void Every_task_is_balanced_large_enough_and_its_parts_share_no_sentence()
    {
        foreach (var task in Shipped())
        {
            Assert.True(task.Train.Count >= 5000 && task.Dev.Count >= 1000 && task.Test.Count >= 1000, $"{task.Name}: {task.Train.Count}, {task.Dev.Count}, {task.Test.Count}");
            foreach (var part in new[] { task.Train, task.Dev, task.Test })
                Assert.Single(part.GroupBy(example => example.Label).Select(group => group.Count()).Distinct());
            var sentences = task.Train.Concat(task.Dev).Concat(task.Test).Select(example => example.Sentence).ToList();
            Assert.True(sentences.Count == sentences.Distinct().Count(), $"{task.Name} has a sentence twice.");
        }
    }

    [Fact]
    public void Length_labels_are_the_bins_of_SentEval()
    {
        (int From, int To)[] bins = [(5, 8), (9, 12), (13, 16), (17, 20), (21, 25), (26, 28)];
        foreach (var example in Shipped().Single(task => task.Name == "sentence_length").Test)
            Assert.InRange(example.Sentence.Split(' ').Length, bins[int.Parse(example.Label)].From, bins[int.Parse(example.Label)].To);
    }

    [Fact]
    public void A_sentence_has_the_word_that_its_label_names_and_no_other_of_them()
    {
        var task = Shipped().Single(task => task.Name == "word_content");
        var words = task.Train.Select(example => example.Label).ToHashSet();
        Assert.Equal(50, words.Count);
        Assert.All(task.Test, example => Assert.Equal(example.Label, Assert.Single(example.Sentence.Split(' '), words.Contains)));
    }

    [Fact]
    public void Number_and_tense_are_asked_of_words_that_training_does_not_ask_about()
    {
        var heads = new HashSet<string>[2];
        foreach (var (split, i) in new[] { (Split.Train, 0), (Split.Test, 1) })
        {
            var pool = new ProbingPool(1, split).Draw(300, CancellationToken.None);
            heads[i] = [.. pool.SelectMany(sentence => new[] { sentence.Main.Subject?.Singular, sentence.Main.Object?.Singular }).OfType<string>()];
        }
        Assert.Empty(heads[0].Intersect(heads[1]));
    }

    [Fact]
    public void A_shifted_bigram_is_two_neighbours_exchanged()
    {
        var task = Shipped().Single(task => task.Name == "bigram_shift");
        Assert.Equal(["I", "O"], task.Test.Select(example => example.Label).Distinct().Order());
    }
}
