using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A = (Q·Zₗ)·B·(P·Zᵣ)ᵀ with B bidiagonal, by way of a band: A = Q·C·Pᵀ, C = Zₗ·B·Zᵣᵀ.</summary>
/// <remarks>
/// <para><see cref="Bidiagonalization{T}"/> reads what is left of A once for every column. Here <see cref="BandReduction"/> reads it a few times for every block of columns, and <see cref="BulgeChase{T}"/>
/// works inside the caches. Vectors go back through both stages: 2·n²·p flops and a little more for p vectors of a side through the chase (<see cref="ChaseReflectors{T}"/>) beside the 2·n²·p of the reduction. So it pays
/// where memory is slow beside products: for values alone, for double, and where few vectors are wanted.</para>
/// Source: A. Haidar, J. Kurzak and P. Luszczek, <i>An improved parallel singular value algorithm and its implementation for multicore hardware</i> (2013).
/// </remarks>
internal sealed class TwoStageBidiagonalization<T> : IBidiagonalForm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly BandReflectors<T>? _band;
    private readonly ChaseReflectors<T>? _left;
    private readonly ChaseReflectors<T>? _right;
    private readonly Parallelism _parallelism;

    private TwoStageBidiagonalization(MatrixView<T> a, int bandwidth, bool vectors, Parallelism parallelism, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        _parallelism = parallelism;
        var (m, n) = (a.Rows, a.Columns);
        if (vectors)
            (_band, _left, _right) = (new(m, n, bandwidth), new(n, bandwidth), new(n, bandwidth));
        var band = BandReduction.Reduce(a, bandwidth, _band, parallelism, progress, cancellationToken);
        (Diagonal, Superdiagonal) = BulgeChase<T>.Run(band, _left, _right, parallelism, cancellationToken);
    }

    /// <inheritdoc/>
    public T[] Diagonal { get; }

    /// <inheritdoc/>
    public T[] Superdiagonal { get; }

    /// <summary>Reduces <paramref name="a"/> [m×n], m ≥ n; its elements are finite and of moderate size.</summary>
    /// <param name="a">Destroyed.</param>
    /// <param name="bandwidth">The diagonals of C beside the main one, b.</param>
    /// <param name="vectors">Whether Q, P and the two Z are kept.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="progress">Gets the fraction done.</param>
    /// <param name="cancellationToken">Stops between panels and steps.</param>
    public static TwoStageBidiagonalization<T> Reduce(
        MatrixView<T> a, int bandwidth, bool vectors, Parallelism parallelism, IProgress<double>? progress, CancellationToken cancellationToken)
        => new(a, Math.Clamp(bandwidth, 1, Math.Max(1, a.Columns - 1)), vectors, parallelism, progress, cancellationToken);

    /// <inheritdoc/>
    public void LiftLeft(MatrixView<T> ut, int blockSize, CancellationToken cancellationToken)
    {
        _left!.ApplyTransposedFromRight(ut.ColumnRange(0, Diagonal.Length), _parallelism, cancellationToken);
        _band!.Q(blockSize, _parallelism).ApplyRight(Operand.Transposed, ut, cancellationToken);
    }

    /// <inheritdoc/>
    public void LiftRight(MatrixView<T> vt, int blockSize, CancellationToken cancellationToken)
    {
        _right!.ApplyTransposedFromRight(vt, _parallelism, cancellationToken);
        _band!.P(blockSize, _parallelism).ApplyRight(Operand.Transposed, vt, cancellationToken);
    }
}
