using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>y = A·x of a symmetric A of which only one triangle is read: half the memory traffic of a general product, and that is what bounds it.</summary>
/// <remarks>
/// <para>An element Aᵢⱼ above the diagonal, once loaded, serves twice: yᵢ += Aᵢⱼ·xⱼ and yⱼ += Aᵢⱼ·xᵢ. Four rows at a time share the loads of x and of y.</para>
/// <para>Whole vectors and no edges: the squares of <see cref="PaddedMatrix.Padding"/> elements on the diagonal are stored in full and only multiplied from the left, and all else is padded by zeros.</para>
/// Source: BLAS xSYMV.
/// </remarks>
internal static unsafe class SymmetricProduct<T, TVector, TLanes>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
{
    /// <summary>What the rows [<paramref name="first"/>, <paramref name="end"/>) give to y, which is overwritten from element <paramref name="first"/> on; returns their part of xᵀ·A·x.</summary>
    /// <param name="a">Element (0, 0); rows and columns before <paramref name="first"/> are not read.</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="order">The padded order.</param>
    /// <param name="first">A multiple of the padding.</param>
    /// <param name="end">A multiple of the padding.</param>
    /// <param name="x">The vector, zero where it is padded.</param>
    /// <param name="y">The result.</param>
    public static T Multiply(T* a, nint stride, int order, int first, int end, T* x, T* y)
    {
        new Span<T>(y + first, order - first).Clear();
        for (var block = first; block < end; block += PaddedMatrix.Padding)
            for (var i = block; i < block + PaddedMatrix.Padding; i += 4)
                FourRows(a + i * stride + block, stride, order - block, x + block, y + block, i - block);
        return Dot(x + first, y + first, order - first);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(T* a0, nint stride, nint count, T* x, T* y, nint row)
    {
        var a1 = a0 + stride;
        var a2 = a1 + stride;
        var a3 = a2 + stride;
        var zero = TLanes.Broadcast(T.Zero);
        TVector s0 = zero, s1 = zero, s2 = zero, s3 = zero;
        nint j = 0;
        for (; j < PaddedMatrix.Padding; j += TLanes.Count)
        {
            var xs = TLanes.Load(x + j);
            s0 = TLanes.MultiplyAdd(TLanes.Load(a0 + j), xs, s0);
            s1 = TLanes.MultiplyAdd(TLanes.Load(a1 + j), xs, s1);
            s2 = TLanes.MultiplyAdd(TLanes.Load(a2 + j), xs, s2);
            s3 = TLanes.MultiplyAdd(TLanes.Load(a3 + j), xs, s3);
        }

        var x0 = TLanes.Broadcast(x[row]);
        var x1 = TLanes.Broadcast(x[row + 1]);
        var x2 = TLanes.Broadcast(x[row + 2]);
        var x3 = TLanes.Broadcast(x[row + 3]);
        for (; j < count; j += TLanes.Count)
        {
            var xs = TLanes.Load(x + j);
            var v0 = TLanes.Load(a0 + j);
            var v1 = TLanes.Load(a1 + j);
            var v2 = TLanes.Load(a2 + j);
            var v3 = TLanes.Load(a3 + j);
            s0 = TLanes.MultiplyAdd(v0, xs, s0);
            s1 = TLanes.MultiplyAdd(v1, xs, s1);
            s2 = TLanes.MultiplyAdd(v2, xs, s2);
            s3 = TLanes.MultiplyAdd(v3, xs, s3);
            var even = TLanes.MultiplyAdd(v0, x0, TLanes.Load(y + j));
            var odd = TLanes.Multiply(v1, x1);
            even = TLanes.MultiplyAdd(v2, x2, even);
            odd = TLanes.MultiplyAdd(v3, x3, odd);
            TLanes.Store(TLanes.Add(even, odd), y + j);
        }

        y[row] += TLanes.Sum(s0);
        y[row + 1] += TLanes.Sum(s1);
        y[row + 2] += TLanes.Sum(s2);
        y[row + 3] += TLanes.Sum(s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Dot(T* x, T* y, nint count)
    {
        var zero = TLanes.Broadcast(T.Zero);
        TVector s0 = zero, s1 = zero;
        if (TLanes.Count == 1)
        {
            var sum = T.Zero;
            for (nint j = 0; j < count; j++)
                sum += x[j] * y[j];
            return sum;
        }

        for (nint j = 0; j < count; j += 2 * TLanes.Count)
        {
            s0 = TLanes.MultiplyAdd(TLanes.Load(x + j), TLanes.Load(y + j), s0);
            s1 = TLanes.MultiplyAdd(TLanes.Load(x + j + TLanes.Count), TLanes.Load(y + j + TLanes.Count), s1);
        }

        return TLanes.Sum(TLanes.Add(s0, s1));
    }
}
