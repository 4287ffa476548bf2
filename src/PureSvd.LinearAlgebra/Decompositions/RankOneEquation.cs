using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>1/ρ + Σ zⱼ²/(dⱼ − λ) = 0, d₀ &lt; d₁ &lt; …, ρ &gt; 0: its roots are the eigenvalues of diag(d) + ρ·z·zᵀ.</summary>
/// <remarks>
/// Root i lies between dᵢ and dᵢ₊₁ (the last below dₖ₋₁ + ρ·‖z‖²), and is found as a distance from the nearer one, so that every difference dⱼ − λ comes to full
/// relative accuracy: the vectors need that. Steps interpolate both sides of the root by a pole each (Li's middle way), inside a bracket that halves when they do not help, so that
/// the iteration always ends. About six evaluations of k terms each, by vectors.
/// Sources: J. Bunch, C. Nielsen and D. Sorensen, <i>Rank-one modification of the symmetric eigenproblem</i> (1978); R.-C. Li, <i>Solving secular equations stably and efficiently</i> (1994); LAPACK xLAED4.
/// </remarks>
/// <param name="d">The poles, ascending.</param>
/// <param name="z">The weights, none zero.</param>
/// <param name="rho">ρ.</param>
internal readonly unsafe struct RankOneEquation<T>(T[] d, T[] z, T rho)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxSteps = 400;

    private static T Two => T.One + T.One;

    /// <summary>Root <paramref name="i"/>; <paramref name="differences"/>[j] gets dⱼ − λ.</summary>
    /// <exception cref="ConvergenceException">The bracket did not close; cannot happen with finite numbers.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public T Root(int i, Span<T> differences)
    {
        var last = i == d.Length - 1;
        var width = last ? rho * Reductions.SumOfSquares<T>(z) : d[i + 1] - d[i];
        var origin = i;
        var eta = width / Two;
        var f = Evaluate(i, origin, eta, differences);
        var (low, high) = f.Value < T.Zero ? (eta, width) : (T.Zero, eta);
        if (!last && f.Value < T.Zero)
        {
            // The upper half: from the pole above, downwards.
            origin = i + 1;
            (low, high, eta) = (-width / Two, T.Zero, -width / Two);
        }

        for (var step = 0; step < MaxSteps; step++)
        {
            if (T.Abs(f.Value) <= Precision<T>.Epsilon * (Two * Two * f.Magnitude + T.Abs(eta) * (f.LowSlope + f.HighSlope)))
            {
                // Of the first evaluation the differences may be those from the other pole.
                if (step == 0)
                    Evaluate(i, origin, eta, differences);
                return d[origin] + eta;
            }
            var next = eta + Step(i, f, differences);
            if (!(next > low && next < high))
                next = RootBracket.Between(low, high);
            if (next == low || next == high)
            {
                // No number lies in between: the end of the bracket that is not a pole.
                eta = low == T.Zero ? high : low;
                Evaluate(i, origin, eta, differences);
                return d[origin] + eta;
            }
            eta = next;
            f = Evaluate(i, origin, eta, differences);
            (low, high) = f.Value < T.Zero ? (eta, high) : (low, eta);
        }
        throw new ConvergenceException("The secular equation", MaxSteps, double.CreateTruncating((high - low) / T.Max(T.Abs(eta), Precision<T>.SmallestNormal)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Terms Evaluate(int i, int origin, T eta, Span<T> differences)
    {
        var (psi, lowSlope) = Sum(0, i + 1, d[origin], eta, differences);
        var (phi, highSlope) = Sum(i + 1, d.Length, d[origin], eta, differences);
        var constant = T.One / rho;
        return new Terms(constant + phi + psi, constant + phi - psi, lowSlope, highSlope);
    }

    /// <summary>Σ zⱼ²/(dⱼ − λ) and its derivative for <paramref name="first"/> ≤ j &lt; <paramref name="end"/>, λ = center + η.</summary>
    private (T Value, T Slope) Sum(int first, int end, T center, T eta, Span<T> differences)
    {
        fixed (T* poles = d, weights = z, results = differences)
        {
            if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                return Sum<Vector512<T>, Lanes512<T>>(poles, weights, results, first, end, center, eta);
            if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                return Sum<Vector256<T>, Lanes256<T>>(poles, weights, results, first, end, center, eta);
            if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                return Sum<Vector128<T>, Lanes128<T>>(poles, weights, results, first, end, center, eta);
            return Sum<T, ScalarLanes<T>>(poles, weights, results, first, end, center, eta);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (T Value, T Slope) Sum<TVector, TLanes>(T* d, T* z, T* differences, int first, int end, T center, T eta)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var (minusCenter, minusEta) = (TLanes.Broadcast(-center), TLanes.Broadcast(-eta));
        var (values, slopes) = (TLanes.Broadcast(T.Zero), TLanes.Broadcast(T.Zero));
        var j = first;
        for (; j + TLanes.Count <= end; j += TLanes.Count)
        {
            var difference = TLanes.Add(TLanes.Add(TLanes.Load(d + j), minusCenter), minusEta);
            TLanes.Store(difference, differences + j);
            var weight = TLanes.Load(z + j);
            var ratio = TLanes.Divide(weight, difference);
            values = TLanes.MultiplyAdd(weight, ratio, values);
            slopes = TLanes.MultiplyAdd(ratio, ratio, slopes);
        }

        var (value, slope) = (TLanes.Sum(values), TLanes.Sum(slopes));
        for (; j < end; j++)
        {
            var difference = d[j] - center - eta;
            differences[j] = difference;
            var ratio = z[j] / difference;
            value += z[j] * ratio;
            slope += ratio * ratio;
        }

        return (value, slope);
    }

    /// <summary>The step in λ to the root of c + a/(dᵢ − λ) + b/(dᵢ₊₁ − λ), which agrees with each side in value and slope.</summary>
    private static T Step(int i, Terms f, ReadOnlySpan<T> differences)
    {
        var low = differences[i];
        if (i == differences.Length - 1)
            return low * f.Value / (f.Value - low * f.LowSlope);
        var high = differences[i + 1];
        var a = (low + high) * f.Value - low * high * (f.LowSlope + f.HighSlope);
        var b = low * high * f.Value;
        var c = f.Value - low * f.LowSlope - high * f.HighSlope;
        var root = T.Sqrt(T.Abs(a * a - Two * Two * b * c));
        return a <= T.Zero ? (a - root) / (Two * c) : Two * b / (a + root);
    }

    /// <summary>The function, the sum of the magnitudes of its terms, and the derivatives of its parts below and above the root.</summary>
    private readonly record struct Terms(T Value, T Magnitude, T LowSlope, T HighSlope);
}
