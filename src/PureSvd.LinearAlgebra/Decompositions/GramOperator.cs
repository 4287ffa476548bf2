using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>G = AᵀA [n×n], so that a step of subspace iteration is one product and not two, with the steepest part of its spectrum cut down.</summary>
/// <remarks>
/// Where λ₁ is orders of magnitude above the eigenvalues in question, a block of vectors loses them to rounding after a step or two. The leading r eigenvectors are found in no
/// time on their own (they converge the faster, the steeper the spectrum), and G − Vᵣ·(Θᵣ − θᵣ·I)·Vᵣᵀ has the same invariant subspaces with their eigenvalues all θᵣ.
/// m·n² flops for G. It cannot tell eigenvalues below ε·λ₁ apart: who uses it measures against A.
/// Source: B. Parlett, <i>The Symmetric Eigenvalue Problem</i> (1998), section 5.1, for the deflation (Hotelling).
/// </remarks>
internal sealed class GramOperator<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Steeper than this (λ₁/λᵣ) is worth cutting down.</summary>
    private const double Steep = 8;

    private readonly Parallelism _parallelism;
    private readonly PooledMatrix<T> _memory;

    /// <summary>The operator of <paramref name="a"/> [m×n]; the leading part is looked for in a block of <paramref name="probe"/> vectors.</summary>
    public GramOperator(MatrixView<T> a, int probe, SvdOptions options, CancellationToken cancellationToken)
    {
        _parallelism = options.Parallelism;
        _memory = new PooledMatrix<T>(a.Columns, a.Columns);
        Syrk.Multiply(a, Operand.Transposed, T.One, T.Zero, G, _parallelism);
        Flatten(probe, options, cancellationToken);
    }

    /// <summary>G, flattened.</summary>
    public MatrixView<T> G => _memory.View;

    /// <summary>The largest eigenvalue of the flattened G, about.</summary>
    public T Largest { get; private set; }

    /// <summary>λ₁ of AᵀA over the largest eigenvalue that was left.</summary>
    public double CutDown { get; private set; } = 1;

    /// <summary>Ends the use of G.</summary>
    public void Dispose() => _memory.Dispose();

    /// <summary>Y ← α·G·X + β·Y.</summary>
    public void Apply(MatrixView<T> x, T alpha, T beta, MatrixView<T> y) => Gemm.Multiply<T>(G, Operand.AsIs, x, Operand.AsIs, alpha, beta, y, _parallelism);

    private void Flatten(int probe, SvdOptions options, CancellationToken cancellationToken)
    {
        const int LastStep = 2;
        var basis = new Matrix<T>(G.Columns, probe);
        var image = new Matrix<T>(G.Columns, probe);
        SparseSketch.Multiply(G, basis, options.Sketch.Seed + 2, _parallelism);
        var kept = probe * 2 / 3;
        for (var step = 0; ; step++)
        {
            CholeskyQr.Orthonormalize<T>(basis, options, cancellationToken);
            Apply(basis, T.One, T.Zero, image);
            if (step is 0 or LastStep)
            {
                var (values, vectors) = RayleighRitz(basis, image, cancellationToken);
                Largest = values[0];
                if (!(values[0] > T.CreateTruncating(Steep) * values[kept]) || !(values[kept] > T.Zero))
                    return;
                if (step == LastStep)
                {
                    Remove(basis, vectors, values, kept);
                    CutDown = double.CreateTruncating(values[0] / values[kept]);
                    Largest = values[kept];
                    return;
                }
            }
            (basis, image) = (image, basis);
        }
    }

    /// <summary>The eigenpairs of BᵀGB from B and <paramref name="image"/> = G·B.</summary>
    private EigenFactors<T> RayleighRitz(Matrix<T> basis, Matrix<T> image, CancellationToken cancellationToken)
    {
        var projected = new Matrix<T>(basis.Columns, basis.Columns);
        Gemm.Multiply<T>(basis, Operand.Transposed, image, Operand.AsIs, T.One, T.Zero, projected, _parallelism);
        return SymmetricEigen.Compute<T>(projected, new SymmetricEigenOptions { Parallelism = _parallelism }, cancellationToken);
    }

    /// <summary>G ← G − V·(Θ − θ·I)·Vᵀ for the first <paramref name="count"/> Ritz vectors V.</summary>
    private void Remove(Matrix<T> basis, Matrix<T> vectors, T[] values, int count)
    {
        var v = new Matrix<T>(basis.Rows, count);
        Gemm.Multiply<T>(basis, Operand.AsIs, vectors.View.ColumnRange(0, count), Operand.AsIs, T.One, T.Zero, v, _parallelism);
        var weighted = Matrix<T>.Create(basis.Rows, count, (i, j) => v[i, j] * (values[j] - values[count]));
        Gemm.Multiply<T>(weighted, Operand.AsIs, v, Operand.Transposed, -T.One, T.One, G, _parallelism);
    }
}
