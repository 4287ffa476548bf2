using PureSvd.Tokenization;

namespace PureSvd.Tests.Tokenization;

public class TruncationTests
{
    [Theory]
    [InlineData(0, 2, 7, 0, 2)]
    [InlineData(0, 8, 7, 0, 7)]
    [InlineData(8, 0, 7, 7, 0)]
    [InlineData(2, 8, 7, 2, 5)]
    [InlineData(8, 2, 7, 5, 2)]
    [InlineData(4, 4, 7, 3, 4)]
    [InlineData(4, 8, 7, 3, 4)]
    [InlineData(8, 4, 7, 4, 3)]
    [InlineData(8, 8, 7, 3, 4)]
    [InlineData(4, 4, 0, 0, 0)]
    [InlineData(9, 12, 5, 2, 3)]
    [InlineData(12, 9, 5, 3, 2)]
    public void The_longest_sentence_is_cut_first(int first, int second, int room, int firstKept, int secondKept)
        => Assert.Equal((firstKept, secondKept), Truncation.LongestFirst(first, second, room));

    [Fact]
    public void All_the_room_is_used_and_a_sentence_that_has_less_than_half_is_whole()
    {
        for (var first = 0; first < 20; first++)
            for (var second = 0; second < 20; second++)
                for (var room = 0; room < 45; room++)
                {
                    var (a, b) = Truncation.LongestFirst(first, second, room);
                    Assert.Equal(Math.Min(room, first + second), a + b);
                    Assert.InRange(a, 0, first);
                    Assert.InRange(b, 0, second);
                    if (a < first && b < second)
                        Assert.InRange(a - b, -1, 1);
                    if (a < first)
                        Assert.True(a >= b || b == second || b - a == 1);
                    if (b < second)
                        Assert.True(b >= a || a == first || a - b == 1);
                }
    }
}
