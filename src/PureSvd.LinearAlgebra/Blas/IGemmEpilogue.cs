using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>What becomes of a product's result where it was just computed, while it is in a cache: a bias, an activation, a norm of its rows.</summary>
/// <remarks>See <see cref="Gemm.Multiply{T}(MatrixView{T}, Operand, PackedMatrix{T}, IGemmEpilogue{T}, MatrixView{T}, Parallelism)"/>. How C is cut into blocks depends on the machine, so an epilogue treats every element, or every row, by itself.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public interface IGemmEpilogue<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether <see cref="Apply"/> needs whole rows of C, as a norm does; otherwise it gets narrow blocks, each straight after its last sum.</summary>
    bool TakesWholeRows { get; }

    /// <summary>Changes a block of the result in place. The blocks cover C once; several threads call at the same time.</summary>
    /// <param name="block">A part of C.</param>
    /// <param name="row">Its first row in C.</param>
    /// <param name="column">Its first column in C.</param>
    void Apply(MatrixView<T> block, int row, int column);
}
