using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>H = I − τ·v·vᵀ with v₀ = 1: the reflection that takes a vector x to β·e₀.</summary>
/// <remarks>
/// H is orthogonal and symmetric for τ = 2/vᵀv, and with v = (x − β·e₀)/(x₀ − β), β = ±‖x‖, it mirrors x at the hyperplane halfway to β·e₀: H·x = β·e₀. About 3n flops to make one; to apply it to a
/// matrix [n×p] takes 4np, as A − v·(τ·Aᵀv)ᵀ, which reads A twice and is bound by memory: hence the blocks of <see cref="BlockReflector{T}"/>.
/// Sources: A. Householder, <i>Unitary triangularization of a nonsymmetric matrix</i> (1958); LAPACK xLARFG.
/// </remarks>
internal static class HouseholderReflector
{
    /// <summary>Overwrites <paramref name="x"/> with v and returns β and τ, so that H·x = β·e₀.</summary>
    /// <remarks>β has the sign opposite to x₀, so that x₀ − β does not cancel; τ = 0 (H = I) when x is already a multiple of e₀.</remarks>
    public static (T Beta, T Tau) Generate<T>(Span<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var alpha = x[0];
        x[0] = T.One;
        var tail = x[1..];
        var tailNorm = VectorNorm.Of<T>(tail);
        if (tailNorm == T.Zero)
            return (alpha, T.Zero);

        var exponent = T.ILogB(T.Max(T.Abs(alpha), tailNorm));
        if (Math.Abs(exponent) < SafeExponent<T>())
        {
            var beta = -T.CopySign(T.Hypot(alpha, tailNorm), alpha);
            TensorPrimitives.Multiply(tail, T.One / (alpha - beta), tail);
            return (beta, (beta - alpha) / beta);
        }

        for (var i = 0; i < tail.Length; i++)
            tail[i] = T.ScaleB(tail[i], -exponent);
        x[0] = T.ScaleB(alpha, -exponent);
        var (scaledBeta, tau) = Generate(x);
        return (T.ScaleB(scaledBeta, exponent), tau);
    }

    /// <summary>y ← H·y.</summary>
    public static void Apply<T>(ReadOnlySpan<T> v, T tau, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (tau != T.Zero)
            TensorPrimitives.MultiplyAddEstimate(v, -tau * Reductions.Dot<T>(v, y), y, y);
    }

    /// <summary>Within ± this exponent neither 1/(x₀ − β) nor a square leaves the normal range.</summary>
    private static int SafeExponent<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => T.ILogB(Precision<T>.Largest) - 4;
}
