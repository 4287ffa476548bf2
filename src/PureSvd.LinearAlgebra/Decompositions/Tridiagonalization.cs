using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>A = Q·T·Qᵀ of a symmetric A [n×n]: T tridiagonal, Q orthogonal, by blocked Householder reflections.</summary>
/// <remarks>
/// Inside a panel the rest of A is held as A − Σ vᵢwᵢᵀ + wᵢvᵢᵀ, and brought up to date once a panel by one matrix product.
/// Half of the flops are the matrix-vector product per column, bound by memory. Source: LAPACK xSYTRD, xLATRD.
/// </remarks>
internal sealed class Tridiagonalization<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MatrixView<T> _a;
    private readonly Parallelism _parallelism;
    private readonly Matrix<T> _vt;
    private readonly T[] _tau;

    // Rows 2i and 2i+1: vᵢ, wᵢ in the first and wᵢ, vᵢ in the second; A = old A − firstᵀ·second.
    private readonly Matrix<T> _first;
    private readonly Matrix<T> _second;
    private readonly T[] _weights;

    private Tridiagonalization(MatrixView<T> a, int blockSize, Parallelism parallelism)
    {
        (_a, _parallelism) = (a, parallelism);
        var n = a.Rows;
        Diagonal = new T[n];
        Offdiagonal = new T[Math.Max(0, n - 1)];
        _tau = new T[Offdiagonal.Length];
        _vt = new Matrix<T>(Offdiagonal.Length, n);
        _first = new Matrix<T>(2 * blockSize, n);
        _second = new Matrix<T>(2 * blockSize, n);
        _weights = new T[2 * blockSize];
    }

    /// <summary>The diagonal of T, n.</summary>
    public T[] Diagonal { get; }

    /// <summary>The elements beside it, n − 1.</summary>
    public T[] Offdiagonal { get; }

    /// <summary>Reduces <paramref name="a"/> [n×n] and destroys it; both triangles are read; its elements are finite and of moderate size.</summary>
    public static Tridiagonalization<T> Reduce(MatrixView<T> a, int blockSize, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var n = a.Rows;
        blockSize = Math.Min(blockSize, Math.Max(1, n));
        var reduction = new Tridiagonalization<T>(a, blockSize, parallelism);
        for (var first = 0; first < n; first += blockSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(blockSize, n - first);
            for (var i = 0; i < count; i++)
                reduction.ReflectColumn(first + i, i);
            var done = first + count;
            if (done < n)
            {
                Gemm.Multiply(
                    reduction._first.View.Slice(0, done, 2 * count, n - done), Operand.Transposed,
                    reduction._second.View.Slice(0, done, 2 * count, n - done), Operand.AsIs,
                    -T.One, T.One, a.Slice(done, done, n - done, n - done), parallelism);
            }
        }
        a.KeepAlive();
        return reduction;
    }

    /// <summary>Q, of order n.</summary>
    public ReflectorSequence<T> Q(int blockSize) => new(_vt, _tau, 1, blockSize, _parallelism);

    /// <summary>Brings column g up to date and reflects it; then w, so that HAH = A − vwᵀ − wvᵀ.</summary>
    private void ReflectColumn(int g, int i)
    {
        var n = _a.Rows;
        var pairs = 2 * i;
        var column = new T[n - g];
        _a.Row(g)[g..].CopyTo(column);
        for (var p = 0; p < pairs; p++)
            _weights[p] = _second[p, g];
        Gemv.Multiply<T>(_first.View.Slice(0, g, pairs, n - g), Operand.Transposed, _weights.AsSpan(0, pairs), -T.One, T.One, column, _parallelism);
        Diagonal[g] = column[0];
        if (g == n - 1)
            return;

        var v = column.AsSpan(1);
        (Offdiagonal[g], var tau) = HouseholderReflector.Generate(v);
        _tau[g] = tau;
        v.CopyTo(_vt.Row(g)[(g + 1)..]);
        var w = new T[v.Length];
        Gemv.Multiply<T>(_a.Slice(g + 1, g + 1, n - g - 1, n - g - 1), Operand.AsIs, v, tau, T.Zero, w, _parallelism);
        Gemv.Multiply<T>(_second.View.Slice(0, g + 1, pairs, n - g - 1), Operand.AsIs, v, T.One, T.Zero, _weights.AsSpan(0, pairs), _parallelism);
        Gemv.Multiply<T>(_first.View.Slice(0, g + 1, pairs, n - g - 1), Operand.Transposed, _weights.AsSpan(0, pairs), -tau, T.One, w, _parallelism);
        var half = -tau * Reductions.Dot<T>(w, v) / T.CreateTruncating(2);
        TensorPrimitives.MultiplyAddEstimate(v, half, w, w);

        v.CopyTo(_first.Row(pairs)[(g + 1)..]);
        w.CopyTo(_first.Row(pairs + 1)[(g + 1)..]);
        w.CopyTo(_second.Row(pairs)[(g + 1)..]);
        v.CopyTo(_second.Row(pairs + 1)[(g + 1)..]);
    }
}
