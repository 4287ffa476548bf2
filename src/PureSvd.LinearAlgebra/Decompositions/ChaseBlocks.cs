using System.Collections.Concurrent;
using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A batch of blocks I − V·T·Vᵀ of <see cref="ChaseReflectors{T}"/>, packed for the micro-kernel and applied to panels of rows.</summary>
/// <remarks>
/// <para>For n_R rows of C, held as a panel Cᵀ [n × n_R], a block is two products with W = Tᵀ·Vᵀ, which is worked out once for all rows:</para>
/// <code>
/// Pᵀ ← Vᵀ·Cᵀ   [g × n_R],        Cᵀ ← Cᵀ − Wᵀ·Pᵀ   on the b + g − 1 rows of Cᵀ that the block touches.
/// </code>
/// <para>The panel is what the micro-kernel reads as its B and writes as its C, and so is Pᵀ: nothing is packed on the way, and those rows (20 KiB) stay in the first-level cache for both. Of the zeros in
/// V most are left out: m_R reflectors touch b + m_R − 1 elements, and element c is touched by reflectors from c − b + 1 on.</para>
/// </remarks>
internal sealed unsafe class ChaseBlocks<T, TKernel>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IGemmMicroKernel<T>
{
    /// <summary>Panels that a thread takes through the batch together: they share what is read of each block.</summary>
    private const int PanelsTogether = 4;

    /// <summary>Rows of a panel that are transposed back together.</summary>
    private const int TransposedTogether = 32;

    /// <summary>Blocks that are made with one set of work matrices.</summary>
    private const int MadeTogether = 64;

    private readonly ChaseReflectors<T> _chase;
    private readonly int _reflectors;
    private readonly int _bandwidth;
    private readonly Block[] _blocks;
    private readonly long _blockElements;
    private readonly ScratchMemory _memory = new();
    private readonly T* _packed;
    private readonly ConcurrentBag<ScratchMemory> _free = [];
    private int _count;

    /// <summary>Room for a batch.</summary>
    /// <param name="chase">Where the reflectors are.</param>
    /// <param name="capacity">The most blocks.</param>
    /// <param name="reflectors">The most reflectors of a block, g: a multiple of the kernel's rows.</param>
    /// <param name="bandwidth">The most elements of a reflector, b.</param>
    public ChaseBlocks(ChaseReflectors<T> chase, int capacity, int reflectors, int bandwidth)
    {
        (_chase, _reflectors, _bandwidth) = (chase, reflectors, bandwidth);
        _blocks = new Block[capacity];
        _blockElements = BlockElements(reflectors, bandwidth);
        _packed = _memory.Reserve<T>(capacity * _blockElements);
    }

    /// <summary>Elements that a block takes packed.</summary>
    public static long BlockElements(int reflectors, int bandwidth)
        => (long)reflectors * VectorDepth(bandwidth) + (long)reflectors * Width(reflectors, bandwidth);

    /// <summary>Forgets all blocks.</summary>
    public void Clear() => _count = 0;

    /// <summary>The next one: step <paramref name="step"/> of the sweeps from <paramref name="sweep"/> on.</summary>
    public void Add(int sweep, int step) => _blocks[_count++] = new Block(sweep, step, 0, 0, 0);

    /// <summary>Gathers and packs V and W of all blocks.</summary>
    public void MakeAll(Parallelism parallelism)
        => parallelism.For((_count + MadeTogether - 1) / MadeTogether, this, static (item, blocks) =>
        {
            var work = new Workspace(blocks._reflectors, blocks._bandwidth);
            for (var i = item * MadeTogether; i < Math.Min(blocks._count, (item + 1) * MadeTogether); i++)
                blocks.Make(i, work);
        });

    /// <summary>C ← C·(I − V·Tᵀ·Vᵀ) for one block after the other.</summary>
    public void ApplyAll(MatrixView<T> c, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var strip = PanelsTogether * TKernel.Columns;
        parallelism.For((c.Rows + strip - 1) / strip, (Blocks: this, C: c, Strip: strip), static (item, state) =>
        {
            var first = item * state.Strip;
            state.Blocks.ApplyTo(state.C.RowRange(first, Math.Min(state.Strip, state.C.Rows - first)));
        }, cancellationToken);
        c.KeepAlive();
        GC.KeepAlive(_memory);
    }

    /// <summary>Elements that m_R neighbouring reflectors touch.</summary>
    private static int VectorDepth(int bandwidth) => bandwidth + TKernel.Rows - 1;

    /// <summary>Elements that a block touches, rounded up to whole tiles.</summary>
    private static int Width(int reflectors, int bandwidth) => (bandwidth + reflectors - 2 + TKernel.Rows) / TKernel.Rows * TKernel.Rows;

    private void Make(int index, Workspace work)
    {
        var (count, begin, end) = _chase.Take(_blocks[index].Sweep, _blocks[index].Step, work.Vt, work.Tau);
        _blocks[index] = _blocks[index] with { Count = count, Begin = begin, End = end };
        var vt = work.Vt.View.Slice(0, 0, count, end - begin);
        var w = work.W.View.Slice(0, 0, count, end - begin);
        var t = work.Factor.View.Slice(0, 0, count, count);
        BlockReflector<T>.FormT(vt, work.Tau.AsSpan(0, count), work.Gram, t, Parallelism.Serial);
        Gemm.Multiply(t, Operand.Transposed, vt, Operand.AsIs, T.One, T.Zero, w, Parallelism.Serial);

        var panel = _packed + index * _blockElements;
        for (var r = 0; r < count; r += TKernel.Rows, panel += TKernel.Rows * VectorDepth(_bandwidth))
            GemmPacking.PackAcross(vt.Data + r * vt.Stride + r, vt.Stride, Depth(_blocks[index], r), Math.Min(TKernel.Rows, count - r), TKernel.Rows, panel);
        GemmPacking.PackAlong(w.Data, w.Stride, count, end - begin, TKernel.Rows, Weights(index));
        vt.KeepAlive();
        w.KeepAlive();
    }

    /// <summary>Elements that the reflectors from <paramref name="r"/> to the end of their tile touch.</summary>
    private int Depth(Block block, int r) => Math.Min(VectorDepth(_bandwidth), block.End - block.Begin - r);

    /// <summary>The panels of W.</summary>
    private T* Weights(int index) => _packed + index * _blockElements + (nint)_reflectors * VectorDepth(_bandwidth);

    private void ApplyTo(MatrixView<T> c)
    {
        var columns = TKernel.Columns;
        var panels = (c.Rows + columns - 1) / columns;

        // The last tile of a block may reach beyond the last element, where zeros are added to zeros.
        var panelSize = (nint)(c.Columns + TKernel.Rows) * columns;
        if (!_free.TryTake(out var memory))
            memory = new ScratchMemory();
        var products = memory.Reserve<T>((nint)_reflectors * columns + panels * panelSize);
        var first = products + (nint)_reflectors * columns;
        for (var p = 0; p < panels; p++)
        {
            var panel = first + p * panelSize;
            GemmPacking.PackAcross(c.Data + p * columns * c.Stride, c.Stride, c.Columns, Math.Min(columns, c.Rows - p * columns), columns, panel);
            new Span<T>(panel + (nint)c.Columns * columns, TKernel.Rows * columns).Clear();
        }

        for (var i = 0; i < _count; i++)
        {
            for (var p = 0; p < panels; p++)
                ApplyTo(first + p * panelSize + (nint)_blocks[i].Begin * columns, i, products);
        }

        for (var p = 0; p < panels; p++)
        {
            var rows = Math.Min(columns, c.Rows - p * columns);
            for (var j = 0; j < c.Columns; j += TransposedTogether)
            {
                Transposition.TransposeStrip(
                    first + p * panelSize + (nint)j * columns, columns, Math.Min(TransposedTogether, c.Columns - j), rows, c.Data + p * columns * c.Stride + j, c.Stride);
            }
        }
        _free.Add(memory);
    }

    /// <summary>One block on one panel, <paramref name="c"/> [b + g − 1 × n_R].</summary>
    private void ApplyTo(T* c, int index, T* products)
    {
        var block = _blocks[index];
        nint columns = TKernel.Columns;
        var v = _packed + index * _blockElements;
        for (var r = 0; r < block.Count; r += TKernel.Rows, v += TKernel.Rows * VectorDepth(_bandwidth))
            TKernel.Multiply(Depth(block, r), v, 1, TKernel.Rows, c + r * columns, columns, T.One, T.Zero, products + r * columns, columns, v);

        var w = Weights(index);
        for (var j = 0; j < block.End - block.Begin; j += TKernel.Rows, w += TKernel.Rows * block.Count)
        {
            nint from = Math.Max(0, j - _bandwidth + 1);
            TKernel.Multiply(block.Count - from, w + from * TKernel.Rows, 1, TKernel.Rows, products + from * columns, columns, -T.One, T.One, c + j * columns, columns, w);
        }
    }

    private readonly record struct Block(int Sweep, int Step, int Count, int Begin, int End);

    /// <summary>What one block needs until it is packed.</summary>
    private sealed class Workspace(int reflectors, int bandwidth)
    {
        internal Matrix<T> Vt { get; } = new(reflectors, bandwidth + reflectors - 1);

        internal Matrix<T> W { get; } = new(reflectors, bandwidth + reflectors - 1);

        internal Matrix<T> Gram { get; } = new(reflectors, reflectors);

        internal Matrix<T> Factor { get; } = new(reflectors, reflectors);

        internal T[] Tau { get; } = new T[reflectors];
    }
}
