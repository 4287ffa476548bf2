namespace PureSvd.LinearAlgebra;

/// <summary>How much of A and of B <see cref="Gemm"/> packs at a time. They decide speed alone: any sizes give the same bits, since the depth of a block is a constant of the micro-kernel.</summary>
/// <param name="Rows">Rows of A in a block (m_C): the block, with its k_C columns, lives in a second-level cache. At least 1; rounded up to whole tiles.</param>
/// <param name="Columns">Columns of B in a block (n_C): the block, with its k_C rows, lives in the third-level cache or in memory. At least 1; rounded up to whole tiles.</param>
internal readonly record struct BlockSizes(int Rows, int Columns)
{
    /// <summary>Sizes for elements of <paramref name="elementSize"/> bytes and a depth of <paramref name="depth"/>: A takes 384 KiB of a second-level cache, B 4 MiB.</summary>
    internal static BlockSizes For(int elementSize, int depth) =>
        new((384 << 10) / (elementSize * depth), (4 << 20) / (elementSize * depth));
}
