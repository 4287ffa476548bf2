using PureSvd.Tokenization;

namespace PureSvd.Tests.Tokenization;

public class PaddedBatchTests
{
    private static readonly TokenEncoding[] Encodings = [new([1, 2, 3], [0, 0, 1], [true, false, true], 0), new([4], [0], [true], 0)];

    [Fact]
    public void Short_sequences_are_filled_up_and_masked()
    {
        var batch = PaddedBatch.Create(Encodings, padId: 9, multipleOf: 4);
        Assert.Equal((2, 4), (batch.Count, batch.Length));
        Assert.Equal([1, 2, 3, 9, 4, 9, 9, 9], batch.Ids);
        Assert.Equal([0, 0, 1, 0, 0, 0, 0, 0], batch.TypeIds);
        Assert.Equal([1, 1, 1, 0, 1, 0, 0, 0], batch.Mask);
    }

    [Fact]
    public void Padding_may_go_in_front()
    {
        var batch = PaddedBatch.Create(Encodings, padId: 9, left: true);
        Assert.Equal([1, 2, 3, 9, 9, 4], batch.Ids);
        Assert.Equal([1, 1, 1, 0, 0, 1], batch.Mask);
    }

    [Fact]
    public void What_is_longer_than_the_length_is_refused_and_nothing_is_no_batch()
    {
        Assert.Throws<ArgumentException>(() => PaddedBatch.Create(Encodings, 0, length: 2));
        Assert.Equal((0, 0), (PaddedBatch.Create([], 0).Count, PaddedBatch.Create([], 0).Length));
    }
}
