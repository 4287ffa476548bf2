using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The QR decomposition of a panel of columns by halves, with the factor T of its block of reflectors I − V·T·Vᵀ on the way.</summary>
/// <remarks>
/// <code>
/// [A₁ A₂]: A₁ = Q₁·R₁;  A₂ ← Q₁ᵀ·A₂, whose upper part is R₁₂;  the rest of A₂ = Q₂·R₂;  T = [T₁  −T₁·(V₁ᵀV₂)·T₂]
///                                                                                         [          T₂      ]
/// </code>
/// <para>So a panel is products too, down to a few columns that are reflected one by one. It is held transposed: a column lies along memory.</para>
/// <para>V₁ᵀV₂ is not taken by Gemm: the reflectors of a constant matrix are constant, and a long running sum of equal numbers rounds one way. Q is as orthogonal as T is accurate.</para>
/// Source: E. Elmroth and F. Gustavson, <i>Applying recursion to serial and parallel QR factorization leads to better performance</i> (2000); LAPACK xGEQRT3.
/// </remarks>
/// <param name="leaf">Columns that are reflected one by one.</param>
/// <param name="parallelism">The threads to use.</param>
internal sealed class QrPanel<T>(int leaf, Parallelism parallelism)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const long DotsWorthSharing = 1 << 20;

    private readonly Scratch<T> _projected = new();
    private readonly Scratch<T> _weighted = new();

    /// <summary>Factorizes the panel.</summary>
    /// <param name="columns">[c×m], c ≤ m: the columns as rows; replaced by the reflectors, ones and zeros included.</param>
    /// <param name="tau">Gets their factors, c.</param>
    /// <param name="r">[c×c]: its upper triangle gets R.</param>
    /// <param name="t">[c×c], zeros: its upper triangle gets T.</param>
    public void Factorize(MatrixView<T> columns, Span<T> tau, MatrixView<T> r, MatrixView<T> t)
    {
        var c = columns.Rows;
        if (c <= leaf)
        {
            Reflect(columns, tau, r);
            CompleteT(columns, tau, t);
            return;
        }

        var half = c / 2;
        var (first, rest) = (columns.RowRange(0, half), columns.RowRange(half, c - half));
        var (t1, t2) = (t.Slice(0, 0, half, half), t.Slice(half, half, c - half, c - half));
        Factorize(first, tau[..half], r.Slice(0, 0, half, half), t1);

        // Q₁ᵀ·A₂, transposed: A₂ᵀ − ((A₂ᵀ·V₁)·T₁)·V₁ᵀ.
        var projected = _projected.Take(c - half, half);
        var weighted = _weighted.Take(c - half, half);
        Gemm.Multiply(rest, Operand.AsIs, first, Operand.Transposed, T.One, T.Zero, projected, parallelism);
        Gemm.Multiply(projected, Operand.AsIs, t1, Operand.AsIs, T.One, T.Zero, weighted, parallelism);
        Gemm.Multiply(weighted, Operand.AsIs, first, Operand.AsIs, -T.One, T.One, rest, parallelism);
        for (var j = 0; j < c - half; j++)
        {
            for (var i = 0; i < half; i++)
                r[i, half + j] = rest[j, i];
            rest.Row(j)[..half].Clear();
        }

        Factorize(rest.ColumnRange(half, rest.Columns - half), tau[half..], r.Slice(half, half, c - half, c - half), t2);
        projected = _projected.Take(half, c - half);
        weighted = _weighted.Take(half, c - half);
        Dots(first.ColumnRange(half, rest.Columns - half), rest.ColumnRange(half, rest.Columns - half), projected);
        Gemm.Multiply(projected, Operand.AsIs, t2, Operand.AsIs, T.One, T.Zero, weighted, Parallelism.Serial);
        Gemm.Multiply(t1, Operand.AsIs, weighted, Operand.AsIs, -T.One, T.Zero, t.Slice(0, half, half, c - half), Parallelism.Serial);
    }

    private static void Reflect(MatrixView<T> columns, Span<T> tau, MatrixView<T> r)
    {
        for (var i = 0; i < columns.Rows; i++)
        {
            var v = columns.Row(i)[i..];
            (r[i, i], tau[i]) = HouseholderReflector.Generate(v);
            for (var j = i + 1; j < columns.Rows; j++)
            {
                HouseholderReflector.Apply(v, tau[i], columns.Row(j)[i..]);
                r[i, j] = columns[j, i];
                columns[j, i] = T.Zero;
            }
        }
    }

    private static void CompleteT(MatrixView<T> vt, ReadOnlySpan<T> tau, MatrixView<T> t)
    {
        for (var j = 0; j < vt.Rows; j++)
        {
            for (var i = 0; i < j; i++)
                t[i, j] = Reductions.Dot<T>(vt.Row(i)[j..], vt.Row(j)[j..]);
            for (var i = 0; i < j; i++)
            {
                var sum = T.Zero;
                for (var p = i; p < j; p++)
                    sum += t[i, p] * t[p, j];
                t[i, j] = -tau[j] * sum;
            }
            t[j, j] = tau[j];
        }
    }

    /// <summary>A·Bᵀ by dot products with many partial sums.</summary>
    private void Dots(MatrixView<T> a, MatrixView<T> b, MatrixView<T> product)
    {
        var threads = (long)a.Rows * b.Rows * a.Columns < DotsWorthSharing ? Parallelism.Serial : parallelism;
        threads.For(a.Rows, i => Gemv.Multiply<T>(b, Operand.AsIs, a.Row(i), T.One, T.Zero, product.Row(i), Parallelism.Serial));
    }
}
