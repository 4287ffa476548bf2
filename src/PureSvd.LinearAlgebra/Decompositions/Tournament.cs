namespace PureSvd.LinearAlgebra;

/// <summary>A round-robin tournament of blocks of rows: in each round every block meets one other, and after all rounds each has met each.</summary>
/// <remarks>The circle method: block 0 stays, the others move on by one place a round. A pair of blocks fits the cache of one core.</remarks>
internal sealed class Tournament
{
    private readonly int _rows;
    private readonly int _block;
    private readonly int _players;

    /// <summary>The tournament of <paramref name="rows"/> rows in blocks of up to <paramref name="maxBlock"/>.</summary>
    public Tournament(int rows, int maxBlock)
    {
        _rows = rows;
        maxBlock = Math.Min(maxBlock, Math.Max(1, rows));

        // At least sixteen blocks of a large matrix, so that there are matches enough to share.
        _block = Math.Clamp(rows / 16, Math.Min(maxBlock, 8), maxBlock);
        var blocks = (rows + _block - 1) / _block;
        _players = Math.Max(2, blocks + blocks % 2);
    }

    /// <summary>The most rows in a match.</summary>
    public int MatchRows => 2 * _block;

    /// <summary>Rounds in a sweep.</summary>
    public int Rounds => _players - 1;

    /// <summary>Matches in a round; they share no block.</summary>
    public int Matches => _players / 2;

    /// <summary>The rows of the two blocks that meet; one is empty when the number of blocks is odd.</summary>
    public (Range First, Range Second) Match(int round, int match)
    {
        var first = match == 0 ? 0 : 1 + (round + match - 1) % (_players - 1);
        var second = 1 + (round + _players - 2 - match) % (_players - 1);
        return first < second ? (Rows(first), Rows(second)) : (Rows(second), Rows(first));
    }

    private Range Rows(int block) => Math.Min(_rows, block * _block)..Math.Min(_rows, (block + 1) * _block);
}
