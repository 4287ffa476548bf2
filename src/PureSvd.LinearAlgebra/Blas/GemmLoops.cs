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
/// <para>One call is one dispatch. The blocks are numbered in the order of the loops, and each thread takes the next number from a counter; a block that
/// needs what came before waits until all blocks before it are done. So the call also ends if no other thread ever comes.</para>
/// </remarks>
internal sealed unsafe class GemmLoops<T, TKernel>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IGemmMicroKernel<T>
{
    /// <summary>Below so many multiply-adds (5 µs on one core) another thread costs more than it brings.</summary>
    private const long SerialWork = 1L << 19;

    /// <summary>The same for few rows by a transposed B, where reading it, rather than the multiply-adds, takes the time.</summary>
    private const long SerialDots = 1L << 17;

    /// <summary>Columns of B packed as one item.</summary>
    private const int PackingColumns = 256;

    /// <summary>Rows of A packed as one item.</summary>
    private static int PackingRows => 4 * TKernel.Rows;

    [ThreadStatic]
    private static GemmLoops<T, TKernel>? s_forThisThread;

    [ThreadStatic]
    private static ScratchMemory? s_packedRows, s_block;

    private readonly ScratchMemory _packedShared = new();
    private readonly Action _participate;

    // The product; with its roles exchanged, Cᵀ = op(B)ᵀ·op(A)ᵀ is computed, and each block of it transposed into C.
    private MatrixView<T> _a, _c;
    private RightFactor _b;
    private Operand _opA, _opB;
    private T _alpha, _beta;
    private int _m, _n, _k;
    private bool _exchanged;

    // Its division: blocks of _rowBlock rows and _columnBlock columns, and how many items each phase has.
    private Division _division;
    private int _rowBlock, _columnBlock;
    private int _packingItems, _computingItems;

    // What the phases share: blocks of B, or all of A; null if each thread packs A for itself.
    private T* _packed;

    // The counters that threads share.
    private int _items, _nextItem, _doneItems;
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
    internal static void Multiply(MatrixView<T> a, Operand opA, RightFactor b, Operand opB, int k, T alpha, T beta, MatrixView<T> c, int threads, BlockSizes blockSizes)
    {
        var loops = s_forThisThread ??= new GemmLoops<T, TKernel>();
        var (m, n) = (c.Rows, c.Columns);
        var work = (long)m * n * k;
        var dots = opA == Operand.AsIs && opB == Operand.Transposed && m <= Gemm.DotRows && !b.IsPacked;
        loops._exchanged = !dots && b.Kind is null && !b.IsPacked && ExchangePays(m, n, k, blockSizes);
        if (loops._exchanged)
        {
            // Only the pointer and the stride of A are used.
            (m, n) = (n, m);
            (a, b) = (new MatrixView<T>(null, (T*)b.Data, 0, 0, b.Stride), new RightFactor((nint)a.Data, a.Stride, null));
            (opA, opB) = (Flip(opB), Flip(opA));
        }

        (loops._a, loops._b, loops._c) = (a, b, c);
        (loops._opA, loops._opB) = (opA, opB);
        (loops._alpha, loops._beta) = (alpha, beta);
        (loops._m, loops._n, loops._k) = (m, n, k);
        if (dots)
            loops.RunDots(work < SerialDots ? 1 : Math.Max(1, threads));
        else
            loops.Run(work < SerialWork ? 1 : Math.Max(1, threads), blockSizes);
        loops._a = loops._c = default;
        loops._b = default;
    }

    /// <summary>Packs all of op(B) [k×n]: the blocks of k_C rows one after the other, in each its panels.</summary>
    internal static void PackAll(MatrixView<T> b, Operand opB, int k, int n, T* packed, nint stride)
    {
        var loops = s_forThisThread ??= new GemmLoops<T, TKernel>();
        loops._b = new RightFactor((nint)b.Data, b.Stride, null);
        loops._opB = opB;
        for (var p = 0; p < k; p += TKernel.Depth)
            loops.PackB(p, Math.Min(TKernel.Depth, k - p), 0, n, packed + p * stride);
        loops._b = default;
    }

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
        _rowBlock = _m;

        // Four items a thread even out what else the processors do; a transposed block should stay in a cache.
        _columnBlock = threads == 1 ? (_exchanged ? 4 * TKernel.Columns : _n) : Math.Max(1, CeilingDivide(_n, TKernel.Columns) / (4 * threads)) * TKernel.Columns;
        _computingItems = CeilingDivide(_n, _columnBlock);
        _packingItems = _computingItems == 1 ? 0 : CeilingDivide(_m, PackingRows) * CeilingDivide(_k, TKernel.Depth);
        _packed = _packingItems == 0 ? null : _packedShared.Reserve<T>((long)RoundUp(_m, TKernel.Rows) * _k);
        _items = _packingItems + _computingItems;
    }

    private void DivideBlocks(int threads, int maxRows, int maxColumns)
    {
        _division = Division.Blocks;
        _columnBlock = Divide(_n, CeilingDivide(_n, maxColumns), TKernel.Columns);
        _rowBlock = Divide(_m, RoundUp(CeilingDivide(_m, maxRows), threads), TKernel.Rows);
        _packingItems = _b.IsPacked ? 0 : CeilingDivide(_columnBlock, PackingColumns);
        _computingItems = CeilingDivide(_m, _rowBlock);
        _items = (_packingItems + _computingItems) * CeilingDivide(_n, _columnBlock) * CeilingDivide(_k, TKernel.Depth);
        _packed = _b.IsPacked ? null : _packedShared.Reserve<T>((long)_columnBlock * Math.Min(_k, TKernel.Depth));
    }

    private void ShareOut(int threads)
    {
        _nextItem = 0;
        _doneItems = 0;
        _failure = null;
        threads = Math.Min(threads, Math.Max(_packingItems, _computingItems));
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
                    MultiplyDots(item * _columnBlock);
                else if (_division == Division.Columns)
                    DoColumns(item);
                else
                    DoPhase(item);
                Interlocked.Increment(ref _doneItems);
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
        TKernel.MultiplyDots(_a.Data, _a.Stride, _m, _b.Data + column * stride, stride, _b.Kind, columns, _k, _alpha, _beta, _c.Data + column, _c.Stride);
    }

    /// <summary>Item of a product with shared B: for each block of columns (jc) and of k (pc) there are first the items that pack B, then those that multiply.</summary>
    private void DoPhase(int item)
    {
        var phaseItems = _packingItems + _computingItems;
        var phase = item / phaseItems;
        var within = item % phaseItems;
        var depthBlocks = CeilingDivide(_k, TKernel.Depth);
        var column = phase / depthBlocks * _columnBlock;
        var columns = Math.Min(_columnBlock, _n - column);
        var p = phase % depthBlocks * TKernel.Depth;
        var depth = Math.Min(TKernel.Depth, _k - p);
        if (within < _packingItems)
        {
            WaitFor(item - within);
            var first = within * PackingColumns;
            if (first < columns)
                PackB(p, depth, column + first, Math.Min(PackingColumns, columns - first), _packed + (nint)first * depth);
        }
        else
        {
            var row = (within - _packingItems) * _rowBlock;
            var rows = Math.Min(_rowBlock, _m - row);
            var packedA = PackedRows(rows, depth);
            PackA(row, rows, p, depth, packedA);
            WaitFor(item - within + _packingItems);
            var panels = _b.IsPacked ? _b.Panels(p, depth, column) : _packed;
            for (var j = 0; j < columns; j += TKernel.Columns)
                MultiplyPanel(packedA, rows, panels + (nint)j * depth, TKernel.Columns, Math.Min(TKernel.Columns, columns - j), p, depth, _c.Data + row * _c.Stride + column + j, _c.Stride);
        }
    }

    /// <summary>Item of a product whose rows are one block of A: first those that pack A, unless one thread does all, then columns.</summary>
    private void DoColumns(int item)
    {
        if (item < _packingItems)
        {
            var strips = CeilingDivide(_m, PackingRows);
            var p = item / strips * TKernel.Depth;
            var row = item % strips * PackingRows;
            var depth = Math.Min(TKernel.Depth, _k - p);
            PackA(row, Math.Min(PackingRows, _m - row), p, depth, _packed + (nint)RoundUp(_m, TKernel.Rows) * p + (nint)row * depth);
            return;
        }

        WaitFor(_packingItems);
        var column = (item - _packingItems) * _columnBlock;
        var columns = Math.Min(_columnBlock, _n - column);
        if (_exchanged)
            MultiplyExchanged(column, columns);
        else
            MultiplyColumns(column, columns, _c.Data + column, _c.Stride);
    }

    /// <summary>A block of Cᵀ, beside C, transposed into its place.</summary>
    private void MultiplyExchanged(int column, int columns)
    {
        var block = (s_block ??= new ScratchMemory()).Reserve<T>((long)_m * _columnBlock);
        var transposed = new MatrixView<T>(null, block, _m, columns, _columnBlock);
        var target = new MatrixView<T>(null, _c.Data + column * _c.Stride, columns, _m, _c.Stride);
        if (_beta != T.Zero)
            Transposition.Transpose(target, transposed);
        MultiplyColumns(column, columns, block, _columnBlock);
        Transposition.Transpose(transposed, target);
    }

    /// <summary>Columns from <paramref name="column"/> on, B packed panel by panel, or read where it lies.</summary>
    private void MultiplyColumns(int column, int columns, T* c, nint cStride)
    {
        var maxDepth = Math.Min(_k, TKernel.Depth);
        var padded = RoundUp(_m, TKernel.Rows);
        var scratch = PackedRows(_packed == null ? _m : 0, maxDepth, TKernel.Columns * maxDepth);
        var panel = scratch + (_packed == null ? (nint)padded * maxDepth : 0);
        var usedOnce = _m <= TKernel.Rows && _opB == Operand.AsIs && _b.Kind is null;
        for (var p = 0; p < _k; p += TKernel.Depth)
        {
            var depth = Math.Min(TKernel.Depth, _k - p);
            var packedA = _packed == null ? scratch : _packed + (nint)padded * p;
            if (_packed == null)
                PackA(0, _m, p, depth, packedA);
            for (var j = 0; j < columns; j += TKernel.Columns)
            {
                var width = Math.Min(TKernel.Columns, columns - j);
                if (_b.IsPacked)
                {
                    MultiplyPanel(packedA, _m, _b.Panels(p, depth, column + j), TKernel.Columns, width, p, depth, c + j, cStride);
                }
                else if (usedOnce && width == TKernel.Columns)
                {
                    MultiplyPanel(packedA, _m, (T*)_b.Data + p * _b.Stride + column + j, _b.Stride, width, p, depth, c + j, cStride);
                }
                else
                {
                    PackB(p, depth, column + j, width, panel);
                    MultiplyPanel(packedA, _m, panel, TKernel.Columns, width, p, depth, c + j, cStride);
                }
            }
        }
    }

    /// <summary>A block of A times a panel of B: the tiles of rows, each by the micro-kernel.</summary>
    private void MultiplyPanel(T* packedA, int rows, T* panel, nint panelStride, int width, int p, int depth, T* c, nint cStride)
    {
        var beta = p == 0 ? _beta : T.One;
        for (var i = 0; i < rows; i += TKernel.Rows)
        {
            var height = Math.Min(TKernel.Rows, rows - i);
            GemmTiles<T, TKernel>.Multiply(height, width, depth, packedA + (nint)i * depth, 1, GemmTiles<T, TKernel>.PackedRows(height), panel, panelStride, _alpha, beta, c + i * cStride, cStride);
        }
    }

    private void PackA(int row, int rows, int p, int depth, T* packed)
    {
        if (_opA == Operand.Transposed)
        {
            // Whole tiles together; a low one has panels of another width.
            var whole = rows % TKernel.Rows > TKernel.LowRows ? rows : rows / TKernel.Rows * TKernel.Rows;
            var source = _a.Data + p * _a.Stride + row;
            GemmPacking.PackAlong(source, _a.Stride, depth, whole, TKernel.Rows, packed);
            if (whole < rows)
                GemmPacking.PackAlong(source + whole, _a.Stride, depth, rows - whole, TKernel.LowRows, packed + (nint)whole * depth);
            return;
        }

        for (var i = 0; i < rows; i += TKernel.Rows)
        {
            var height = Math.Min(TKernel.Rows, rows - i);
            GemmPacking.PackAcross(_a.Data + (row + i) * _a.Stride + p, _a.Stride, depth, height, GemmTiles<T, TKernel>.PackedRows(height), packed + (nint)i * depth);
        }
    }

    private void PackB(int p, int depth, int column, int columns, T* panels)
    {
        if (_b.Kind is { } kind)
        {
            PackWidened(kind, p, depth, column, columns, panels);
            return;
        }

        var b = (T*)_b.Data;
        if (_opB == Operand.AsIs)
        {
            GemmPacking.PackAlong(b + p * _b.Stride + column, _b.Stride, depth, columns, TKernel.Columns, panels);
            return;
        }

        for (var j = 0; j < columns; j += TKernel.Columns)
            GemmPacking.PackAcross(b + (column + j) * _b.Stride + p, _b.Stride, depth, Math.Min(TKernel.Columns, columns - j), TKernel.Columns, panels + (nint)j * depth);
    }

    /// <summary>The same from elements that are not T: a strip at a time is widened into the first-level cache and packed from there.</summary>
    [SkipLocalsInit]
    private void PackWidened(ElementKind kind, int p, int depth, int column, int columns, T* panels)
    {
        const int StripDepth = 64;
        var strip = stackalloc T[TKernel.Columns * StripDepth];
        var size = _b.ElementSize;
        for (var j = 0; j < columns; j += TKernel.Columns, panels += (nint)depth * TKernel.Columns)
        {
            var width = Math.Min(TKernel.Columns, columns - j);
            for (var q = 0; q < depth; q += StripDepth)
            {
                var steps = Math.Min(StripDepth, depth - q);
                if (_opB == Operand.AsIs)
                {
                    for (var i = 0; i < steps; i++)
                        TKernel.Widen(_b.Data + ((p + q + i) * _b.Stride + column + j) * size, kind, strip + i * TKernel.Columns, width);
                    GemmPacking.PackAlong(strip, TKernel.Columns, steps, width, TKernel.Columns, panels + q * TKernel.Columns);
                }
                else
                {
                    for (var i = 0; i < width; i++)
                        TKernel.Widen(_b.Data + ((column + j + i) * _b.Stride + p + q) * size, kind, strip + i * StripDepth, steps);
                    GemmPacking.PackAcross(strip, StripDepth, steps, width, TKernel.Columns, panels + q * TKernel.Columns);
                }
            }
        }
    }

    /// <summary>This thread's memory for a block of A, and <paramref name="extra"/> elements after it.</summary>
    private static T* PackedRows(int rows, int depth, int extra = 0) =>
        (s_packedRows ??= new ScratchMemory()).Reserve<T>((long)RoundUp(rows, TKernel.Rows) * depth + extra);

    private void WaitFor(int doneItems)
    {
        var wait = default(SpinWait);
        while (Volatile.Read(ref _doneItems) < doneItems && _failure is null)
            wait.SpinOnce(sleep1Threshold: -1);
    }

    private static int CeilingDivide(int n, int d) => (n - 1) / d + 1;

    private static int RoundUp(int n, int multiple) => CeilingDivide(n, multiple) * multiple;

    /// <summary>The size of each of <paramref name="parts"/> equal parts of <paramref name="n"/>, up to a multiple of <paramref name="tile"/>.</summary>
    private static int Divide(int n, int parts, int tile) => RoundUp(CeilingDivide(n, parts), tile);

    /// <summary>B: elements of T, or of a kind that is widened on the way, or packed beforehand.</summary>
    internal readonly record struct RightFactor(nint Address, nint Stride, ElementKind? Kind, bool IsPacked = false)
    {
        /// <summary>The panels from <paramref name="column"/> on, packed beforehand, of the block of k that begins at <paramref name="p"/>.</summary>
        internal T* Panels(int p, int depth, int column) => (T*)Address + p * Stride + (nint)column * depth;

        internal byte* Data => (byte*)Address;

        internal int ElementSize => Kind is null ? sizeof(T) : sizeof(ushort);
    }
}
