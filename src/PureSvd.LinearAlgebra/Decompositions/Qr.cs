using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The QR decomposition by blocked Householder reflections.</summary>
/// <remarks>
/// A panel of columns is factorized by reflectors one by one; the rest of the matrix then gets the whole panel at once, as I − V·Tᵀ·Vᵀ, by matrix products.
/// The panel is worked on transposed, so that a column is contiguous. 2n²(m − n/3) flops. Source: LAPACK xGEQRF.
/// </remarks>
public static class Qr
{
    /// <summary>A = Q·R.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    public static QrFactors<T> Factorize<T>(MatrixView<T> a, QrOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new QrOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 1, nameof(options));
        var (work, scale) = PowerOfTwoScale.Take(a);
        var factors = FactorizeInPlace<T>(work, options, cancellationToken);
        scale.Restore<T>(factors.R.Span);
        return factors;
    }

    /// <summary>The same for a matrix that may be overwritten and is known to be finite and scaled.</summary>
    internal static QrFactors<T> FactorizeInPlace<T>(MatrixView<T> work, QrOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = (work.Rows, work.Columns);
        var k = Math.Min(m, n);
        var vt = new Matrix<T>(k, m);
        var r = new Matrix<T>(k, n);
        var tau = new T[k];
        var space = new BlockReflector<T>.Workspace();
        for (var first = 0; first < k; first += options.BlockSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(options.BlockSize, k - first);
            var panel = vt.View.Slice(first, first, count, m - first);
            for (var i = first; i < m; i++)
                for (var j = 0; j < count; j++)
                    panel[j, i - first] = work[i, first + j];
            FactorizePanel(panel, tau.AsSpan(first, count), r.View.Slice(first, first, count, count));

            var rest = n - first - count;
            if (rest == 0)
                continue;
            var trailing = work.Slice(first, first + count, m - first, rest);
            BlockReflector<T>.Create(panel, tau.AsSpan(first, count), options.Parallelism).ApplyLeft(Operand.Transposed, trailing, space, options.Parallelism);
            trailing.RowRange(0, count).CopyTo(r.View.Slice(first, first + count, count, rest));
        }
        return new QrFactors<T>(r, new ReflectorSequence<T>(vt, tau, 0, options.BlockSize, options.Parallelism));
    }

    /// <summary>Reflects the columns of a panel, held as the rows of <paramref name="panel"/>, to triangular form; leaves the reflectors in their place.</summary>
    private static void FactorizePanel<T>(MatrixView<T> panel, Span<T> tau, MatrixView<T> r)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < panel.Rows; i++)
        {
            var v = panel.Row(i)[i..];
            (r[i, i], tau[i]) = HouseholderReflector.Generate(v);
            for (var j = i + 1; j < panel.Rows; j++)
            {
                HouseholderReflector.Apply(v, tau[i], panel.Row(j)[i..]);
                r[i, j] = panel[j, i];
                panel[j, i] = T.Zero;
            }
        }
    }
}
