using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>The general matrix product C ← α·op(A)·op(B) + β·C: its public edge, which checks the shapes and chooses the kernel and the way.</summary>
/// <remarks>
/// <para>An element of C takes k multiply-adds, so 2·m·n·k flops on mk + kn + mn elements. <see cref="GemmLoops{T, TKernel}"/> cuts the product into blocks that stay in the caches, copied into the order
/// in which they are read, and those into tiles of C that stay in registers (<see cref="IGemmMicroKernel{T}"/>), so that every element is used many times for each time it is loaded.</para>
/// Source: K. Goto and R. van de Geijn, <i>Anatomy of High-Performance Matrix Multiplication</i> (ACM TOMS 34(3), 2008); F. Van Zee and R. van de Geijn, <i>BLIS</i> (ACM TOMS 41(3), 2015).
/// </remarks>
public static class Gemm
{
    /// <summary>Up to so many rows of A by a transposed B are dot products.</summary>
    internal const int DotRows = 8;

    /// <summary>C ← α·op(A)·op(B) + β·C.</summary>
    /// <remarks>
    /// <para>2·m·n·k flops. Nothing is allocated once a thread's packing memory has grown.</para>
    /// <para>Every element of C is the same sequence of roundings whatever the number of threads, the size of the caches, and the other columns of the
    /// product. Nor do the other rows enter, with one exception: up to eight rows of A by a transposed B are dot products, so that a row may have other bits
    /// among up to eight than among more. The bits depend on k and on the kind of vector unit.</para>
    /// </remarks>
    /// <param name="a">[m×k], or [k×m] if transposed.</param>
    /// <param name="opA">How to read A.</param>
    /// <param name="b">[k×n], or [n×k] if transposed.</param>
    /// <param name="opB">How to read B.</param>
    /// <param name="alpha">α; at 0 A and B are not read.</param>
    /// <param name="beta">β; 0 overwrites C, NaN included.</param>
    /// <param name="c">[m×n]; overlaps neither A nor B.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a side is above <see cref="Array.MaxLength"/>, or C overlaps a factor.</exception>
    public static unsafe void Multiply<T>(MatrixView<T> a, Operand opA, MatrixView<T> b, Operand opB, T alpha, T beta, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, k) = opA == Operand.AsIs ? (a.Rows, a.Columns) : (a.Columns, a.Rows);
        var (kb, n) = opB == Operand.AsIs ? (b.Rows, b.Columns) : (b.Columns, b.Rows);
        if (k != kb || c.Rows != m || c.Columns != n)
            throw Mismatch(m, k, kb, n, c.Rows, c.Columns);
        CheckSides(m, n, k);
        CheckApart(a, 'A', c);
        CheckApart(b, 'B', c);
        Dispatch(a, opA, b, opB, alpha, beta, c, parallelism);
    }

    /// <summary>Cᵢ ← α·op(Aᵢ)·op(Bᵢ) + β·Cᵢ for every i of a batch, as one dispatch.</summary>
    /// <remarks>For many small products, as attention makes them. 2·m·n·k flops each; nothing is allocated. Each has the bits that it has alone, for any number of threads.</remarks>
    /// <param name="a">[m×k] each, or [k×m] if transposed.</param>
    /// <param name="opA">How to read them.</param>
    /// <param name="b">[k×n] each, or [n×k] if transposed; they may share memory with each other and with A.</param>
    /// <param name="opB">How to read them.</param>
    /// <param name="alpha">α; at 0 A and B are not read.</param>
    /// <param name="beta">β; 0 overwrites C, NaN included.</param>
    /// <param name="c">[m×n] each; they overlap neither each other nor any A or B.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <exception cref="ArgumentException">The numbers or the shapes do not fit, a side is above <see cref="Array.MaxLength"/>, or a C overlaps another one or a factor.</exception>
    public static void MultiplyBatch<T>(MatrixBatch<T> a, Operand opA, MatrixBatch<T> b, Operand opB, T alpha, T beta, MatrixBatch<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, k) = opA == Operand.AsIs ? (a.First.Rows, a.First.Columns) : (a.First.Columns, a.First.Rows);
        var (kb, n) = opB == Operand.AsIs ? (b.First.Rows, b.First.Columns) : (b.First.Columns, b.First.Rows);
        if (a.Count != c.Count || b.Count != c.Count)
            throw new ArgumentException($"Gemm: batches of {a.Count} A, {b.Count} B and {c.Count} C.");
        if (k != kb || c.First.Rows != m || c.First.Columns != n)
            throw new ArgumentException($"Gemm: in each product op(A) is {m}×{k}, op(B) is {kb}×{n} and C is {c.First.Rows}×{c.First.Columns}.");
        CheckSides(m, n, k);
        for (var i = 1; i < c.Count; i++)
        {
            if (Overlap.Exists(c.First, c[i]))
                throw new ArgumentException($"Gemm: results of {m}×{n} at a distance of {c.Step} elements overlap.");
        }

        CheckApart(a, 'A', c);
        CheckApart(b, 'B', c);
        new GemmBatch<T>(a, opA, b, opB, alpha, beta, c).Run(k, parallelism);
    }

    /// <summary>C ← f(α·A·Bᵀ)·D: two products and what is done to the rows between them, as attention has it; the matrix between them is never whole in memory.</summary>
    /// <remarks>2·m·p·(k + n) flops, by the caller's thread. Nothing is allocated once its packing memory has grown. A row has the same bits alone and among any others.</remarks>
    /// <param name="a">[m×k].</param>
    /// <param name="b">[p×k].</param>
    /// <param name="alpha">α.</param>
    /// <param name="f">Gets every row of α·A·Bᵀ [m×p], whole.</param>
    /// <param name="d">[p×n].</param>
    /// <param name="c">[m×n], overwritten; overlaps no factor.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a side is above <see cref="Array.MaxLength"/>, or C overlaps a factor.</exception>
    public static void MultiplyChain<T>(MatrixView<T> a, MatrixView<T> b, T alpha, IGemmEpilogue<T> f, MatrixView<T> d, MatrixView<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(f);
        if (a.Columns != b.Columns || b.Rows != d.Rows || c.Rows != a.Rows || c.Columns != d.Columns)
            throw new ArgumentException($"Gemm: A is {a.Rows}×{a.Columns}, B {b.Rows}×{b.Columns}, D {d.Rows}×{d.Columns} and C {c.Rows}×{c.Columns}.");
        CheckSides(a.Rows, b.Rows, a.Columns);
        CheckSides(c.Rows, c.Columns, d.Rows);
        CheckApart(a, 'A', c);
        CheckApart(b, 'B', c);
        CheckApart(d, 'D', c);
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            MultiplyChain<T, GemmMicroKernel512<T>>(a, b, alpha, f, d, c);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            MultiplyChain<T, GemmMicroKernel256<T>>(a, b, alpha, f, d, c);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            MultiplyChain<T, GemmMicroKernel128<T>>(a, b, alpha, f, d, c);
        else
            MultiplyChain<T, GemmMicroKernelPortable<T>>(a, b, alpha, f, d, c);
    }

    /// <summary>The same with a chosen micro-kernel; the shapes fit.</summary>
    internal static void MultiplyChain<T, TKernel>(MatrixView<T> a, MatrixView<T> b, T alpha, IGemmEpilogue<T> f, MatrixView<T> d, MatrixView<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IGemmMicroKernel<T>
    {
        if (c.Rows == 0 || c.Columns == 0)
            return;
        if (a.Columns > 0 && b.Rows > 0)
            GemmChain<T, TKernel>.Multiply(a, b, alpha, f, d, c);
        else
            MultiplyEmptyChain(a, b, f, d, c);
        a.KeepAlive();
        b.KeepAlive();
        c.KeepAlive();
        d.KeepAlive();
    }

    // f(0)·D, where A has no columns.
    private static void MultiplyEmptyChain<T>(MatrixView<T> a, MatrixView<T> b, IGemmEpilogue<T> f, MatrixView<T> d, MatrixView<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var between = new Matrix<T>(a.Rows, b.Rows);
        f.Apply(between, 0, 0);
        Multiply(between, Operand.AsIs, d, Operand.AsIs, T.One, T.Zero, c, Parallelism.Serial);
    }

    /// <summary>C ← α·A·op(W) + β·C with weights as they are stored, in float16, bfloat16 or float32; they are widened in the kernel and never exist as a copy.</summary>
    /// <remarks>All that <see cref="Multiply{T}(MatrixView{T}, Operand, MatrixView{T}, Operand, T, T, MatrixView{T}, Parallelism)"/> says, and the result has the same bits as with W widened beforehand.</remarks>
    /// <param name="a">[m×k].</param>
    /// <param name="w">[n×k] if transposed, as a linear layer stores its weights; [k×n] otherwise.</param>
    /// <param name="opW">How to read W.</param>
    /// <param name="alpha">α; at 0 A and W are not read.</param>
    /// <param name="beta">β; 0 overwrites C, NaN included.</param>
    /// <param name="c">[m×n]; overlaps neither A nor W.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a side is above <see cref="Array.MaxLength"/>, or C overlaps a factor.</exception>
    public static unsafe void Multiply(MatrixView<float> a, StoredMatrix w, Operand opW, float alpha, float beta, MatrixView<float> c, Parallelism parallelism)
    {
        var (k, n) = opW == Operand.AsIs ? (w.Rows, w.Columns) : (w.Columns, w.Rows);
        if (a.Columns != k || c.Rows != a.Rows || c.Columns != n)
            throw new ArgumentException($"Gemm: A is {a.Rows}×{a.Columns}, op(W) is {k}×{n} and C is {c.Rows}×{c.Columns}.");
        CheckSides(a.Rows, n, k);
        CheckApart(a, 'A', c);
        if (Overlap.Exists(w.Data, w.Rows, (long)w.Columns * w.ElementSize, w.Stride * w.ElementSize, (byte*)c.Data, c.Rows, (long)c.Columns * sizeof(float), c.Stride * sizeof(float)))
            throw Overlapping(w.Rows, w.Columns, 'W', c.Rows, c.Columns);
        Dispatch(a, Operand.AsIs, (nint)w.Data, w.Stride, w.Kind == ElementKind.F32 ? null : w.Kind, opW, k, alpha, beta, c, parallelism);
        w.KeepAlive();
    }

    /// <summary>C ← α·op(A)·B + β·C with a factor that was packed once.</summary>
    /// <remarks>All that the product with a matrix says, but a row has the same bits alone and among any others.</remarks>
    /// <param name="a">[m×k], or [k×m] if transposed.</param>
    /// <param name="opA">How to read A.</param>
    /// <param name="b">[k×n].</param>
    /// <param name="alpha">α; at 0 A and B are not read.</param>
    /// <param name="beta">β; 0 overwrites C, NaN included.</param>
    /// <param name="c">[m×n]; does not overlap A.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a side is above <see cref="Array.MaxLength"/>, or C overlaps a factor.</exception>
    public static void Multiply<T>(MatrixView<T> a, Operand opA, PackedMatrix<T> b, T alpha, T beta, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Multiply(a, opA, b, alpha, beta, null, c, parallelism);
    }

    /// <summary>C ← f(op(A)·B) with a factor that was packed once and an epilogue f, which works on each part of the result while it is in a cache.</summary>
    /// <remarks>The bits are those of the product without f, and of f over all of C after it.</remarks>
    /// <param name="a">[m×k], or [k×m] if transposed.</param>
    /// <param name="opA">How to read A.</param>
    /// <param name="b">[k×n].</param>
    /// <param name="epilogue">f.</param>
    /// <param name="c">[m×n], overwritten; does not overlap A.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a side is above <see cref="Array.MaxLength"/>, or C overlaps a factor.</exception>
    public static void Multiply<T>(MatrixView<T> a, Operand opA, PackedMatrix<T> b, IGemmEpilogue<T> epilogue, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(epilogue);
        Multiply(a, opA, b, T.One, T.Zero, epilogue, c, parallelism);
    }

    private static void Multiply<T>(MatrixView<T> a, Operand opA, PackedMatrix<T> b, T alpha, T beta, IGemmEpilogue<T>? epilogue, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(b);
        var (m, k) = opA == Operand.AsIs ? (a.Rows, a.Columns) : (a.Columns, a.Rows);
        if (k != b.Rows || c.Rows != m || c.Columns != b.Columns)
            throw new ArgumentException($"Gemm: op(A) is {m}×{k}, B is {b.Rows}×{b.Columns} and C is {c.Rows}×{c.Columns}.");
        CheckSides(m, b.Columns, k);
        CheckApart(a, 'A', c);
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            Multiply<T, GemmMicroKernel512<T>>(a, opA, b, alpha, beta, c, parallelism, null, epilogue);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            Multiply<T, GemmMicroKernel256<T>>(a, opA, b, alpha, beta, c, parallelism, null, epilogue);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            Multiply<T, GemmMicroKernel128<T>>(a, opA, b, alpha, beta, c, parallelism, null, epilogue);
        else
            Multiply<T, GemmMicroKernelPortable<T>>(a, opA, b, alpha, beta, c, parallelism, null, epilogue);
    }

    /// <summary>The same with a chosen micro-kernel, for which B was packed, and block sizes; the shapes fit.</summary>
    internal static unsafe void Multiply<T, TKernel>(MatrixView<T> a, Operand opA, PackedMatrix<T> b, T alpha, T beta, MatrixView<T> c, Parallelism parallelism, BlockSizes? blockSizes, IGemmEpilogue<T>? epilogue = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IGemmMicroKernel<T>
    {
        if (c.Rows == 0 || c.Columns == 0)
            return;
        if (b.Rows == 0 || alpha == T.Zero)
        {
            Scale(beta, c);
            epilogue?.Apply(c, 0, 0);
        }
        else
        {
            GemmLoops<T, TKernel>.Multiply(new((nint)a.Data, a.Stride, opA), new((nint)b.Data, b.Stride, Operand.AsIs, IsPacked: true), b.Rows, alpha, beta, c, parallelism.Threads, blockSizes ?? BlockSizes.For(sizeof(T), TKernel.Depth), epilogue);
        }

        a.KeepAlive();
        c.KeepAlive();
        GC.KeepAlive(b);
    }

    /// <summary>The product of a batch, or a single one, that was checked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe void Dispatch<T>(MatrixView<T> a, Operand opA, MatrixView<T> b, Operand opB, T alpha, T beta, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dispatch(a, opA, (nint)b.Data, b.Stride, null, opB, opA == Operand.AsIs ? a.Columns : a.Rows, alpha, beta, c, parallelism);
        b.KeepAlive();
    }

    // Inlined down to the kernel: copying three views for each step would take as long as a tenth of the smallest products.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Dispatch<T>(MatrixView<T> a, Operand opA, nint b, nint bStride, ElementKind? kind, Operand opB, int k, T alpha, T beta, MatrixView<T> c, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            Multiply<T, GemmMicroKernel512<T>>(a, opA, b, bStride, kind, opB, k, alpha, beta, c, parallelism, null);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            Multiply<T, GemmMicroKernel256<T>>(a, opA, b, bStride, kind, opB, k, alpha, beta, c, parallelism, null);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            Multiply<T, GemmMicroKernel128<T>>(a, opA, b, bStride, kind, opB, k, alpha, beta, c, parallelism, null);
        else
            Multiply<T, GemmMicroKernelPortable<T>>(a, opA, b, bStride, kind, opB, k, alpha, beta, c, parallelism, null);
    }

    /// <summary>The same with a chosen micro-kernel and block sizes; the shapes fit.</summary>
    internal static unsafe void Multiply<T, TKernel>(MatrixView<T> a, Operand opA, MatrixView<T> b, Operand opB, T alpha, T beta, MatrixView<T> c, Parallelism parallelism, BlockSizes? blockSizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IGemmMicroKernel<T>
    {
        Multiply<T, TKernel>(a, opA, (nint)b.Data, b.Stride, null, opB, opA == Operand.AsIs ? a.Columns : a.Rows, alpha, beta, c, parallelism, blockSizes);
        b.KeepAlive();
    }

    /// <summary>The same with a factor B of stored elements, which the caller keeps alive.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe void Multiply<T, TKernel>(MatrixView<T> a, Operand opA, nint b, nint bStride, ElementKind? kind, Operand opB, int k, T alpha, T beta, MatrixView<T> c, Parallelism parallelism, BlockSizes? blockSizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IGemmMicroKernel<T>
    {
        if (c.Rows == 0 || c.Columns == 0)
            return;
        if (k == 0 || alpha == T.Zero)
            Scale(beta, c);
        else if (blockSizes is null && kind is null && GemmSmall<T, TKernel>.Fits(c.Rows, c.Columns, k) && !(opA == Operand.AsIs && opB == Operand.Transposed && c.Rows <= DotRows))
            GemmSmall<T, TKernel>.Multiply(a.Data, a.Stride, opA, (T*)b, bStride, opB, c.Rows, c.Columns, k, alpha, beta, c.Data, c.Stride);
        else
            GemmLoops<T, TKernel>.Multiply(new((nint)a.Data, a.Stride, opA), new(b, bStride, opB, kind), k, alpha, beta, c, parallelism.Threads, blockSizes ?? BlockSizes.For(sizeof(T), TKernel.Depth));
        a.KeepAlive();
        c.KeepAlive();
    }

    /// <summary>Counters of tiles run past the last row and column; an array ends before they would overflow, a view that somebody made of a pointer need not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckSides(int m, int n, int k)
    {
        if (m > Array.MaxLength || n > Array.MaxLength || k > Array.MaxLength)
            throw TooLong(m, n, k);
    }

    // The texts have methods of their own, so that the frame of a product does not hold what composes them.
    private static ArgumentException Mismatch(int m, int k, int kb, int n, int cRows, int cColumns) =>
        new($"Gemm: op(A) is {m}×{k}, op(B) is {kb}×{n} and C is {cRows}×{cColumns}.");

    private static ArgumentException TooLong(int m, int n, int k) =>
        new($"Gemm: a product of {m}×{k} by {k}×{n} has a side above {Array.MaxLength}.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckApart<T>(MatrixView<T> factor, char name, MatrixView<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Overlap.Exists(factor, c))
            throw Overlapping(factor.Rows, factor.Columns, name, c.Rows, c.Columns);
    }

    private static void CheckApart<T>(MatrixBatch<T> factors, char name, MatrixBatch<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!Overlap.Hulls(factors, c))
            return;
        for (var i = 0; i < factors.Count; i++)
        {
            for (var j = 0; j < c.Count; j++)
                CheckApart(factors[i], name, c[j]);
        }
    }

    private static ArgumentException Overlapping(int rows, int columns, char name, int cRows, int cColumns) =>
        new($"Gemm: C, {cRows}×{cColumns}, overlaps {name}, {rows}×{columns}: the product would write what it still reads.");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Scale<T>(T beta, MatrixView<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < c.Rows; i++)
        {
            var row = c.Row(i);
            if (beta == T.Zero)
                row.Clear();
            else
                System.Numerics.Tensors.TensorPrimitives.Multiply(row, beta, row);
        }
    }
}
