using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>What the products of one step of <see cref="Bidiagonalization{T}"/> read and write. Indices of rows and columns are those of A; all pointers are to element 0.</summary>
internal unsafe struct BidiagonalStep<T>
    where T : unmanaged
{
    /// <summary>A as it was before the panel, padded.</summary>
    public T* A;

    /// <summary>From one row of A to the next.</summary>
    public nint AStride;

    /// <summary>Pᵀ [2·panel×m], padded: its rows are v₀ x₀ v₁ x₁ ….</summary>
    public T* Pt;

    /// <summary>From one row of Pᵀ to the next.</summary>
    public nint PtStride;

    /// <summary>R [2·panel×n], padded: its rows are y₀ u₀ y₁ u₁ …; A up to date is A − P·R.</summary>
    public T* R;

    /// <summary>From one row of R to the next.</summary>
    public nint RStride;

    /// <summary>The pairs of rows of Pᵀ and R that are finished, times two: x or y of this step come next.</summary>
    public int Pairs;

    /// <summary>The first column that a product reads, rounded down to the padding.</summary>
    public int FirstColumn;

    /// <summary>The padded number of columns of A.</summary>
    public int EndColumn;

    /// <summary>The row and the column at which the rest of A begins.</summary>
    public int Head;

    /// <summary>u, zero before its first element, and its τ.</summary>
    public T* U;

    /// <summary>τ of u.</summary>
    public T RightTau;

    /// <summary>−R·u and −(column Head of R), for the rows of Pᵀ up to v of this step.</summary>
    public T* MinusW, MinusQ;

    /// <summary>The next column, up to date: written by <see cref="BidiagonalProducts{T, TVector, TLanes}.Rows"/>, read by <see cref="BidiagonalProducts{T, TVector, TLanes}.RowsOfColumn"/>.</summary>
    public T* Next;
}

/// <summary>The matrix-vector products of a step of the bidiagonalization, each matrix read once.</summary>
/// <remarks>
/// <para>x = τ·A·u gives the next column c of A, and its reflector needs Aᵀc: both are had in one pass over the rows of A, since c_r is known when row r has been multiplied
/// by u, and the row is then still in the first-level cache. The reflector v is a multiple of c but for its first element, so that Aᵀv follows from Aᵀc. Likewise on the other side: a block of columns of R gives its part of y and of the next row of A, and with it its part of R·u.</para>
/// Source: G. Howell, J. Demmel, C. Fulton, S. Hammarling and K. Marmol, <i>Cache efficient bidiagonalization using BLAS 2.5 operators</i>, ACM TOMS 34(3), 2008.
/// </remarks>
internal static unsafe class BidiagonalProducts<T, TVector, TLanes>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
{
    /// <summary>The most rows in a call.</summary>
    public const int MaxRows = 256;

    /// <summary>
    /// Rows [<paramref name="first"/>, <paramref name="end"/>): x_r = τ·(A_r·u − P_r·R·u), into Pᵀ; then, if there is a <see cref="BidiagonalStep{T}.Next"/>,
    /// c_r = A_r,Head − P_r·R_Head, and <paramref name="sum"/> gets Σ c_r·A_r without row Head.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Rows(BidiagonalStep<T>* step, int first, int end, T* sum)
    {
        var fromW = stackalloc T[MaxRows + 2 * PaddedMatrix.Padding];
        var fromQ = stackalloc T[MaxRows + 2 * PaddedMatrix.Padding];
        var start = PaddedMatrix.RoundDown(first);
        Panel(step, start, end, fromW, fromQ);

        var fused = step->Next != null;
        if (fused)
            new Span<T>(sum + step->FirstColumn, step->EndColumn - step->FirstColumn).Clear();
        var x = step->Pt + (step->Pairs + 1) * step->PtStride;
        var zero = TLanes.Broadcast(T.Zero);
        var coefficients = stackalloc T[4];
        for (var r = first; r < end; r += 4)
        {
            var a0 = step->A + r * step->AStride;
            var a1 = step->A + Math.Min(r + 1, end - 1) * step->AStride;
            var a2 = step->A + Math.Min(r + 2, end - 1) * step->AStride;
            var a3 = step->A + Math.Min(r + 3, end - 1) * step->AStride;
            TVector s00 = zero, s01 = zero, s10 = zero, s11 = zero, s20 = zero, s21 = zero, s30 = zero, s31 = zero;
            var u = step->U;
            nint endColumn = step->EndColumn;
            for (nint j = step->FirstColumn; j < endColumn; j += 2 * TLanes.Count)
            {
                var u0 = TLanes.Load(u + j);
                var u1 = TLanes.Load(u + j + TLanes.Count);
                s00 = TLanes.MultiplyAdd(TLanes.Load(a0 + j), u0, s00);
                s01 = TLanes.MultiplyAdd(TLanes.Load(a0 + j + TLanes.Count), u1, s01);
                s10 = TLanes.MultiplyAdd(TLanes.Load(a1 + j), u0, s10);
                s11 = TLanes.MultiplyAdd(TLanes.Load(a1 + j + TLanes.Count), u1, s11);
                s20 = TLanes.MultiplyAdd(TLanes.Load(a2 + j), u0, s20);
                s21 = TLanes.MultiplyAdd(TLanes.Load(a2 + j + TLanes.Count), u1, s21);
                s30 = TLanes.MultiplyAdd(TLanes.Load(a3 + j), u0, s30);
                s31 = TLanes.MultiplyAdd(TLanes.Load(a3 + j + TLanes.Count), u1, s31);
            }

            coefficients[0] = TLanes.Sum(TLanes.Add(s00, s01));
            coefficients[1] = TLanes.Sum(TLanes.Add(s10, s11));
            coefficients[2] = TLanes.Sum(TLanes.Add(s20, s21));
            coefficients[3] = TLanes.Sum(TLanes.Add(s30, s31));
            var rows = Math.Min(4, end - r);
            for (var i = 0; i < rows; i++)
            {
                var row = r + i;
                x[row] = step->RightTau * (coefficients[i] + fromW[row - start]);
                if (fused)
                    coefficients[i] = step->Next[row] = step->A[row * step->AStride + step->Head] + fromQ[row - start] - x[row];
            }
            if (!fused)
                continue;
            DropRows(step, r, end, coefficients);
            AddRows(step, coefficients, a0, a1, a2, a3, sum);
        }
    }

    /// <summary>Rows [<paramref name="first"/>, <paramref name="end"/>): <paramref name="sum"/> gets Σ c_r·A_r without row Head, for a given c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RowsOfColumn(BidiagonalStep<T>* step, int first, int end, T* sum)
    {
        new Span<T>(sum + step->FirstColumn, step->EndColumn - step->FirstColumn).Clear();
        var coefficients = stackalloc T[4];
        for (var r = first; r < end; r += 4)
        {
            nint r1 = Math.Min(r + 1, end - 1), r2 = Math.Min(r + 2, end - 1), r3 = Math.Min(r + 3, end - 1);
            coefficients[0] = step->Next[r];
            coefficients[1] = step->Next[r1];
            coefficients[2] = step->Next[r2];
            coefficients[3] = step->Next[r3];
            DropRows(step, r, end, coefficients);
            AddRows(step, coefficients, step->A + r * step->AStride, step->A + r1 * step->AStride, step->A + r2 * step->AStride, step->A + r3 * step->AStride, sum);
        }
    }

    /// <summary>
    /// The next rows of R: y = τ·(σ·t − Rᵀz + a) and the row of A that u comes from, a − y, where a = (row Head of A) − Rᵀp, and the products of that row, past its
    /// first element, with the rows of R.
    /// </summary>
    /// <param name="step">Where; here FirstColumn is that of row Head past its column.</param>
    /// <param name="t">Parts of Σ c_r·A_r, <paramref name="parts"/> rows <paramref name="tStride"/> apart.</param>
    /// <param name="tStride">See <paramref name="t"/>.</param>
    /// <param name="parts">See <paramref name="t"/>.</param>
    /// <param name="z">Σ v_r·P_r, without row Head.</param>
    /// <param name="p">Row Head of P.</param>
    /// <param name="sigma">v = σ·c past its first element.</param>
    /// <param name="tau">τ of v.</param>
    /// <param name="products">Gets (row k of R)·(a − y) for k ≤ Pairs; as long as so many vectors, for their sums on the way.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns(BidiagonalStep<T>* step, T* t, nint tStride, int parts, T* z, T* p, T sigma, T tau, T* products)
    {
        var (pairs, lanes) = (step->Pairs, TLanes.Count);
        var rowOfA = step->A + step->Head * step->AStride;
        var y = step->R + pairs * step->RStride;
        var u = y + step->RStride;
        var vectorSigma = TLanes.Broadcast(sigma);
        var vectorTau = TLanes.Broadcast(tau);
        var minusOne = TLanes.Broadcast(-T.One);
        var zero = TLanes.Broadcast(T.Zero);
        for (var k = 0; k <= pairs; k++)
            TLanes.Store(zero, products + (nint)k * lanes);

        var head = T.Zero;
        for (nint j = step->FirstColumn; j < step->EndColumn; j += 2 * lanes)
        {
            TVector t0 = zero, t1 = zero;
            for (nint part = 0; part < parts; part++)
            {
                t0 = TLanes.Add(t0, TLanes.Load(t + part * tStride + j));
                t1 = TLanes.Add(t1, TLanes.Load(t + part * tStride + j + lanes));
            }
            TVector rz0 = zero, rz1 = zero, rp0 = zero, rp1 = zero;
            var row = step->R + j;
            for (nint k = 0; k < pairs; k++, row += step->RStride)
            {
                var (r0, r1) = (TLanes.Load(row), TLanes.Load(row + lanes));
                var zk = TLanes.Broadcast(z[k]);
                var pk = TLanes.Broadcast(p[k]);
                rz0 = TLanes.MultiplyAdd(r0, zk, rz0);
                rz1 = TLanes.MultiplyAdd(r1, zk, rz1);
                rp0 = TLanes.MultiplyAdd(r0, pk, rp0);
                rp1 = TLanes.MultiplyAdd(r1, pk, rp1);
            }
            var a0 = TLanes.MultiplyAdd(minusOne, rp0, TLanes.Load(rowOfA + j));
            var a1 = TLanes.MultiplyAdd(minusOne, rp1, TLanes.Load(rowOfA + j + lanes));
            var y0 = TLanes.Multiply(vectorTau, TLanes.MultiplyAdd(vectorSigma, t0, TLanes.MultiplyAdd(minusOne, rz0, a0)));
            var y1 = TLanes.Multiply(vectorTau, TLanes.MultiplyAdd(vectorSigma, t1, TLanes.MultiplyAdd(minusOne, rz1, a1)));
            TLanes.Store(y0, y + j);
            TLanes.Store(y1, y + j + lanes);
            TLanes.Store(TLanes.MultiplyAdd(minusOne, y0, a0), u + j);
            TLanes.Store(TLanes.MultiplyAdd(minusOne, y1, a1), u + j + lanes);

            // The first element of u is treated apart, and before it there is nothing.
            for (var before = j; before <= Math.Min(step->Head + 1, j + 2 * lanes - 1); before++)
            {
                if (before <= step->Head)
                    y[before] = T.Zero;
                else
                    head = u[before];
                u[before] = T.Zero;
            }

            var (u0, u1) = (TLanes.Load(u + j), TLanes.Load(u + j + lanes));
            row = step->R + j;
            for (nint k = 0; k <= pairs; k++, row += step->RStride)
            {
                var part = TLanes.MultiplyAdd(TLanes.Load(row), u0, TLanes.Load(products + k * lanes));
                TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(row + lanes), u1, part), products + k * lanes);
            }
        }
        u[step->Head + 1] = head;
        for (var k = 0; k <= pairs; k++)
            products[k] = TLanes.Sum(TLanes.Load(products + (nint)k * lanes));
    }

    /// <summary>−P_r·R·u and −P_r·R_Head for the rows from <paramref name="start"/> on, a vector of rows at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel(BidiagonalStep<T>* step, int start, int end, T* fromW, T* fromQ)
    {
        var zero = TLanes.Broadcast(T.Zero);
        for (nint r = start; r < end; r += 2 * TLanes.Count)
        {
            TVector w0 = zero, w1 = zero, q0 = zero, q1 = zero;
            var row = step->Pt + r;
            for (nint k = 0; k <= step->Pairs; k++, row += step->PtStride)
            {
                var (p0, p1) = (TLanes.Load(row), TLanes.Load(row + TLanes.Count));
                var w = TLanes.Broadcast(step->MinusW[k]);
                var q = TLanes.Broadcast(step->MinusQ[k]);
                w0 = TLanes.MultiplyAdd(p0, w, w0);
                w1 = TLanes.MultiplyAdd(p1, w, w1);
                q0 = TLanes.MultiplyAdd(p0, q, q0);
                q1 = TLanes.MultiplyAdd(p1, q, q1);
            }
            TLanes.Store(w0, fromW + r - start);
            TLanes.Store(w1, fromW + r - start + TLanes.Count);
            TLanes.Store(q0, fromQ + r - start);
            TLanes.Store(q1, fromQ + r - start + TLanes.Count);
        }
    }

    /// <summary>No share in the sums for row Head, nor for the rows past the end that the last row stands in for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DropRows(BidiagonalStep<T>* step, int r, int end, T* coefficients)
    {
        if (r + 4 <= end && (uint)(step->Head - r) >= 4)
            return;
        for (var i = 0; i < 4; i++)
            if (r + i >= end || r + i == step->Head)
                coefficients[i] = T.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRows(BidiagonalStep<T>* step, T* coefficients, T* row0, T* row1, T* row2, T* row3, T* sum)
    {
        TVector c0 = TLanes.Broadcast(coefficients[0]), c1 = TLanes.Broadcast(coefficients[1]), c2 = TLanes.Broadcast(coefficients[2]), c3 = TLanes.Broadcast(coefficients[3]);
        nint end = step->EndColumn;
        for (nint j = step->FirstColumn; j < end; j += TLanes.Count)
        {
            var t = TLanes.MultiplyAdd(TLanes.Load(row0 + j), c0, TLanes.Load(sum + j));
            t = TLanes.MultiplyAdd(TLanes.Load(row1 + j), c1, t);
            t = TLanes.MultiplyAdd(TLanes.Load(row2 + j), c2, t);
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(row3 + j), c3, t), sum + j);
        }
    }
}
