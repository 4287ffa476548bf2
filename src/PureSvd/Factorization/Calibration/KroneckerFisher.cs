using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>The Fisher information of W as a Kronecker product: E[vec(G)·vec(G)ᵀ] ≈ Inputs ⊗ Outputs, for gradients G = ∂L/∂W [out×in] of single examples.</summary>
/// <param name="Inputs">[in×in], symmetric.</param>
/// <param name="Outputs">[out×out], symmetric.</param>
public sealed record KroneckerFisher(Matrix<double> Inputs, Matrix<double> Outputs)
{
    private const int MaxIterations = 300;

    /// <summary>Of the norm, which is as near its limit as the square of what the factors are from theirs: they have seven digits then.</summary>
    private const double Tolerance = 1e-14;

    /// <summary>The nearest Kronecker product in the Frobenius norm.</summary>
    /// <remarks>
    /// It is the leading singular pair of the rearranged information (C. Van Loan, <i>The ubiquitous Kronecker product</i>, 2000), found by power
    /// iteration: Outputs ← Σ G·Inputs·Gᵀ, Inputs ← Σ Gᵀ·Outputs·G, from Inputs = I; both stay symmetric and ≥ 0. The source takes Lanczos steps for the same pair.
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
        var inputs = Matrix<double>.Identity(n);
        var outputs = new Matrix<double>(m, m);
        var scale = 0.0;
        for (var iteration = 0; iteration < MaxIterations; iteration++)
        {
            outputs = Contract(gradients, Operand.AsIs, Normalized(inputs), m, parallelism);
            var next = Contract(gradients, Operand.Transposed, Normalized(outputs), n, parallelism);
            var before = scale;
            scale = Norms.Frobenius<double>(next);
            inputs = next;
            if (!double.IsFinite(scale) || !double.IsFinite(Norms.Max<double>(outputs)))
                throw new ArgumentException("A gradient is not finite, or so large that its square is not.", nameof(gradients));
            if (Math.Abs(scale - before) <= Tolerance * scale)
                break;
        }
        return new KroneckerFisher(inputs, Normalized(outputs));
    }

    // (1/N)·Σ op(G)·Middle·op(G)ᵀ.
    private static Matrix<double> Contract<T>(IReadOnlyList<MatrixView<T>> gradients, Operand op, Matrix<double> middle, int size, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = new Matrix<double>(size, size);
        foreach (var gradient in gradients)
            Add(gradient, op, middle, 1.0 / gradients.Count, sum, parallelism);
        Symmetrize(sum);
        return sum;
    }

    /// <summary>sum += scale·op(G)·middle·op(G)ᵀ.</summary>
    internal static void Add<T>(MatrixView<T> gradient, Operand op, Matrix<double> middle, double scale, Matrix<double> sum, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var wide = Matrix<double>.Create(gradient.Rows, gradient.Columns, (i, j) => double.CreateTruncating(gradient.Row(i)[j]));
        var product = new Matrix<double>(sum.Rows, middle.Rows);
        Gemm.Multiply<double>(wide, op, middle, Operand.AsIs, 1, 0, product, parallelism);
        Gemm.Multiply<double>(product, Operand.AsIs, wide, op == Operand.AsIs ? Operand.Transposed : Operand.AsIs, scale, 1, sum, parallelism);
    }

    internal static Matrix<double> Normalized(Matrix<double> matrix)
    {
        var norm = Norms.Frobenius<double>(matrix);
        var result = matrix.View.ToMatrix();
        foreach (ref var element in result.Span)
            element = norm > 0 ? element / norm : 0;
        return result;
    }

    internal static void Symmetrize(Matrix<double> matrix)
    {
        for (var i = 0; i < matrix.Rows; i++)
            for (var j = 0; j < i; j++)
                matrix[i, j] = matrix[j, i] = 0.5 * (matrix[i, j] + matrix[j, i]);
    }
}
