using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>The Fisher information of W as a Kronecker product: E[vec(G)·vec(G)ᵀ] ≈ Inputs ⊗ Outputs, for gradients G = ∂L/∂W [out×in] of single examples.</summary>
/// <param name="Inputs">[in×in], symmetric.</param>
/// <param name="Outputs">[out×out], symmetric.</param>
public sealed record KroneckerFisher(Matrix<double> Inputs, Matrix<double> Outputs)
{
    private const int MaxPasses = 600;

    /// <summary>Of σ, which is as near its limit as the square of what the factors are from theirs: they have seven digits then.</summary>
    private const double Tolerance = 1e-14;

    /// <summary>The nearest Kronecker product in the Frobenius norm.</summary>
    /// <remarks>
    /// It is the leading singular pair of the rearranged information (C. Van Loan, <i>The ubiquitous Kronecker product</i>, 2000), found by power
    /// iteration (<see cref="KroneckerIteration"/>). The source takes Lanczos steps for the same pair.
    /// </remarks>
    /// <exception cref="ArgumentException">There is no gradient, one has another shape, or one is not finite or too large to be squared.</exception>
    public static KroneckerFisher FromGradients<T>(IReadOnlyList<MatrixView<T>> gradients, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(gradients);
        if (gradients.Count == 0)
            throw new ArgumentException("There is no gradient.", nameof(gradients));
        var (m, n) = (gradients[0].Rows, gradients[0].Columns);
        foreach (var other in gradients.Where(g => g.Rows != m || g.Columns != n))
            throw new ArgumentException($"A gradient is {other.Rows}×{other.Columns}, and the first {m}×{n}.", nameof(gradients));
        var iteration = new KroneckerIteration(m, n, Tolerance, MaxPasses);
        using var work = new KroneckerIteration.Work();
        try
        {
            while (!iteration.HasEnded)
            {
                foreach (var gradient in gradients)
                    iteration.Add(gradient, 1.0 / gradients.Count, work, parallelism);
                iteration.EndPass();
            }
        }
        catch (ArithmeticException e)
        {
            throw new ArgumentException(e.Message, nameof(gradients), e);
        }
        return iteration.Result();
    }
}
