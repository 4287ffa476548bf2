using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary><c>tfwsvd</c>: min over rank r of Σ_ij F_ij·(W − B·A)_ij², one Fisher weight an element.</summary>
/// <remarks>
/// <para>Element weights have no closed form. Started from <c>fwsvd</c>, rows of B and columns of A are solved for in turn: with A fixed, row i of B is a
/// weighted least-squares problem of order r, (A·F_i·Aᵀ + λI)·b = A·F_i·wᵀ + λ·b_old, and likewise the columns of A. The λ pulls towards where the row was: it makes
/// the problem definite where weights are zero, and the objective falls at every step all the same, so the result is never worse than its start. The source
/// takes gradient steps (Adam, then SGD) down the same objective from the same start.</para>
/// <para>Every rank is a problem of its own: <see cref="LayerFactorization{T}.Truncate"/> solves it. 2·(out + in)·r²·max(out, in) flops a sweep.</para>
/// Source: T. Hua et al., <i>Numerical optimizations for weighted low-rank estimation on language models</i>, EMNLP 2022 (arXiv 2211.09718).
/// </remarks>
public sealed class ElementFisherSvd : IFactorizationMethod
{
    private const int MaxSweeps = 20;
    private const double Tolerance = 1e-4;

    /// <summary>Rows that share their work memory.</summary>
    private const int RowsAtOnce = 16;

    /// <summary>λ relative to the mean of the diagonal that it is added to.</summary>
    private const double Pull = 1e-6;

    private static readonly FisherWeightedSvd Start = new();

    /// <inheritdoc/>
    public string Name => "tfwsvd";

    /// <inheritdoc/>
    public StatisticsKinds Needs => StatisticsKinds.ElementFisher;

    /// <inheritdoc/>
    public LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, int? rank, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var fisher = statistics?.ElementFisher ?? throw new ArgumentException("tfwsvd needs a Fisher weight for every element of the layer.", nameof(statistics));
        if (fisher.Rows != weight.Rows || fisher.Columns != weight.Columns)
            throw new ArgumentException($"tfwsvd has Fisher weights for {fisher.Rows}×{fisher.Columns}, and the weight is {weight.Rows}×{weight.Columns}.", nameof(statistics));
        var start = Start.Decompose(weight, LayerStatistics.FromFisher<double>(fisher), rank, parallelism, cancellationToken);
        return start.Refined(new ElementObjective(fisher), factors => Refine(weight, fisher, factors, parallelism, cancellationToken));
    }

    private static LowRankFactors<T> Refine<T>(MatrixView<T> weight, Matrix<double> fisher, LowRankFactors<T> start, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var w = Wide(weight);
        var (b, at) = (Wide(start.B.View), Wide(start.A.View.Transpose().View));
        var (wt, fisherT) = (w.View.Transpose(), fisher.View.Transpose());
        var before = Loss(w, fisher, b, at, parallelism);
        for (var sweep = 0; sweep < MaxSweeps && before > 0; sweep++)
        {
            SolveRows(w, fisher, b, at, parallelism, cancellationToken);
            SolveRows(wt, fisherT, at, b, parallelism, cancellationToken);
            var after = Loss(w, fisher, b, at, parallelism);
            var done = after >= before * (1 - Tolerance);
            before = after;
            if (done)
                break;
        }
        var a = at.View.Transpose();
        var refined = new LowRankFactors<T>(
            Matrix<T>.Create(a.Rows, a.Columns, (i, j) => T.CreateTruncating(a[i, j])), Matrix<T>.Create(b.Rows, b.Columns, (i, j) => T.CreateTruncating(b[i, j])));
        // Rounding to T must not undo what little a start at the optimum leaves to gain.
        return Loss(w, fisher, Wide(refined.B.View), Wide(refined.A.View.Transpose().View), parallelism) <= Loss(w, fisher, Wide(start.B.View), Wide(start.A.View.Transpose().View), parallelism) ? refined : start;
    }

    /// <summary>Every row of X: min over x of Σ_j f_j·(w_j − x·y_j)², Y [n×r] fixed; rows are independent of each other.</summary>
    private static void SolveRows(Matrix<double> w, Matrix<double> fisher, Matrix<double> x, Matrix<double> y, Parallelism parallelism, CancellationToken cancellationToken)
    {
        parallelism.For((w.Rows + RowsAtOnce - 1) / RowsAtOnce, block =>
        {
            var problem = new RowProblem(y);
            for (var i = block * RowsAtOnce; i < Math.Min(w.Rows, (block + 1) * RowsAtOnce); i++)
                problem.Solve(w.Row(i), fisher.Row(i), x.Row(i), cancellationToken);
        }, cancellationToken);
    }

    private static double Loss(Matrix<double> w, Matrix<double> fisher, Matrix<double> b, Matrix<double> at, Parallelism parallelism)
    {
        var error = w.View.ToMatrix();
        Gemm.Multiply<double>(b, Operand.AsIs, at, Operand.Transposed, -1, 1, error, parallelism);
        using var memory = new LayerObjective.NormMemory();
        return new ElementObjective(fisher).SquaredNorm(0, error, memory, parallelism);
    }

    private static Matrix<double> Wide<T>(MatrixView<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Matrix<double>.Create(matrix.Rows, matrix.Columns, (i, j) => double.CreateTruncating(matrix.Row(i)[j]));

    /// <summary>min over x of Σ_j f_j·(w_j − x·y_j)² + λ·|x − x_old|², by its normal equations.</summary>
    private sealed class RowProblem(Matrix<double> y)
    {
        private static readonly CholeskyOptions s_serial = new() { Parallelism = Parallelism.Serial };

        private readonly Matrix<double> _scaled = new(y.Rows, y.Columns), _normal = new(y.Columns, y.Columns), _right = new(y.Columns, 1);

        /// <summary>Solves for <paramref name="x"/>, which holds the old one; it stays where no weight is above zero.</summary>
        internal void Solve(ReadOnlySpan<double> w, ReadOnlySpan<double> fisher, Span<double> x, CancellationToken cancellationToken)
        {
            var live = 0;
            _right.Span.Clear();
            for (var j = 0; j < fisher.Length; j++)
            {
                if (fisher[j] <= 0)
                    continue;
                var weight = Math.Sqrt(fisher[j]);
                var row = _scaled.Row(live++);
                TensorPrimitives.Multiply(y.Row(j), weight, row);
                TensorPrimitives.MultiplyAdd(row, weight * w[j], _right.Span, _right.Span);
            }
            Syrk.Multiply<double>(_scaled.View.RowRange(0, live), Operand.Transposed, 1, 0, _normal, Parallelism.Serial);
            var trace = 0.0;
            for (var c = 0; c < x.Length; c++)
                trace += _normal[c, c];
            if (trace == 0)
                return;
            var pull = Pull * trace / x.Length;
            for (var c = 0; c < x.Length; c++)
                _normal[c, c] += pull;
            TensorPrimitives.MultiplyAdd(x, pull, _right.Span, _right.Span);
            Cholesky.FactorizeInPlace<double>(_normal, s_serial, cancellationToken);
            Trsm.SolveLeft<double>(_normal, Triangle.Lower, Operand.AsIs, false, _right, Parallelism.Serial);
            Trsm.SolveLeft<double>(_normal, Triangle.Lower, Operand.Transposed, false, _right, Parallelism.Serial);
            _right.Span.CopyTo(x);
        }
    }
}
