using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>What the methods that weigh inputs share: min over rank r of tr((W − W')·M·(W − W')ᵀ) for M ≥ 0, solved as a projection of the outputs.</summary>
/// <remarks>
/// <para>With M = L·Lᵀ and W·L = UΣVᵀ the minimum is W' = U_r·(U_rᵀ·W), residual √Σ_{i&gt;r}σ_i². The textbook's B = U_rΣ_r, A = V_rᵀL⁻¹ have the same product
/// where L can be inverted, but divide rounding errors by its smallest part; the projection divides by nothing.</para>
/// <para>Where M is singular the minimum is not unique: directions that no input took cost nothing, whatever W' does to them. The pseudo-inverse makes them
/// zero; the projection keeps as much of them as U_r spans, which costs nothing and is kinder to what a small sample merely did not exercise. Directions beyond
/// the numerical rank of W·L are noise to the objective; they are replaced by the leading singular directions of what is still missing from W itself, so that
/// full rank always gives W.</para>
/// <para>U and Σ come from the eigenvectors of the Gram matrix of the smaller side, W·M·Wᵀ [out×out] or LᵀWᵀW·L [in×in], summed and solved in float64 by panels
/// of W: three times faster than a decomposition of W, and in memory of the smaller side squared. Squaring costs half of the digits: σ_i below about
/// 10⁻⁷·σ₁ is lost, which float32 weights do not hold either. Float64 weights under a diagonal are decomposed directly.</para>
/// </remarks>
internal static class OutputSubspace
{
    /// <summary>Rows or columns of W that are widened to float64 at a time.</summary>
    private const int Panel = 512;

    private const double MachineEpsilon = 2.220446049250313e-16;

    /// <summary>Decomposes <paramref name="weight"/> under <paramref name="metric"/>, for ranks up to <paramref name="rank"/> (null for all); with a mean input, the bias makes up for what truncation does to the mean output.</summary>
    internal static LayerFactorization<T> Decompose<T>(
        MatrixView<T> weight, InputMetric metric, int? statisticsRank, int? rank, Parallelism parallelism, CancellationToken cancellationToken, double[]? meanInput = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckFinite(weight);
        var keep = Math.Min(rank ?? int.MaxValue, Math.Min(weight.Rows, weight.Columns));
        var (b, a, sigma, rest, resolved) = typeof(T) == typeof(double) && !metric.IsFull
            ? Direct(weight, metric, keep, parallelism, cancellationToken)
            : weight.Rows <= weight.Columns
                ? FromOutputs(weight, metric, keep, parallelism, cancellationToken)
                : FromInputs(weight, metric, keep, parallelism, cancellationToken);
        if (resolved < keep)
            CompleteByPlainSvd(weight, a, b, resolved, parallelism, cancellationToken);
        return new LayerFactorization<T>(weight, a, b, Array.ConvertAll(sigma, s => s * metric.Scale), rest * metric.Scale * metric.Scale, metric, resolved, statisticsRank) { MeanInput = meanInput };
    }

    /// <summary>How many of <paramref name="sigma"/> stand above rounding: σ_i &gt; max(m, n)·ε·σ_1, as numpy's and LAPACK's rank tests.</summary>
    internal static int NumericalRank<T>(double[] sigma, int m, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var epsilon = double.CreateTruncating(T.BitIncrement(T.One) - T.One);
        return sigma.Length == 0 ? 0 : sigma.Count(s => s > Math.Max(m, n) * epsilon * sigma[0]);
    }

    // The singular vectors of W·D themselves.
    private static (Matrix<T> B, Matrix<T> A, double[] Sigma, double Tail, int Resolved) Direct<T>(MatrixView<T> weight, InputMetric metric, int keep, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var weighted = weight.ToMatrix();
        ScaleColumns(weighted.View, metric.Diagonal);
        var svd = Svd.Compute<T>(weighted, new SvdOptions { Parallelism = parallelism }, cancellationToken);
        var sigma = Array.ConvertAll(svd.S, double.CreateTruncating);
        var resolved = metric.Scale > 0 ? NumericalRank<T>(sigma, weight.Rows, weight.Columns) : 0;
        var b = svd.U.View.ColumnRange(0, keep).ToMatrix();
        var a = new Matrix<T>(keep, weight.Columns);
        if (Math.Min(keep, resolved) is > 0 and var leading)
            Gemm.Multiply<T>(b.View.ColumnRange(0, leading), Operand.Transposed, weight, Operand.AsIs, T.One, T.Zero, a.View.RowRange(0, leading), parallelism);
        return (b, a, sigma, 0, resolved);
    }

    // out ≤ in: U are the eigenvectors of W·M·Wᵀ.
    private static (Matrix<T> B, Matrix<T> A, double[] Sigma, double Tail, int Resolved) FromOutputs<T>(MatrixView<T> weight, InputMetric metric, int keep, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = (weight.Rows, weight.Columns);
        using var memory = new WorkMemory();
        var gram = memory.TakeZeros(m, m);
        if (metric.IsFull)
            OutputMoment(weight, metric, gram, parallelism, cancellationToken);
        else
        {
            using var panels = new WorkMemory();
            for (var first = 0; first < n; first += Panel)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var panel = panels.Widen(weight.ColumnRange(first, Math.Min(Panel, n - first)));
                ScaleColumns(panel, metric.Diagonal is { } d ? d.AsSpan(first) : default);
                Syrk.MultiplyLower<double>(panel, Operand.AsIs, 1, 1, gram, parallelism);
            }
        }
        var (sigma, rest, vectors, resolved) = Leading(gram, keep, Math.Max(m, n), parallelism, cancellationToken);
        memory.Dispose();
        var u = vectors.View.ColumnRange(0, keep);
        return (Narrow<T>(u), Project(u, weight, Math.Min(keep, resolved), parallelism, cancellationToken), sigma, rest, resolved);
    }

    /// <summary>The lower triangle of W·M·Wᵀ, some rows at a time: all of W·M, and W in float64, would take as much memory as M again.</summary>
    private static void OutputMoment<T>(MatrixView<T> weight, InputMetric metric, MatrixView<double> gram, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using WorkMemory panels = new(), others = new(), products = new(), scratch = new();
        for (var first = 0; first < weight.Rows; first += Panel)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var panel = panels.Widen(weight.RowRange(first, Math.Min(Panel, weight.Rows - first)));
            var product = products.Take(panel.Rows, panel.Columns);
            metric.Multiply(panel, product, scratch, parallelism);
            for (var other = 0; other <= first; other += Panel)
            {
                var right = other == first ? panel : others.Widen(weight.RowRange(other, Panel));
                Gemm.Multiply<double>(product, Operand.AsIs, right, Operand.Transposed, 1, 0, gram.Slice(first, other, panel.Rows, right.Rows), parallelism);
            }
        }
    }

    // in < out: V are the eigenvectors of Lᵀ·WᵀW·L, and U spans W·L·V.
    private static (Matrix<T> B, Matrix<T> A, double[] Sigma, double Tail, int Resolved) FromInputs<T>(MatrixView<T> weight, InputMetric metric, int keep, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = (weight.Rows, weight.Columns);
        var root = metric.IsFull ? SquareRoot(metric.ToMatrix(parallelism), parallelism, cancellationToken) : null;
        using WorkMemory grams = new(), panels = new(), products = new();
        var gram = grams.TakeZeros(n, n);
        for (var first = 0; first < m; first += Panel)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var panel = panels.Widen(weight.RowRange(first, Math.Min(Panel, m - first)));
            if (root is not null)
            {
                var product = products.Take(panel.Rows, n);
                Gemm.Multiply<double>(panel, Operand.AsIs, root, Operand.AsIs, 1, 0, product, parallelism);
                panel = product;
            }
            ScaleColumns(panel, metric.Diagonal);
            Syrk.MultiplyLower<double>(panel, Operand.Transposed, 1, 1, gram, parallelism);
        }
        var (sigma, rest, vectors, resolved) = Leading(gram, keep, Math.Max(m, n), parallelism, cancellationToken);
        grams.Dispose();
        var v = vectors.View.ColumnRange(0, keep);
        if (root is null && metric.Diagonal is null)
        {
            // U_rU_rᵀ·W = W·V_rV_rᵀ: nothing to orthogonalize.
            var b = new Matrix<T>(m, keep);
            Apply(weight, v, b.View, parallelism, cancellationToken);
            return (b, Narrow<T>(v.ToMatrix().View.Transpose()), sigma, rest, resolved);
        }

        var leading = Math.Min(keep, resolved);
        var u = Basis(weight, metric.Diagonal, root, v.ColumnRange(0, leading), parallelism, cancellationToken);
        var basis = new Matrix<T>(m, keep);
        Convert(u.View, basis.View.ColumnRange(0, leading));
        var a = new Matrix<T>(keep, n);
        Project(u, weight, leading, parallelism, cancellationToken).View.CopyTo(a.View.RowRange(0, leading));
        return (basis, a, sigma, rest, resolved);
    }

    /// <summary>An orthonormal basis of the columns of W·L·V, L = diag(<paramref name="diagonal"/>) unless there is a <paramref name="root"/>.</summary>
    private static Matrix<double> Basis<T>(MatrixView<T> weight, double[]? diagonal, Matrix<double>? root, MatrixView<double> v, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using WorkMemory lifted = new(), applied = new();
        var lv = lifted.Take(v.Rows, v.Columns);
        if (root is not null)
            Gemm.Multiply<double>(root, Operand.AsIs, v, Operand.AsIs, 1, 0, lv, parallelism);
        else
            for (var i = 0; i < v.Rows; i++)
                for (var j = 0; j < v.Columns; j++)
                    lv[i, j] = diagonal![i] * v[i, j];
        var y = applied.Take(weight.Rows, v.Columns);
        Apply(weight, lv, y, parallelism, cancellationToken);
        lifted.Dispose();
        var qr = Qr.Factorize<double>(y, new QrOptions { Parallelism = parallelism }, cancellationToken);
        applied.Dispose();
        return qr.ThinQ(cancellationToken);
    }

    /// <summary>The leading σ and vectors of a Gram matrix [k×k], Σσ² of the others, and how many σ stand above what squaring W of <paramref name="size"/> rounded away.</summary>
    private static (double[] Sigma, double Tail, Matrix<double> Vectors, int Resolved) Leading(MatrixView<double> gram, int keep, int size, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var trace = 0.0;
        for (var i = 0; i < gram.Rows; i++)
            trace += gram[i, i];
        var options = new SymmetricEigenOptions { Parallelism = parallelism, Count = keep < gram.Rows ? keep : null };
        var (values, vectors) = SymmetricEigen.Compute<double>(gram, options, cancellationToken);
        var largest = values.Length == 0 ? 0 : Math.Max(0, values[0]);
        var rest = keep < gram.Rows ? Math.Max(0, trace - values.Sum()) : 0;
        return (Array.ConvertAll(values, v => Math.Sqrt(Math.Max(0, v))), rest, vectors, values.Count(v => v > size * MachineEpsilon * largest));
    }

    /// <summary>L = Q·√Λ with M = Q·Λ·Qᵀ; what rounding made negative counts as zero.</summary>
    private static Matrix<double> SquareRoot(Matrix<double> moment, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var (values, vectors) = SymmetricEigen.Compute<double>(moment, new SymmetricEigenOptions { Parallelism = parallelism }, cancellationToken);
        ScaleColumns(vectors.View, Array.ConvertAll(values, v => Math.Sqrt(Math.Max(0, v))));
        return vectors;
    }

    /// <summary>A = UᵀW for the leading columns of U; the rows after them are zero.</summary>
    private static Matrix<T> Project<T>(MatrixView<double> u, MatrixView<T> weight, int leading, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var a = new Matrix<T>(u.Columns, weight.Columns);
        if (leading == 0)
            return a;
        using WorkMemory panels = new(), products = new();
        for (var first = 0; first < weight.Columns; first += Panel)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var panel = panels.Widen(weight.ColumnRange(first, Math.Min(Panel, weight.Columns - first)));
            var product = products.Take(leading, panel.Columns);
            Gemm.Multiply<double>(u.ColumnRange(0, leading), Operand.Transposed, panel, Operand.AsIs, 1, 0, product, parallelism);
            Convert(product, a.View.Slice(0, first, leading, panel.Columns));
        }
        return a;
    }

    /// <summary>destination = W·X, by rows of W.</summary>
    private static void Apply<T, TResult>(MatrixView<T> weight, MatrixView<double> x, MatrixView<TResult> destination, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TResult : unmanaged, IBinaryFloatingPointIeee754<TResult>
    {
        using WorkMemory panels = new(), products = new();
        for (var first = 0; first < weight.Rows; first += Panel)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var panel = panels.Widen(weight.RowRange(first, Math.Min(Panel, weight.Rows - first)));
            var product = products.Take(panel.Rows, x.Columns);
            Gemm.Multiply<double>(panel, Operand.AsIs, x, Operand.AsIs, 1, 0, product, parallelism);
            Convert(product, destination.RowRange(first, panel.Rows));
        }
    }

    /// <summary>Replaces all but the leading columns of B and rows of A by the leading singular directions of what those miss of W.</summary>
    internal static void CompleteByPlainSvd<T>(MatrixView<T> weight, Matrix<T> a, Matrix<T> b, int resolved, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var missing = weight.ToMatrix();
        if (resolved > 0)
            Gemm.Multiply<T>(b.View.ColumnRange(0, resolved), Operand.AsIs, a.View.RowRange(0, resolved), Operand.AsIs, -T.One, T.One, missing, parallelism);
        var rest = Svd.Compute<T>(missing, new SvdOptions { Parallelism = parallelism, Rank = a.Rows - resolved }, cancellationToken);
        rest.U.View.CopyTo(b.View.ColumnRange(resolved, b.Columns - resolved));
        for (var i = resolved; i < a.Rows; i++)
        {
            var vt = rest.Vt.Row(i - resolved);
            for (var j = 0; j < vt.Length; j++)
                a[i, j] = rest.S[i - resolved] * vt[j];
        }
    }

    private static void ScaleColumns<T>(MatrixView<T> matrix, ReadOnlySpan<double> scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (scale.IsEmpty)
            return;
        for (var i = 0; i < matrix.Rows; i++)
        {
            var row = matrix.Row(i);
            for (var j = 0; j < row.Length; j++)
                row[j] *= T.CreateTruncating(scale[j]);
        }
    }

    private static Matrix<T> Narrow<T>(MatrixView<double> view)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var narrow = new Matrix<T>(view.Rows, view.Columns);
        Convert(view, narrow.View);
        return narrow;
    }

    private static void Convert<TFrom, TTo>(MatrixView<TFrom> from, MatrixView<TTo> to)
        where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom>
        where TTo : unmanaged, IBinaryFloatingPointIeee754<TTo>
    {
        for (var i = 0; i < from.Rows; i++)
            TensorPrimitives.ConvertTruncating<TFrom, TTo>(from.Row(i), to.Row(i));
    }

    private static void CheckFinite<T>(MatrixView<T> weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < weight.Rows; i++)
        {
            var row = weight.Row(i);
            for (var j = 0; j < row.Length; j++)
            {
                if (!T.IsFinite(row[j]))
                    throw new NonFiniteMatrixException(i, j, double.CreateTruncating(row[j]));
            }
        }
    }
}
