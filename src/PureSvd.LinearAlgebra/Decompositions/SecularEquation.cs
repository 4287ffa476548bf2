using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>1 + Σ zⱼ²/(dⱼ² − σ²) = 0, 0 = d₀ &lt; d₁ &lt; …: its roots are the singular values of an arrow, diag(d) with z as its first row.</summary>
/// <remarks>
/// Root i lies between dᵢ and dᵢ₊₁, and is found as a distance from the nearer one, so that every difference dⱼ − σ comes to full relative accuracy: the vectors need that.
/// Steps interpolate both sides by a pole each (Li's middle way), inside a bracket that halves when they do not help, so that the iteration always ends.
/// Sources: M. Gu and S. Eisenstat, <i>A divide-and-conquer algorithm for the bidiagonal SVD</i> (1995); R.-C. Li (1994); LAPACK xLASD4.
/// </remarks>
/// <param name="d">The poles, ascending from 0.</param>
/// <param name="z">The weights, none zero.</param>
internal readonly struct SecularEquation<T>(T[] d, T[] z)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxSteps = 400;

    private static T Two => T.One + T.One;

    /// <summary>Root <paramref name="i"/>; <paramref name="differences"/>[j] gets dⱼ² − σ².</summary>
    /// <exception cref="ConvergenceException">The bracket did not close; cannot happen with finite numbers.</exception>
    public T Root(int i, Span<T> differences)
    {
        var k = d.Length;
        T low, high, eta;
        int origin;
        if (i == k - 1)
        {
            var sum = Reductions.SumOfSquares<T>(z);
            origin = i;
            (low, high) = (T.Zero, Two * sum / (d[i] + T.Sqrt(d[i] * d[i] + sum)));
            eta = (low + high) / Two;
        }
        else
        {
            // The sign in the middle says which pole is nearer; a step from there is the first guess.
            var half = (d[i + 1] - d[i]) / Two;
            var middle = Evaluate(i, i, half, differences);
            origin = middle.Value >= T.Zero ? i : i + 1;
            (low, high) = origin == i ? (T.Zero, half) : (-half, T.Zero);
            eta = (origin == i ? half : -half) + Step(i, d[i] + half, middle, differences);
            if (!(eta > low && eta < high))
                eta = (low + high) / Two;
        }

        for (var step = 0; step < MaxSteps; step++)
        {
            var f = Evaluate(i, origin, eta, differences);
            if (T.Abs(f.Value) <= Two * Precision<T>.Epsilon * f.Magnitude)
                return d[origin] + eta;
            (low, high) = f.Value < T.Zero ? (eta, high) : (low, eta);

            var next = eta + Step(i, d[origin] + eta, f, differences);
            if (!(next > low && next < high))
                next = RootBracket.Between(low, high);
            if (next == eta || next == low || next == high)
                return d[origin] + eta;
            eta = next;
        }
        throw new ConvergenceException("The secular equation", MaxSteps, double.CreateTruncating((high - low) / d[origin]));
    }

    /// <summary>The function at σ = d[origin] + η, split at pole i, with the derivatives by σ² of both parts: all terms of the low part are negative, of the high part positive.</summary>
    private (T Value, T Magnitude, T LowSlope, T HighSlope) Evaluate(int i, int origin, T eta, Span<T> differences)
    {
        var low = SecularSums<T>.Evaluate(d.AsSpan(0, i + 1), z.AsSpan(0, i + 1), d[origin], eta, differences);
        var high = SecularSums<T>.Evaluate(d.AsSpan(i + 1), z.AsSpan(i + 1), d[origin], eta, differences[(i + 1)..]);
        return (T.One + low.Value + high.Value, T.One + T.Abs(low.Value) + T.Abs(high.Value), low.Slope, high.Slope);
    }

    /// <summary>The step in σ to the root of c + a/(dᵢ² − σ²) + b/(dᵢ₊₁² − σ²), which agrees with each side in value and slope.</summary>
    private T Step(int i, T sigma, (T Value, T Magnitude, T LowSlope, T HighSlope) f, ReadOnlySpan<T> differences)
    {
        var low = differences[i];
        T change;
        if (i == d.Length - 1)
        {
            change = low * f.Value / (f.Value - low * f.LowSlope);
        }
        else
        {
            var high = differences[i + 1];
            var a = (low + high) * f.Value - low * high * (f.LowSlope + f.HighSlope);
            var b = low * high * f.Value;
            var c = f.Value - low * f.LowSlope - high * f.HighSlope;
            var root = T.Sqrt(T.Abs(a * a - Two * Two * b * c));
            change = a <= T.Zero ? (a - root) / (Two * c) : Two * b / (a + root);
        }
        return change / (sigma + T.Sqrt(T.Abs(sigma * sigma + change)));
    }
}
