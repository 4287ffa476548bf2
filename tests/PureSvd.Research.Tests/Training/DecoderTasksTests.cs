using PureSvd.Research.Training;
using PureSvd.Tokenization;

namespace PureSvd.Research.Tests.Training;

public class DecoderTasksTests
{
    [Fact]
    public void Each_token_is_predicted_from_those_before_it_and_nothing_follows_the_last()
    {
        var task = new CausalLmTask([Sequence(1, 5, 6, 7), Sequence(1, 8, 9)], [1, 2]);
        var shard = task.MakeShard([1, 0], 0, epoch: 0);
        Assert.Equal([1, 8, 9, 1, 5, 6, 7], shard.Batch.Ids);
        Assert.Equal([-1, 9, -1, 5, 6, 7, -1], shard.Targets);
        Assert.Equal(4, shard.TargetCount);
    }

    [Fact]
    public void A_token_of_an_answer_counts_as_often_as_was_asked()
    {
        var task = new CausalLmTask([Sequence(1, 5, 6, 7), Sequence(1, 8, 9)], [1, 1], [3, int.MaxValue], 10);
        var shard = task.MakeShard([1, 0], 0, epoch: 0);
        Assert.Equal([8, 9, -1, 5, 6, 7, -1], shard.Targets);
        Assert.Equal([1, 1, 1, 1, 1, 10, 1], shard.Weights);
        Assert.Equal(2 + 2 + 10, shard.TargetCount);
    }

    [Fact]
    public void The_choices_of_an_item_stay_together()
    {
        TokenEncoding[] sequences = [Sequence(1, 2, 10), Sequence(1, 2, 11), Sequence(1, 3, 3, 10), Sequence(1, 3, 3, 11, 12)];
        var task = new ChoiceTask(sequences, [2, 2, 3, 3], gold: [0, 1], choiceCount: 2);
        Assert.Equal(2, task.Sequences.Count);
        var shard = task.MakeShard([1], 0, epoch: 0);
        Assert.Equal([1, 3, 3, 10, 1, 3, 3, 11, 12], shard.Batch.Ids);
        Assert.Equal([-1, -1, 10, -1, -1, -1, 11, 12, -1], shard.Targets);
        Assert.Equal([1], shard.Gold);
        Assert.Equal(1, shard.TargetCount);
    }

    private static TokenEncoding Sequence(params int[] ids) => new(ids, new int[ids.Length], new bool[ids.Length], 0);
}
