using PureSvd.Research.Training;
using PureSvd.Tokenization;

namespace PureSvd.Research.Tests.Training;

public class MaskedLmTaskTests
{
    private const int MaskId = 4, Vocabulary = 1000;

    [Fact]
    public void Fifteen_percent_are_chosen_and_eighty_ten_ten_happens_to_them()
    {
        var task = new MaskedLmTask(Sequences(400, 42), 0.15, MaskId, Vocabulary, seed: 3);
        var shard = task.MakeShard([.. Enumerable.Range(0, 400)], 0, epoch: 1);
        var (masked, kept, replaced) = (0, 0, 0);
        for (var s = 0; s < 400; s++)
        {
            for (var t = 0; t < 42; t++)
            {
                var (id, target, original) = (shard.Batch.Ids[s * 42 + t], shard.Targets[s * 42 + t], task.Sequences[s].Ids[t]);
                if (target < 0)
                {
                    Assert.Equal(original, id);
                    continue;
                }
                Assert.False(task.Sequences[s].Special[t]);
                Assert.Equal(original, target);
                _ = id == MaskId ? masked++ : id == original ? kept++ : replaced++;
            }
        }
        Assert.Equal(400 * 6, masked + kept + replaced);
        Assert.Equal(400 * 6, shard.TargetCount);
        Assert.InRange(masked / 2400.0, 0.77, 0.83);
        Assert.InRange(kept / 2400.0, 0.08, 0.12);
        Assert.InRange(replaced / 2400.0, 0.08, 0.12);
    }

    [Fact]
    public void Masks_change_with_the_epoch_and_not_with_the_shards()
    {
        var task = new MaskedLmTask(Sequences(20, 30), 0.15, MaskId, Vocabulary, seed: 3);
        int[] all = [.. Enumerable.Range(0, 20)];
        var whole = task.MakeShard(all, 0, epoch: 2);
        Assert.NotEqual(whole.Targets, task.MakeShard(all, 0, epoch: 3).Targets);
        foreach (var count in new[] { 1, 4, 8, 40 })
        {
            var shards = task.MakeShards(all, count, epoch: 2);
            Assert.Equal(count, shards.Length);
            Assert.Equal(whole.Targets, shards.SelectMany(s => s?.Targets ?? []));
            Assert.Equal(whole.Batch.Ids, shards.SelectMany(s => s?.Batch.Ids ?? []));
            if (count == 4)
                Assert.All(shards, s => Assert.InRange(s!.Batch.TokenCount, 120, 180));
        }
    }

    private static TokenEncoding[] Sequences(int count, int length)
        => [.. Enumerable.Range(0, count).Select(s => new TokenEncoding(
            [.. Enumerable.Range(0, length).Select(t => t == 0 ? 2 : t == length - 1 ? 3 : 5 + (s * 31 + t * 7) % (Vocabulary - 5))],
            new int[length],
            [.. Enumerable.Range(0, length).Select(t => t == 0 || t == length - 1)],
            0))];
}
