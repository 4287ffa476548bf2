using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>An orthogonal matrix Q = H₀·H₁⋯Hₖ₋₁ [m×m] that is kept as its reflectors and applied in blocks; it is never formed.</summary>
internal sealed class ReflectorSequence<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _offset;
    private readonly int _blockSize;
    private readonly BlockReflector<T>[] _blocks;
    private readonly BlockReflector<T>.Workspace _work = new();
    private readonly Parallelism _parallelism;

    /// <summary>The sequence of the reflectors in the rows of <paramref name="vt"/> [k×m]; reflector i is zero before element i + <paramref name="offset"/>.</summary>
    public ReflectorSequence(MatrixView<T> vt, ReadOnlySpan<T> tau, int offset, int blockSize, Parallelism parallelism)
    {
        blockSize = Math.Min(blockSize, Math.Max(1, vt.Rows));
        (Order, _offset, _blockSize, _parallelism) = (vt.Columns, offset, blockSize, parallelism);
        _blocks = new BlockReflector<T>[(vt.Rows + blockSize - 1) / blockSize];
        var factors = tau.ToArray();
        parallelism.For(_blocks.Length, b =>
        {
            var (first, count) = (b * blockSize, Math.Min(blockSize, vt.Rows - b * blockSize));
            _blocks[b] = BlockReflector<T>.Create(vt.Slice(first, first + offset, count, vt.Columns - first - offset), factors.AsSpan(first, count), Parallelism.Serial);
        });
    }

    /// <summary>The sequence of <paramref name="blocks"/> of <paramref name="blockSize"/> reflectors each, the last perhaps of fewer; block b acts on the elements from b·blockSize + <paramref name="offset"/> on.</summary>
    public ReflectorSequence(BlockReflector<T>[] blocks, int order, int offset, int blockSize, Parallelism parallelism)
        => (_blocks, Order, _offset, _blockSize, _parallelism) = (blocks, order, offset, blockSize, parallelism);

    /// <summary>m: the order of Q.</summary>
    public int Order { get; }

    /// <summary>C ← Q·C or Qᵀ·C, C [m×n].</summary>
    public void ApplyLeft(Operand op, MatrixView<T> c, CancellationToken cancellationToken)
    {
        for (var step = 0; step < _blocks.Length; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var b = op == Operand.Transposed ? step : _blocks.Length - 1 - step;
            var top = b * _blockSize + _offset;
            _blocks[b].ApplyLeft(op, c.RowRange(top, Order - top), _work, _parallelism);
        }
    }

    /// <summary>C ← C·Q or C·Qᵀ, C [n×m].</summary>
    public void ApplyRight(Operand op, MatrixView<T> c, CancellationToken cancellationToken)
    {
        for (var step = 0; step < _blocks.Length; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var b = op == Operand.AsIs ? step : _blocks.Length - 1 - step;
            var left = b * _blockSize + _offset;
            _blocks[b].ApplyRight(op, c.ColumnRange(left, Order - left), _work, _parallelism);
        }
    }

    /// <summary>The first <paramref name="columns"/> columns of Q.</summary>
    public Matrix<T> Leading(int columns, CancellationToken cancellationToken)
    {
        var q = new Matrix<T>(Order, columns);
        for (var i = 0; i < columns; i++)
            q[i, i] = T.One;

        // The largest at once: the windows grow.
        _work.Projected.Take(_blockSize, columns);
        _work.Weighted.Take(_blockSize, columns);

        // From the last block back: the columns before a block are still those of the identity, and it does not touch them.
        for (var b = _blocks.Length - 1; b >= 0; b--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var top = b * _blockSize + _offset;
            if (top < columns)
                _blocks[b].ApplyLeft(Operand.AsIs, q.View.Slice(top, top, Order - top, columns - top), _work, _parallelism);
        }
        return q;
    }
}
