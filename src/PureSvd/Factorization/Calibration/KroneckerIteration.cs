using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>The nearest Kronecker product of one layer's Fisher information by power iteration, fed one gradient after the other: passes over the sample, alternately for the outputs' factor and the inputs'.</summary>
/// <remarks>
/// <para>Outputs ← Σ G·Inputs·Gᵀ, then Inputs ← Σ Gᵀ·Outputs·G, from Inputs = I; both stay symmetric and ≥ 0. ‖Inputs‖ under a normalized Outputs is the leading
/// singular value σ of the rearranged information, which no pass lowers, and ‖F − Inputs⊗Outputs‖² = ‖F‖² − σ²: the iteration has ended when σ has.</para>
/// <para>The error of the factors falls by (σ₂/σ₁)² a pair of passes. On the 35 matrices of stories260K the median error was 5·10⁻² after 4 passes, 3·10⁻⁴ after 12 and
/// 2·10⁻⁶ after 20; that of the worst, whose first two singular values nearly agree, 0.4, 7·10⁻² and 10⁻².</para>
/// </remarks>
internal sealed class KroneckerIteration(int outputs, int inputs, double tolerance, int maxPasses)
{
    private Matrix<double> _inputs = Matrix<double>.Identity(inputs);
    private Matrix<double> _outputs = new(0, 0);
    private Matrix<double>? _middle;
    private Matrix<double>? _sum;
    private double _sigma;
    private int _passes;

    /// <summary>Whether another pass would change nothing that counts.</summary>
    internal bool HasEnded { get; private set; }

    private bool SumsOutputs => _passes % 2 == 0;

    /// <summary>Adds <paramref name="weight"/> times a gradient's part to the sum of this pass; layers may be at it side by side, each with a <paramref name="work"/> of its own.</summary>
    internal void Add<T>(MatrixView<T> gradient, double weight, Work work, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (op, back) = SumsOutputs ? (Operand.AsIs, Operand.Transposed) : (Operand.Transposed, Operand.AsIs);
        _middle ??= Normalized(SumsOutputs ? _inputs : _outputs);
        _sum ??= SumsOutputs ? new Matrix<double>(outputs, outputs) : new Matrix<double>(inputs, inputs);
        var wide = work.Gradient.Widen(gradient);
        var product = work.Product.Take(_sum.Rows, _middle.Rows);
        Gemm.Multiply<double>(wide, op, _middle, Operand.AsIs, 1, 0, product, parallelism);
        Gemm.Multiply<double>(product, Operand.AsIs, wide, back, weight, 1, _sum, parallelism);
    }

    /// <summary>Memory that the gradients of one layer after the other may share.</summary>
    internal sealed class Work : IDisposable
    {
        internal WorkMemory Gradient { get; } = new();

        internal WorkMemory Product { get; } = new();

        public void Dispose()
        {
            Gradient.Dispose();
            Product.Dispose();
        }
    }

    /// <summary>Ends a pass over the whole sample.</summary>
    /// <exception cref="ArithmeticException">A gradient was not finite, or too large to be squared.</exception>
    internal void EndPass()
    {
        var sum = _sum!;
        (_sum, _middle) = (null, null);
        Symmetrize(sum);
        var norm = Norms.Frobenius<double>(sum);
        if (!double.IsFinite(norm))
            throw new ArithmeticException("A gradient is not finite, or so large that its square is not.");
        if (SumsOutputs)
        {
            _outputs = sum;
        }
        else
        {
            _inputs = sum;
            HasEnded = norm - _sigma <= tolerance * norm || _passes + 1 >= maxPasses;
            _sigma = norm;
        }
        _passes++;
    }

    /// <summary>The factors; the inputs' carries the scale.</summary>
    internal KroneckerFisher Result() => new(_inputs, Normalized(_outputs));

    private static Matrix<double> Normalized(Matrix<double> matrix)
    {
        var norm = Norms.Frobenius<double>(matrix);
        var result = matrix.View.ToMatrix();
        foreach (ref var element in result.Span)
            element = norm > 0 ? element / norm : 0;
        return result;
    }

    private static void Symmetrize(Matrix<double> matrix)
    {
        for (var i = 0; i < matrix.Rows; i++)
            for (var j = 0; j < i; j++)
                matrix[i, j] = matrix[j, i] = 0.5 * (matrix[i, j] + matrix[j, i]);
    }
}
