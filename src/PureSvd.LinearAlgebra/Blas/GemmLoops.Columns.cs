namespace PureSvd.LinearAlgebra;

// Where all rows are one block of A: A is packed once, and each thread takes columns.
internal sealed unsafe partial class GemmLoops<T, TKernel>
{
    /// <summary>Item of a product whose rows are one block of A: first those that pack A, unless one thread does all, then columns, then what an epilogue does with whole rows.</summary>
    private void DoColumns(int item)
    {
        if (item < _packingItems)
        {
            var strips = CeilingDivide(_m, PackingRows);
            var p = item / strips * TKernel.Depth;
            var row = item % strips * PackingRows;
            var depth = Math.Min(TKernel.Depth, _k - p);
            _a.Pack(row, Math.Min(PackingRows, _m - row), p, depth, _packed + (nint)RoundUp(_m, TKernel.Rows) * p + (nint)row * depth);
            Interlocked.Increment(ref _filled[0]);
            return;
        }

        if (item >= _packingItems + _computingItems)
        {
            WaitFor(ref _computed, _computingItems);
            var row = (item - _packingItems - _computingItems) * TKernel.Rows;
            _epilogue!.Apply(_c.RowRange(row, Math.Min(TKernel.Rows, _m - row)), _firstRow + row, 0);
            return;
        }

        WaitFor(ref _filled[0], _packingItems);
        var column = (item - _packingItems) * _columnBlock;
        var columns = Math.Min(_columnBlock, _n - column);
        if (_exchanged)
            MultiplyExchanged(column, columns);
        else
            MultiplyColumns(column, columns, _c.Data + column, _c.Stride);
        Interlocked.Increment(ref _computed);
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
        if (IsPackedRow)
        {
            MultiplyPackedRow(column, columns, c);
            FinishTiles(0, 1, column, columns, _k);
            return;
        }

        var maxDepth = Math.Min(_k, TKernel.Depth);
        var padded = RoundUp(_m, TKernel.Rows);
        var usedOnce = _m <= TKernel.Rows && _b.Op == Operand.AsIs && _b.Kind is null;
        var together = _b.Op == Operand.AsIs && !usedOnce ? PanelsTogether * TKernel.Columns : TKernel.Columns;
        var scratch = PackedRows(_packed == null ? _m : 0, maxDepth, _b.IsPacked ? 0 : together * maxDepth);
        var panels = scratch + (_packed == null ? (nint)padded * maxDepth : 0);
        for (var p = 0; p < _k; p += TKernel.Depth)
        {
            var depth = Math.Min(TKernel.Depth, _k - p);
            var packedA = _packed == null ? scratch : _packed + (nint)padded * p;
            if (_packed == null)
                _a.Pack(0, _m, p, depth, packedA);
            for (var j = 0; j < columns; j += TKernel.Columns)
            {
                var width = Math.Min(TKernel.Columns, columns - j);
                if (_b.IsPacked)
                {
                    MultiplyPanel(packedA, _m, _b.Panels(p, depth, column + j), TKernel.Columns, width, p, depth, c + j, cStride, PanelAfter(p, column + j, column, columns));
                    FinishTiles(0, _m, column + j, width, p + depth);
                }
                else if (usedOnce && width == TKernel.Columns)
                {
                    MultiplyPanel(packedA, _m, _b.Data + p * _b.Stride + column + j, _b.Stride, width, p, depth, c + j, cStride, null);
                }
                else
                {
                    var within = j % together;
                    if (within == 0)
                        _b.Pack(p, depth, column + j, Math.Min(together, columns - j), panels);
                    MultiplyPanel(packedA, _m, panels + (nint)within * depth, TKernel.Columns, width, p, depth, c + j, cStride, null);
                }
            }
        }
    }

    /// <summary>The same for a single row by panels that were packed beforehand: there is nothing to pack.</summary>
    private void MultiplyPackedRow(int column, int columns, T* c)
    {
        var edge = stackalloc T[TKernel.Columns];
        var step = _a.Op == Operand.AsIs ? 1 : _a.Stride;
        var (whole, rest) = Math.DivRem(columns, TKernel.Columns);
        for (var p = 0; p < _k; p += TKernel.Depth)
        {
            var depth = Math.Min(TKernel.Depth, _k - p);
            var beta = p == 0 ? _beta : T.One;
            var a = _a.Data + p * step;
            var last = whole * TKernel.Columns;
            TKernel.MultiplyRow(depth, a, step, _b.Panels(p, depth, column), whole, _alpha, beta, c);
            if (rest == 0)
                continue;
            new Span<T>(c + last, rest).CopyTo(new Span<T>(edge, rest));
            TKernel.MultiplyRow(depth, a, step, _b.Panels(p, depth, column + last), 1, _alpha, beta, edge);
            new Span<T>(edge, rest).CopyTo(new Span<T>(c + last, rest));
        }
    }

    /// <summary>Of a B that was packed beforehand, the panel that this thread reads after the one at (<paramref name="p"/>, <paramref name="j"/>) of its columns: the next one, or the first one of the next block of k, or that of the item which it gets next if all threads are as fast.</summary>
    private T* PanelAfter(int p, int j, int column, int columns)
    {
        if (j + TKernel.Columns < column + columns)
            return _b.Panels(p, Math.Min(TKernel.Depth, _k - p), j + TKernel.Columns);
        p += TKernel.Depth;
        if (p >= _k)
            (p, column) = (0, Math.Min(column + _threads * _columnBlock, _n - 1) / TKernel.Columns * TKernel.Columns);
        return _b.Panels(p, Math.Min(TKernel.Depth, _k - p), column);
    }
}
