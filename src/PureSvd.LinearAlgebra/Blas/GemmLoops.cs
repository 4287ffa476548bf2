using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace PureSvd.LinearAlgebra;

/// <summary>The loops around the micro-kernel, and the sharing of their blocks among threads.</summary>
/// <remarks>
/// <code>
/// jc  columns of C in blocks of n_C
///  pc   k in blocks of k_C:              pack B [k_C × n_C]      in the third-level cache, shared by all threads
///   ic    rows of C in blocks of m_C:    pack A [m_C × k_C]      in a second-level cache, one of each thread
///    jr     columns in tiles of n_R:     a panel of B [k_C × n_R] in the first-level cache
///     ir      rows in tiles of m_R:      micro-kernel: C[m_R × n_R] += A·B in registers
/// </code>
/// <para>Where all rows fit one block of A, B would be packed to be used once: then A is packed by all, and each thread takes columns of its own and packs
/// their panels of B as it comes to them.</para>
/// <para>Where each of the threads can have a large enough part of C, it computes that as a product of its own (<see cref="Part"/>), and nothing is shared. Else, one call is one dispatch. The items are numbered in the order of the loops, for each (jc, pc) first those that pack B, then those that multiply, and
/// each thread takes the next number from a counter. An item that needs what came before waits for just that, and packed B has two places: who finds nothing
/// left to multiply packs the next block while others still read this one. An item waits for earlier ones alone, which somebody is at, so the call also ends
/// if no other thread ever comes.</para>
/// <para>An epilogue gets the tiles of a panel as their last block of k is done. If it takes whole rows, it gets those of a block of rows when that is complete,
/// or, where the items are columns, comes as items of its own, a strip of rows each.</para>
/// </remarks>
internal sealed unsafe partial class GemmLoops<T, TKernel>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IGemmMicroKernel<T>
{
    /// <summary>Below so many multiply-adds (5 µs on one core) another thread costs more than it brings.</summary>
    private const long SerialWork = 1L << 19;

    /// <summary>The same for few rows by a transposed B, where reading it, rather than the multiply-adds, takes the time.</summary>
    private const long SerialDots = 1L << 17;

    /// <summary>Columns of B packed as one item.</summary>
    private const int PackingColumns = 256;

    /// <summary>Panels of an untransposed B that are packed just before their use: one alone would take two lines from each of k_C pages.</summary>
    private const int PanelsTogether = 4;

    /// <summary>Panels of B that a single row meets side by side.</summary>
    private const int RowPanels = 4;

    /// <summary>Rows of A packed as one item.</summary>
    private static int PackingRows => 4 * TKernel.Rows;

    [ThreadStatic]
    private static GemmLoops<T, TKernel>? s_forThisThread;

    [ThreadStatic]
    private static ScratchMemory? s_packedRows, s_block;

    private readonly ScratchMemory _packedShared = new();
    private readonly Action _participate;

    // The product; with its roles exchanged, Cᵀ = op(B)ᵀ·op(A)ᵀ is computed, and each block of it transposed into C.
    private GemmLeft<T, TKernel> _a;
    private GemmRight<T, TKernel> _b;
    private MatrixView<T> _c;
    private T _alpha, _beta;
    private int _m, _n, _k;
    private bool _exchanged;

    // What is done to the result, and where C begins in what it knows.
    private IGemmEpilogue<T>? _epilogue;
    private int _firstRow, _firstColumn;

    // Its division: _computingItems blocks of rows, or of _columnBlock columns, how many items pack before them, and how many strips of rows an epilogue has after them.
    private Division _division;
    private int _columnBlock, _threads;
    private int _packingItems, _computingItems, _finishingItems;
    private long _items;

    // What the threads share: blocks of B in one place or two, or all of A; null if each thread packs A for itself.
    private T* _packed;
    private nint _placeSize;
    private int _places;

    // The counters: the next item; how many blocks of columns are computed; of each place, how often an item filled a part of it, and how often one has read it; of each block of rows, how many phases it has behind it.
    private long _nextItem, _computed;
    private readonly long[] _filled = new long[2], _read = new long[2];
    private long[] _phasesDone = [];
    private volatile ExceptionDispatchInfo? _failure;

    private GemmLoops() => _participate = Participate;

    private enum Division
    {
        /// <summary>Few rows by a transposed B: columns, each a row of B.</summary>
        Dots,

        /// <summary>The rows are one block of A: columns, each thread packing its panels of B.</summary>
        Columns,

        /// <summary>Blocks of rows, and B packed once for all.</summary>
        Blocks,
    }

    /// <summary>C ← α·op(A)·op(B) + β·C with m, n, k &gt; 0.</summary>
    /// <remarks>An <paramref name="epilogue"/> comes with a packed B only.</remarks>
    // Inlined, its temporaries (half a KiB) would be zeroed at the beginning of the public call, for the smallest product too.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Multiply(GemmLeft<T, TKernel> a, GemmRight<T, TKernel> b, int k, T alpha, T beta, MatrixView<T> c, int threads, BlockSizes blockSizes, IGemmEpilogue<T>? epilogue = null)
    {
        if (threads > 1 && Part.Of(a, b, k, alpha, beta, c, threads, blockSizes, epilogue) is { } part)
            new Parallelism(threads).For(part.Count, part, static (i, p) => p.Multiply(i));
        else
            Multiply(a, b, k, alpha, beta, c, threads, blockSizes, epilogue, 0, 0);
    }

    /// <summary>The same for a part of C that begins at (<paramref name="firstRow"/>, <paramref name="firstColumn"/>) of what the epilogue knows.</summary>
    private static void Multiply(GemmLeft<T, TKernel> a, GemmRight<T, TKernel> b, int k, T alpha, T beta, MatrixView<T> c, int threads, BlockSizes blockSizes, IGemmEpilogue<T>? epilogue, int firstRow, int firstColumn)
    {
        var loops = s_forThisThread ??= new GemmLoops<T, TKernel>();
        var (m, n) = (c.Rows, c.Columns);
        var work = (double)m * n * k;
        var dots = a.Op == Operand.AsIs && b.Op == Operand.Transposed && m <= Gemm.DotRows && !b.IsPacked;
        loops._exchanged = !dots && b.Kind is null && !b.IsPacked && ExchangePays(m, n, k, blockSizes);
        if (loops._exchanged)
        {
            (m, n) = (n, m);
            (a, b) = (new(b.Address, b.Stride, Flip(b.Op)), new(a.Address, a.Stride, Flip(a.Op)));
        }

        (loops._a, loops._b, loops._c) = (a, b, c);
        (loops._alpha, loops._beta) = (alpha, beta);
        (loops._epilogue, loops._firstRow, loops._firstColumn) = (epilogue, firstRow, firstColumn);
        (loops._m, loops._n, loops._k) = (m, n, k);
        if (dots)
            loops.RunDots(work < SerialDots ? 1 : Math.Max(1, threads));
        else
            loops.Run(work < SerialWork ? 1 : Math.Max(1, threads), blockSizes);
        (loops._c, loops._epilogue) = (default, null);
        c.KeepAlive(); // The factors may have exchanged places: the callers keep them.
    }

    /// <summary>A single row by panels that were packed beforehand.</summary>
    private bool IsPackedRow => _m == 1 && _b.IsPacked;

    private static Operand Flip(Operand op) => op == Operand.AsIs ? Operand.Transposed : Operand.AsIs;

    /// <summary>A narrow C fills its last tile badly: 50 columns compute 64. Its rows fill tiles of 12 better, if what is saved is more than transposing C costs.</summary>
    private static bool ExchangePays(int m, int n, int k, BlockSizes blockSizes)
    {
        if (n > 3 * TKernel.Columns || n > blockSizes.Rows || m < TKernel.Columns)
            return false;
        return (Computed(m, n) - Computed(n, m)) * k > 2L * TKernel.Columns * m * n;

        static long Computed(int rows, int columns)
        {
            var rest = rows % TKernel.Rows;
            return (rows - rest + (rest == 0 ? 0L : GemmTiles<T, TKernel>.PackedRows(rest))) * RoundUp(columns, TKernel.Columns);
        }
    }

    private void RunDots(int threads)
    {
        _division = Division.Dots;
        _columnBlock = threads == 1 ? _n : Divide(_n, 4 * threads, 4);
        _packingItems = 0;
        _items = _computingItems = CeilingDivide(_n, _columnBlock);
        ShareOut(threads);
    }

    private void Run(int threads, BlockSizes blockSizes)
    {
        var maxRows = RoundUp(blockSizes.Rows, TKernel.Rows);
        if (_exchanged || (_m <= maxRows && (threads == 1 || _n > (threads - 1) * TKernel.Columns)))
            DivideColumns(threads);
        else
            DivideBlocks(threads, maxRows, RoundUp(blockSizes.Columns, TKernel.Columns));
        ShareOut(threads);
    }

    private void DivideColumns(int threads)
    {
        _division = Division.Columns;

        // Four items a thread even out what else the processors do; a transposed block should stay in a cache.
        _columnBlock = threads == 1 ? (_exchanged ? 4 * TKernel.Columns : _n) : Math.Max(1, CeilingDivide(_n, TKernel.Columns) / (4 * threads)) * TKernel.Columns;
        if (IsPackedRow && threads > 1)
            _columnBlock = RoundUp(_columnBlock, RowPanels * TKernel.Columns);
        _computingItems = CeilingDivide(_n, _columnBlock);
        _packingItems = _computingItems == 1 || IsPackedRow ? 0 : CeilingDivide(_m, PackingRows) * CeilingDivide(_k, TKernel.Depth);
        _packed = _packingItems == 0 ? null : _packedShared.Reserve<T>((long)RoundUp(_m, TKernel.Rows) * _k);
        _finishingItems = _epilogue is { TakesWholeRows: true } ? CeilingDivide(_m, TKernel.Rows) : 0;
        _items = _packingItems + _computingItems + _finishingItems;
    }

    private void DivideBlocks(int threads, int maxRows, int maxColumns)
    {
        _division = Division.Blocks;
        _columnBlock = Divide(_n, CeilingDivide(_n, maxColumns), TKernel.Columns);
        _packingItems = _b.IsPacked ? 0 : CeilingDivide(_columnBlock, PackingColumns);
        _computingItems = Math.Min(CeilingDivide(_m, TKernel.Rows), RoundUp(CeilingDivide(_m, maxRows), threads));
        var phases = (long)CeilingDivide(_n, _columnBlock) * CeilingDivide(_k, TKernel.Depth);
        _items = (_packingItems + _computingItems) * phases;
        _places = phases == 1 || threads == 1 ? 1 : 2;
        _placeSize = (nint)_columnBlock * Math.Min(_k, TKernel.Depth);
        _packed = _b.IsPacked ? null : _packedShared.Reserve<T>(_places * _placeSize);
        if (_phasesDone.Length < _computingItems)
            _phasesDone = new long[_computingItems];
        Array.Clear(_phasesDone, 0, _computingItems);
    }

    private void ShareOut(int threads)
    {
        (_nextItem, _computed) = (0, 0);
        Array.Clear(_filled);
        Array.Clear(_read);
        _failure = null;
        _threads = threads = Math.Min(threads, Math.Max(_packingItems, _computingItems));
        if (threads == 1)
            Participate();
        else
            WorkerPool.Shared.Run(threads, _participate);
        _failure?.Throw();
    }

    /// <summary>What each thread does: the next item, until there is none.</summary>
    private void Participate()
    {
        try
        {
            for (var item = Interlocked.Increment(ref _nextItem) - 1; item < _items && _failure is null; item = Interlocked.Increment(ref _nextItem) - 1)
            {
                if (_division == Division.Dots)
                    MultiplyDots((int)item * _columnBlock);
                else if (_division == Division.Columns)
                    DoColumns((int)item);
                else
                    DoPhase(item);
            }
        }
        catch (OutOfMemoryException exception) // Of a thread's packing memory: the others must not wait for its item.
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
        }
    }

    /// <summary>Item of a product of few rows: columns from <paramref name="column"/> on.</summary>
    private void MultiplyDots(int column)
    {
        var columns = Math.Min(_columnBlock, _n - column);
        var stride = _b.Stride * _b.ElementSize;
        TKernel.MultiplyDots(_a.Data, _a.Stride, _m, _b.Bytes + column * stride, stride, _b.Kind, columns, _k, _alpha, _beta, _c.Data + column, _c.Stride);
    }

    /// <summary>Item of a product with shared B: for each block of columns (jc) and of k (pc) there are first the items that pack B, then those that multiply.</summary>
    private void DoPhase(long item)
    {
        var (phase, remainder) = Math.DivRem(item, _packingItems + _computingItems);
        var within = (int)remainder;
        var (columnBlock, depthBlock) = Math.DivRem(phase, CeilingDivide(_k, TKernel.Depth));
        var column = (int)columnBlock * _columnBlock;
        var columns = Math.Min(_columnBlock, _n - column);
        var p = (int)depthBlock * TKernel.Depth;
        var depth = Math.Min(TKernel.Depth, _k - p);
        var (round, place) = Math.DivRem(phase, _places);
        var packed = _packed + (nint)place * _placeSize;
        if (within < _packingItems)
        {
            WaitFor(ref _read[place], round * _computingItems);
            var first = within * PackingColumns;
            if (first < columns)
                _b.Pack(p, depth, column + first, Math.Min(PackingColumns, columns - first), packed + (nint)first * depth);
            Interlocked.Increment(ref _filled[place]);
        }
        else
        {
            var block = within - _packingItems;
            var (row, end) = (FirstRow(block), Math.Min(_m, FirstRow(block + 1)));
            var packedA = PackedRows(end - row, depth);
            _a.Pack(row, end - row, p, depth, packedA);
            WaitFor(ref _filled[place], (round + 1) * _packingItems);

            // What another thread may still be at is the same block of C; and its sums have an order.
            WaitFor(ref _phasesDone[block], phase);
            var panels = _b.IsPacked ? _b.Panels(p, depth, column) : packed;
            for (var j = 0; j < columns; j += TKernel.Columns)
            {
                var width = Math.Min(TKernel.Columns, columns - j);
                var panel = panels + (nint)j * depth;
                MultiplyPanel(packedA, end - row, panel, TKernel.Columns, width, p, depth, _c.Data + row * _c.Stride + column + j, _c.Stride, panel + (nint)depth * TKernel.Columns);
                FinishTiles(row, end - row, column + j, width, p + depth);
            }

            if (_epilogue is { TakesWholeRows: true } && column + columns == _n && p + depth == _k)
                _epilogue.Apply(_c.RowRange(row, end - row), _firstRow + row, 0);
            Volatile.Write(ref _phasesDone[block], phase + 1);
            Interlocked.Increment(ref _read[place]);
        }
    }

    /// <summary>Where a block of rows begins: whole tiles, spread evenly, since threads take turns and wait for whoever has most.</summary>
    private int FirstRow(int block) => (int)((long)CeilingDivide(_m, TKernel.Rows) * block / _computingItems) * TKernel.Rows;

    /// <summary>Hands tiles to the epilogue, if their sums end here and it takes them as they are.</summary>
    private void FinishTiles(int row, int rows, int column, int columns, int depthDone)
    {
        if (_epilogue is { TakesWholeRows: false } && depthDone == _k)
            _epilogue.Apply(_c.Slice(row, column, rows, columns), _firstRow + row, _firstColumn + column);
    }

    /// <summary>A block of A times a panel of B: the tiles of rows, each by the micro-kernel, which fetches a part of the <paramref name="next"/> panel from memory.</summary>
    private void MultiplyPanel(T* packedA, int rows, T* panel, nint panelStride, int width, int p, int depth, T* c, nint cStride, T* next)
    {
        var beta = p == 0 ? _beta : T.One;

        // Where no panel is known to follow, what is at hand already.
        var part = next == null ? 0 : CeilingDivide(depth * TKernel.Columns, CeilingDivide(rows, TKernel.Rows));
        if (next == null)
            next = packedA;
        for (var i = 0; i < rows; i += TKernel.Rows, next += part)
        {
            var height = Math.Min(TKernel.Rows, rows - i);
            GemmTiles<T, TKernel>.Multiply(height, width, depth, packedA + (nint)i * depth, 1, GemmTiles<T, TKernel>.PackedRows(height), panel, panelStride, _alpha, beta, c + i * cStride, cStride, next);
        }
    }

    /// <summary>This thread's memory for a block of A, and <paramref name="extra"/> elements after it.</summary>
    private static T* PackedRows(int rows, int depth, int extra = 0) =>
        (s_packedRows ??= new ScratchMemory()).Reserve<T>((long)RoundUp(rows, TKernel.Rows) * depth + extra);

    private void WaitFor(ref long counter, long count)
    {
        var wait = default(SpinWait);
        while (Volatile.Read(ref counter) < count && _failure is null)
            wait.SpinOnce(sleep1Threshold: -1);
    }

    private static int CeilingDivide(int n, int d) => (n - 1) / d + 1;

    private static int RoundUp(int n, int multiple) => CeilingDivide(n, multiple) * multiple;

    /// <summary>The size of each of <paramref name="parts"/> equal parts of <paramref name="n"/>, up to a multiple of <paramref name="tile"/>.</summary>
    private static int Divide(int n, int parts, int tile) => RoundUp(CeilingDivide(n, parts), tile);
}
