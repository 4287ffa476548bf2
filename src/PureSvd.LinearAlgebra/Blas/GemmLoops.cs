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
/// <para>Where all rows fit one block of A, B would be packed to be used once: then each thread takes columns of its own and packs B a panel at a time.</para>
/// <para>One call is one dispatch. The blocks are numbered in the order of the loops, and each thread takes the next number from a counter; a block that
/// needs what came before waits until all blocks before it are done. So the call also ends if no other thread ever comes.</para>
/// </remarks>
internal sealed unsafe class GemmLoops<T, TKernel>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IGemmMicroKernel<T>
{
    /// <summary>Below so many multiply-adds (20 µs on one core) another thread costs more than it brings.</summary>
    private const long SerialWork = 1L << 21;

    /// <summary>The same for few rows by a transposed B, where reading it, rather than the multiply-adds, takes the time.</summary>
    private const long SerialDots = 1L << 17;

    /// <summary>Columns of B packed as one item.</summary>
    private const int PackingChunk = 256;

    [ThreadStatic]
    private static GemmLoops<T, TKernel>? s_forThisThread;

    [ThreadStatic]
    private static ScratchMemory? s_packedRows;

    private readonly ScratchMemory _packedColumns = new();
    private readonly Action _participate;

    // The product.
    private MatrixView<T> _a, _c;
    private RightFactor _b;
    private Operand _opA, _opB;
    private T _alpha, _beta;
    private int _k;

    // Its division: blocks of _rowBlock rows and _columnBlock columns, and how many items each phase has.
    private int _rowBlock, _columnBlock;
    private int _packingItems, _computingItems;
    private T* _packedB;

    // The counters that threads share.
    private int _items, _nextItem, _doneItems;
    private volatile ExceptionDispatchInfo? _failure;

    private GemmLoops() => _participate = Participate;

    /// <summary>C ← α·op(A)·op(B) + β·C with m, n, k &gt; 0.</summary>
    internal static void Multiply(MatrixView<T> a, Operand opA, RightFactor b, Operand opB, int k, T alpha, T beta, MatrixView<T> c, int threads, BlockSizes blockSizes)
    {
        var loops = s_forThisThread ??= new GemmLoops<T, TKernel>();
        loops._a = a;
        loops._b = b;
        loops._c = c;
        loops._opA = opA;
        loops._opB = opB;
        loops._alpha = alpha;
        loops._beta = beta;
        loops._k = k;
        var work = (long)c.Rows * c.Columns * k;
        if (opA == Operand.AsIs && opB == Operand.Transposed && c.Rows <= Gemm.DotRows)
            loops.RunDots(work < SerialDots ? 1 : Math.Max(1, threads));
        else
            loops.Run(work < SerialWork ? 1 : Math.Max(1, threads), blockSizes);
        loops._a = loops._c = default;
        loops._b = default;
    }

    private void RunDots(int threads)
    {
        var n = _c.Columns;
        _rowBlock = 0;
        _columnBlock = threads == 1 ? n : Divide(n, 4 * threads, 8);
        _packingItems = 0;
        _items = _computingItems = CeilingDivide(n, _columnBlock);
        ShareOut(threads);
    }

    private void Run(int threads, BlockSizes blockSizes)
    {
        int m = _c.Rows, n = _c.Columns;
        var maxRows = RoundUp(blockSizes.Rows, TKernel.Rows);
        if (m <= maxRows && (threads == 1 || n >= threads * PackingChunk || m <= threads * TKernel.Rows))
        {
            _rowBlock = m;
            _columnBlock = threads == 1 ? n : Divide(n, Math.Max(threads, Math.Min(4 * threads, n / PackingChunk)), TKernel.Columns);
            _packingItems = 0;
            _items = _computingItems = CeilingDivide(n, _columnBlock);
        }
        else
        {
            _columnBlock = Divide(n, CeilingDivide(n, RoundUp(blockSizes.Columns, TKernel.Columns)), TKernel.Columns);
            _rowBlock = Divide(m, RoundUp(CeilingDivide(m, maxRows), threads), TKernel.Rows);
            _packingItems = CeilingDivide(_columnBlock, PackingChunk);
            _computingItems = CeilingDivide(m, _rowBlock);
            _items = (_packingItems + _computingItems) * CeilingDivide(n, _columnBlock) * CeilingDivide(_k, TKernel.Depth);
            _packedB = _packedColumns.Reserve<T>((long)_columnBlock * Math.Min(_k, TKernel.Depth));
        }

        ShareOut(threads);
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
                if (_rowBlock == 0)
                    MultiplyDots(item * _columnBlock);
                else if (_packingItems == 0)
                    MultiplyColumns(item * _columnBlock);
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
        var columns = Math.Min(_columnBlock, _c.Columns - column);
        var stride = _b.Stride * _b.ElementSize;
        TKernel.MultiplyDots(_a.Data, _a.Stride, _c.Rows, _b.Data + column * stride, stride, _b.Kind, columns, _k, _alpha, _beta, _c.Data + column, _c.Stride);
    }

    /// <summary>Item of a product with shared B: for each block of columns (jc) and of k (pc) there are first the items that pack B, then those that multiply.</summary>
    private void DoPhase(int item)
    {
        var phaseItems = _packingItems + _computingItems;
        var phase = item / phaseItems;
        var within = item % phaseItems;
        var depthBlocks = CeilingDivide(_k, TKernel.Depth);
        var column = phase / depthBlocks * _columnBlock;
        var columns = Math.Min(_columnBlock, _c.Columns - column);
        var p = phase % depthBlocks * TKernel.Depth;
        var depth = Math.Min(TKernel.Depth, _k - p);
        if (within < _packingItems)
        {
            WaitFor(item - within);
            var first = within * PackingChunk;
            if (first < columns)
                PackB(p, depth, column + first, Math.Min(PackingChunk, columns - first), _packedB + (nint)first * depth);
        }
        else
        {
            var row = (within - _packingItems) * _rowBlock;
            var rows = Math.Min(_rowBlock, _c.Rows - row);
            var packedA = PackedRows(rows, depth);
            PackA(row, rows, p, depth, packedA);
            WaitFor(item - within + _packingItems);
            for (var j = 0; j < columns; j += TKernel.Columns)
                MultiplyPanel(packedA, row, rows, _packedB + (nint)j * depth, TKernel.Columns, column + j, Math.Min(TKernel.Columns, columns - j), p, depth);
        }
    }

    /// <summary>Item of a product whose rows are one block of A: columns from <paramref name="column"/> on, B packed panel by panel, or read where it lies.</summary>
    private void MultiplyColumns(int column)
    {
        var m = _c.Rows;
        var columns = Math.Min(_columnBlock, _c.Columns - column);
        var maxDepth = Math.Min(_k, TKernel.Depth);
        var packedA = PackedRows(m, maxDepth, TKernel.Columns * maxDepth);
        var panel = packedA + (nint)RoundUp(m, TKernel.Rows) * maxDepth;
        var usedOnce = m <= TKernel.Rows;
        for (var p = 0; p < _k; p += TKernel.Depth)
        {
            var depth = Math.Min(TKernel.Depth, _k - p);
            PackA(0, m, p, depth, packedA);
            for (var j = column; j < column + columns; j += TKernel.Columns)
            {
                var width = Math.Min(TKernel.Columns, column + columns - j);
                if (usedOnce && _opB == Operand.AsIs && width == TKernel.Columns && _b.Kind is null)
                {
                    MultiplyPanel(packedA, 0, m, (T*)_b.Data + p * _b.Stride + j, _b.Stride, j, width, p, depth);
                }
                else
                {
                    PackB(p, depth, j, width, panel);
                    MultiplyPanel(packedA, 0, m, panel, TKernel.Columns, j, width, p, depth);
                }
            }
        }
    }

    /// <summary>A block of A times a panel of B: the tiles of rows, each by the micro-kernel. At the edges it works on a copy of the tile.</summary>
    private void MultiplyPanel(T* packedA, int row, int rows, T* panel, nint panelStride, int column, int columns, int p, int depth)
    {
        var beta = p == 0 ? _beta : T.One;
        var c = _c.Data + row * _c.Stride + column;
        for (var i = 0; i < rows; i += TKernel.Rows)
        {
            var height = Math.Min(TKernel.Rows, rows - i);
            if (height == TKernel.Rows && columns == TKernel.Columns)
                TKernel.Multiply(depth, packedA + (nint)i * depth, panel, panelStride, _alpha, beta, c + i * _c.Stride, _c.Stride);
            else
                MultiplyEdge(packedA + (nint)i * depth, panel, panelStride, beta, c + i * _c.Stride, height, columns, depth);
        }
    }

    [SkipLocalsInit]
    private void MultiplyEdge(T* a, T* panel, nint panelStride, T beta, T* c, int height, int columns, int depth)
    {
        var tile = stackalloc T[TKernel.Rows * TKernel.Columns];
        if (beta != T.Zero)
        {
            for (var i = 0; i < height; i++)
                GemmPacking.CopyRow(c + i * _c.Stride, tile + i * TKernel.Columns, columns);
        }

        if (height <= TKernel.LowRows)
            TKernel.MultiplyLow(depth, a, panel, panelStride, _alpha, beta, tile, TKernel.Columns);
        else
            TKernel.Multiply(depth, a, panel, panelStride, _alpha, beta, tile, TKernel.Columns);
        for (var i = 0; i < height; i++)
            GemmPacking.CopyRow(tile + i * TKernel.Columns, c + i * _c.Stride, columns);
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
            GemmPacking.PackAcross(_a.Data + (row + i) * _a.Stride + p, _a.Stride, depth, height, height <= TKernel.LowRows ? TKernel.LowRows : TKernel.Rows, packed + (nint)i * depth);
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

    /// <summary>B, whose elements are T, or of a kind that is widened on the way.</summary>
    internal readonly record struct RightFactor(nint Address, nint Stride, ElementKind? Kind)
    {
        internal byte* Data => (byte*)Address;

        internal int ElementSize => Kind is null ? sizeof(T) : sizeof(ushort);
    }
}
