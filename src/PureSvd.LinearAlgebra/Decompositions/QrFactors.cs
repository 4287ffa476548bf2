using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A = Q·R, A [m×n], k = min(m, n). Q is orthogonal and kept as its reflectors.</summary>
public sealed class QrFactors<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReflectorSequence<T> _q;

    internal QrFactors(Matrix<T> r, ReflectorSequence<T> q) => (R, _q) = (r, q);

    /// <summary>R [k×n], upper triangular (trapezoidal when m &lt; n); its diagonal may have either sign.</summary>
    public Matrix<T> R { get; }

    /// <summary>The first k columns of Q [m×k]: A = ThinQ·R.</summary>
    public Matrix<T> ThinQ(CancellationToken cancellationToken = default) => _q.Leading(R.Rows, cancellationToken);

    /// <summary>C ← Q·C, C [m×any].</summary>
    /// <exception cref="ArgumentException">C has not m rows.</exception>
    public void ApplyQ(MatrixView<T> c, CancellationToken cancellationToken = default) => Apply(Operand.AsIs, c, cancellationToken);

    /// <summary>C ← Qᵀ·C, C [m×any].</summary>
    /// <exception cref="ArgumentException">C has not m rows.</exception>
    public void ApplyQTransposed(MatrixView<T> c, CancellationToken cancellationToken = default) => Apply(Operand.Transposed, c, cancellationToken);

    /// <summary>C ← C·Qᵀ, C [any×m].</summary>
    internal void ApplyQTransposedFromRight(MatrixView<T> c, CancellationToken cancellationToken) => _q.ApplyRight(Operand.Transposed, c, cancellationToken);

    private void Apply(Operand op, MatrixView<T> c, CancellationToken cancellationToken)
    {
        if (c.Rows != _q.Order)
            throw new ArgumentException($"Q is {_q.Order}×{_q.Order} and C {c.Rows}×{c.Columns}.", nameof(c));
        _q.ApplyLeft(op, c, cancellationToken);
    }
}
