using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>The innermost part of <see cref="Gemm"/>: a tile of C kept in registers while k runs, and the constants that follow from it.</summary>
/// <remarks>
/// A step of k adds the product of a column of A and a row of B to the tile [m_R × n_R]: m_R + n_R elements are loaded for m_R·n_R multiply-adds, so the tile is as large as the registers allow, with as many
/// independent sums as hide the latency of one. 2·m_R·n_R·k flops, and C is read and written once.
/// Source: F. Van Zee and R. van de Geijn, <i>BLIS</i> (ACM TOMS 41(3), 2015); T. M. Low et al., <i>Analytical modeling is enough for high-performance BLIS</i> (2016) for the size of the tile.
/// </remarks>
internal unsafe interface IGemmMicroKernel<T>
    where T : unmanaged
{
    /// <summary>Rows of the tile (m_R).</summary>
    static abstract int Rows { get; }

    /// <summary>Rows of the low tile, used where this many are left, or fewer; it may equal <see cref="Rows"/>.</summary>
    static abstract int LowRows { get; }

    /// <summary>Columns of both tiles (n_R).</summary>
    static abstract int Columns { get; }

    /// <summary>Steps of k between two updates of C (k_C): a constant, because it decides where sums are rounded.</summary>
    static abstract int Depth { get; }

    /// <summary>C ← α·A·B + β·C on a tile of <see cref="Rows"/>; see <see cref="GemmTile12x2{T, TVector, TLanes}.Multiply"/>. A kernel whose panel of B stays in the first-level cache fetches nothing.</summary>
    static abstract void Multiply(nint k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride, T* next);

    /// <summary>The same on a tile of <see cref="LowRows"/>.</summary>
    static abstract void MultiplyLow(nint k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride);

    /// <summary>One row by packed panels; see <see cref="GemmPackedRow{T, TVector, TLanes}"/>.</summary>
    static abstract void MultiplyRow(nint k, T* a, nint aStep, T* b, int panels, T alpha, T beta, T* c);

    /// <summary>A few rows by a transposed B; see <see cref="GemmDots{T, TVector, TLanes, TElement}"/>.</summary>
    static abstract void MultiplyDots(T* x, nint xStride, int rows, byte* w, nint wStride, ElementKind? kind, int columns, int k, T alpha, T beta, T* c, nint cStride);

    /// <summary>Widens <paramref name="count"/> stored elements, which T is not.</summary>
    static abstract void Widen(byte* source, ElementKind kind, T* destination, int count);
}

/// <summary>12×32 float, 12×16 double.</summary>
internal readonly unsafe struct GemmMicroKernel512<T> : IGemmMicroKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Rows => 12;

    public static int LowRows => 6;

    public static int Columns => 2 * Vector512<T>.Count;

    // A panel of B takes 64 KiB: more than a first-level cache, but a second-level one brings it in time, and C is read and written half as often as with 256.
    public static int Depth => 512;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(nint k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride, T* next) =>
        GemmTile12x2<T, Vector512<T>, Lanes512<T>>.Multiply(k, a, aStride, aStep, b, bStride, alpha, beta, c, cStride, next);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyLow(nint k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride) =>
        GemmTile6x2<T, Vector512<T>, Lanes512<T>>.Multiply(k, a, aStride, aStep, b, bStride, alpha, beta, c, cStride);

    public static void MultiplyRow(nint k, T* a, nint aStep, T* b, int panels, T alpha, T beta, T* c) =>
        GemmPackedRow<T, Vector512<T>, Lanes512<T>>.Multiply(k, a, aStep, b, panels, alpha, beta, c);

    public static void MultiplyDots(T* x, nint xStride, int rows, byte* w, nint wStride, ElementKind? kind, int columns, int k, T alpha, T beta, T* c, nint cStride) =>
        StoredFactor<T, Vector512<T>, Lanes512<T>>.MultiplyDots(x, xStride, rows, w, wStride, kind, columns, k, alpha, beta, c, cStride);

    public static void Widen(byte* source, ElementKind kind, T* destination, int count) =>
        StoredFactor<T, Vector512<T>, Lanes512<T>>.Widen(source, kind, destination, count);
}

/// <summary>6×16 float, 6×8 double.</summary>
internal readonly unsafe struct GemmMicroKernel256<T> : IGemmMicroKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Rows => 6;

    public static int LowRows => 6;

    public static int Columns => 2 * Vector256<T>.Count;

    public static int Depth => 256;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(nint k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride, T* next) =>
        GemmTile6x2<T, Vector256<T>, Lanes256<T>>.Multiply(k, a, aStride, aStep, b, bStride, alpha, beta, c, cStride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyLow(nint k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride) =>
        Multiply(k, a, aStride, aStep, b, bStride, alpha, beta, c, cStride, null);

    public static void MultiplyRow(nint k, T* a, nint aStep, T* b, int panels, T alpha, T beta, T* c) =>
        GemmPackedRow<T, Vector256<T>, Lanes256<T>>.Multiply(k, a, aStep, b, panels, alpha, beta, c);

    public static void MultiplyDots(T* x, nint xStride, int rows, byte* w, nint wStride, ElementKind? kind, int columns, int k, T alpha, T beta, T* c, nint cStride) =>
        StoredFactor<T, Vector256<T>, Lanes256<T>>.MultiplyDots(x, xStride, rows, w, wStride, kind, columns, k, alpha, beta, c, cStride);

    public static void Widen(byte* source, ElementKind kind, T* destination, int count) =>
        StoredFactor<T, Vector256<T>, Lanes256<T>>.Widen(source, kind, destination, count);
}

/// <summary>6×8 float, 6×4 double.</summary>
internal readonly unsafe struct GemmMicroKernel128<T> : IGemmMicroKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Rows => 6;

    public static int LowRows => 6;

    public static int Columns => 2 * Vector128<T>.Count;

    public static int Depth => 256;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(nint k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride, T* next) =>
        GemmTile6x2<T, Vector128<T>, Lanes128<T>>.Multiply(k, a, aStride, aStep, b, bStride, alpha, beta, c, cStride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyLow(nint k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride) =>
        Multiply(k, a, aStride, aStep, b, bStride, alpha, beta, c, cStride, null);

    public static void MultiplyRow(nint k, T* a, nint aStep, T* b, int panels, T alpha, T beta, T* c) =>
        GemmPackedRow<T, Vector128<T>, Lanes128<T>>.Multiply(k, a, aStep, b, panels, alpha, beta, c);

    public static void MultiplyDots(T* x, nint xStride, int rows, byte* w, nint wStride, ElementKind? kind, int columns, int k, T alpha, T beta, T* c, nint cStride) =>
        StoredFactor<T, Vector128<T>, Lanes128<T>>.MultiplyDots(x, xStride, rows, w, wStride, kind, columns, k, alpha, beta, c, cStride);

    public static void Widen(byte* source, ElementKind kind, T* destination, int count) =>
        StoredFactor<T, Vector128<T>, Lanes128<T>>.Widen(source, kind, destination, count);
}

/// <summary>6×2, any type, no vectors.</summary>
internal readonly unsafe struct GemmMicroKernelPortable<T> : IGemmMicroKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Rows => 6;

    public static int LowRows => 6;

    public static int Columns => 2;

    public static int Depth => 256;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(nint k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride, T* next) =>
        GemmTile6x2<T, T, ScalarLanes<T>>.Multiply(k, a, aStride, aStep, b, bStride, alpha, beta, c, cStride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyLow(nint k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride) =>
        Multiply(k, a, aStride, aStep, b, bStride, alpha, beta, c, cStride, null);

    public static void MultiplyRow(nint k, T* a, nint aStep, T* b, int panels, T alpha, T beta, T* c) =>
        GemmPackedRow<T, T, ScalarLanes<T>>.Multiply(k, a, aStep, b, panels, alpha, beta, c);

    public static void MultiplyDots(T* x, nint xStride, int rows, byte* w, nint wStride, ElementKind? kind, int columns, int k, T alpha, T beta, T* c, nint cStride) =>
        StoredFactor<T, T, ScalarLanes<T>>.MultiplyDots(x, xStride, rows, w, wStride, kind, columns, k, alpha, beta, c, cStride);

    public static void Widen(byte* source, ElementKind kind, T* destination, int count) =>
        StoredFactor<T, T, ScalarLanes<T>>.Widen(source, kind, destination, count);
}
