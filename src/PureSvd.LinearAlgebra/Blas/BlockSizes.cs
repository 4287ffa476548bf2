namespace PureSvd.LinearAlgebra;

/// <summary>How much of A and of B <see cref="Gemm"/> packs at a time. They decide speed alone: any sizes give the same bits, since the depth of a block is a constant of the micro-kernel.</summary>
/// <param name="Rows">Rows of A in a block (m_C): the block, with its k_C columns, lives in a second-level cache. At least 1; rounded up to whole tiles.</param>
/// <param name="Columns">Columns of B in a block (n_C): the block, with its k_C rows, lives in the third-level cache or in memory. At least 1; rounded up to whole tiles.</param>
internal readonly record struct BlockSizes(int Rows, int Columns)
{
    /// <summary>Sizes for elements of <paramref name="elementSize"/> bytes and a depth of <paramref name="depth"/> on this machine.</summary>
    internal static BlockSizes For(int elementSize, int depth) => For(elementSize, depth, CacheSizes.OfThisMachine);

    /// <summary>A takes a quarter of a second-level cache, through which panels of B and tiles of C pass as well; B an eighth of the third-level one, which has room for two blocks and for other programs.</summary>
    internal static BlockSizes For(int elementSize, int depth, CacheSizes caches)
    {
        var row = elementSize * depth;
        return new((int)Math.Clamp(caches.Second / 4 / row, 12, 1024), (int)Math.Clamp(caches.Third / 8 / row, 256, 16384));
    }
}
