using System.Numerics;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>A factor op(B) [k×n] in the order in which the micro-kernel of this machine reads it: for weights that stay, so that no product packs them again.</summary>
/// <remarks>
/// <para>A copy of B, n rounded up to whole panels. What it saves is k·n moves a product, which counts where A has few rows.
/// A row of <see cref="Gemm.Multiply{T}(MatrixView{T}, Operand, PackedMatrix{T}, T, T, MatrixView{T}, Parallelism)"/> has the same bits alone and among any others.</para>
/// <para>Immutable; any number of threads may multiply by it at once.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class PackedMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ScratchMemory _memory = new();

    private PackedMatrix(int rows, int columns, int panelColumns)
    {
        Rows = rows;
        Columns = columns;
        Stride = ((long)columns + panelColumns - 1) / panelColumns * panelColumns is <= int.MaxValue and var padded ? (nint)padded : throw new ArgumentOutOfRangeException(nameof(columns));
        Data = _memory.Reserve<T>(Math.Max(1, rows * (long)Stride));
    }

    /// <summary>The number of rows of op(B): k.</summary>
    public int Rows { get; }

    /// <summary>The number of columns of op(B): n.</summary>
    public int Columns { get; }

    /// <summary>The blocks of k_C rows one after the other, in each its panels.</summary>
    internal T* Data { get; }

    /// <summary>Elements of a row of all panels.</summary>
    internal nint Stride { get; }

    /// <summary>Packs op(<paramref name="b"/>) for the kernel that <see cref="Gemm"/> uses on this machine.</summary>
    /// <param name="b">[k×n], or [n×k] if transposed, as a linear layer stores its weights.</param>
    /// <param name="opB">How to read B.</param>
    /// <exception cref="OutOfMemoryException">The copy does not fit.</exception>
    public static PackedMatrix<T> Pack(MatrixView<T> b, Operand opB)
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            return Pack<GemmMicroKernel512<T>>(b, opB);
        if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            return Pack<GemmMicroKernel256<T>>(b, opB);
        if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            return Pack<GemmMicroKernel128<T>>(b, opB);
        return Pack<GemmMicroKernelPortable<T>>(b, opB);
    }

    /// <summary>The same for a chosen micro-kernel.</summary>
    internal static PackedMatrix<T> Pack<TKernel>(MatrixView<T> b, Operand opB)
        where TKernel : struct, IGemmMicroKernel<T>
    {
        var (k, n) = opB == Operand.AsIs ? (b.Rows, b.Columns) : (b.Columns, b.Rows);
        var packed = new PackedMatrix<T>(k, n, TKernel.Columns);
        if (k > 0 && n > 0)
            new GemmRight<T, TKernel>((nint)b.Data, b.Stride, opB).PackAll(k, n, packed.Data, packed.Stride);
        b.KeepAlive();
        return packed;
    }
}
