using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>Where <see cref="BandReduction"/> puts its reflectors: the orthogonal Q [m×m] and P [n×n] of A = Q·C·Pᵀ, or a single panel of each where nobody wants them.</summary>
internal sealed class BandReflectors<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _bandwidth;
    private readonly bool _keepsAll;
    private readonly Matrix<T> _left;
    private readonly Matrix<T> _right;
    private readonly T[] _leftTau;
    private readonly T[] _rightTau;

    /// <summary>Room for all reflectors of A [<paramref name="m"/>×<paramref name="n"/>].</summary>
    public BandReflectors(int m, int n, int bandwidth)
        : this(m, n, bandwidth, n, keepsAll: true)
    {
    }

    private BandReflectors(int m, int n, int bandwidth, int reflectors, bool keepsAll)
    {
        (_bandwidth, _keepsAll) = (bandwidth, keepsAll);
        (_left, _leftTau) = (new Matrix<T>(reflectors, m), new T[reflectors]);
        var right = Math.Clamp(n - bandwidth, 0, reflectors);
        (_right, _rightTau) = (new Matrix<T>(right, n), new T[right]);
    }

    /// <summary>Room for one panel at a time.</summary>
    public static BandReflectors<T> OfOnePanel(int m, int n, int bandwidth) => new(m, n, bandwidth, Math.Min(n, bandwidth), keepsAll: false);

    /// <summary>Q, of order m.</summary>
    public ReflectorSequence<T> Q(int blockSize, Parallelism parallelism) => new(_left, _leftTau, 0, blockSize, parallelism);

    /// <summary>P, of order n.</summary>
    public ReflectorSequence<T> P(int blockSize, Parallelism parallelism) => new(_right, _rightTau, _bandwidth, blockSize, parallelism);

    /// <summary>The panel of the columns from <paramref name="first"/> on, transposed [count × m − first], and its factors.</summary>
    internal MatrixView<T> Left(int first, int count, out Span<T> tau) => Panel(_left, _leftTau, first, count, first, out tau);

    /// <summary>The panel of the rows from <paramref name="first"/> on, [count × n − first − b], and its factors.</summary>
    internal MatrixView<T> Right(int first, int count, out Span<T> tau) => Panel(_right, _rightTau, first, count, first + _bandwidth, out tau);

    private MatrixView<T> Panel(Matrix<T> vt, T[] factors, int first, int count, int begin, out Span<T> tau)
    {
        var row = _keepsAll ? first : 0;
        tau = factors.AsSpan(row, count);
        return vt.View.Slice(row, begin, count, vt.Columns - begin);
    }
}
