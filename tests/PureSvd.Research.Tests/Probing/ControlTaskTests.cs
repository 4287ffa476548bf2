using PureSvd.Research.Probing;

namespace PureSvd.Research.Tests.Probing;

public class ControlTaskTests
{
    private static readonly string[] Train = [.. Enumerable.Range(0, 300).Select(i => $"The {Animal(i)} {Verb(i)} , {(i % 50 == 0 ? "twice" : "now")} {(i == 7 ? "rarely" : "")}")];
    private static readonly string[] Dev = [.. Enumerable.Range(0, 30).Select(i => $"A {Animal(i)} {Verb(i)} .")];
    private static readonly string[] Test = [.. Enumerable.Range(0, 30).Select(i => $"the {Animal(i)} {Verb(i)}")];

    private static string Animal(int i) => $"animal{i % 3}";

    private static string Verb(int i) => $"verb{i % 10}";

    [Fact]
    public void The_designated_word_is_the_most_specific_one_that_can_be_learned()
    {
        var control = new ControlTask(Train, Dev, Test);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"verb{i}"), control.DesignatedWords);
    }

    [Fact]
    public void A_sentence_without_a_learnable_word_takes_its_most_frequent()
    {
        var control = new ControlTask(Train, Dev, [.. Test, "now unseen"]);
        Assert.Contains("now", control.DesignatedWords);
    }

    [Fact]
    public void A_word_has_the_same_label_in_every_part_and_labels_keep_their_shares()
    {
        var control = new ControlTask(Train, Dev, Test);
        double[] shares = [0.5, 0.3, 0.2];
        var labels = control.Labels(1, shares);
        Assert.Equal(Train.Length + Dev.Length + Test.Length, labels.Length);
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(labels[i], labels[Train.Length + i]);
            Assert.Equal(labels[i], labels[Train.Length + Dev.Length + i]);
        }
        for (var k = 0; k < shares.Length; k++)
            Assert.Equal(shares[k], labels.Take(Train.Length).Count(l => l == k) / (double)Train.Length, 0.11);
    }

    [Fact]
    public void The_seed_decides_the_labels()
    {
        var control = new ControlTask(Train, Dev, Test);
        Assert.Equal(control.Labels(1, [0.5, 0.5]), control.Labels(1, [0.5, 0.5]));
        Assert.NotEqual(control.Labels(1, [0.5, 0.5]), control.Labels(2, [0.5, 0.5]));
    }

    [Fact]
    public void Sentences_without_any_word_are_no_obstacle()
        => Assert.Equal(3, new ControlTask(["..."], [","], ["!"]).Labels(1, [1.0]).Length);
}
