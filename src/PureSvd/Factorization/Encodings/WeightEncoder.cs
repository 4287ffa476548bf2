using System.Numerics;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>A matrix in fewer bytes than its elements take: the baselines that factorization has to beat at the same size, and what may be done to factors besides.</summary>
/// <remarks>Immutable and thread-safe. What is encoded is stored as such (<see cref="EncodedMatrix"/>): its bytes are those on disk, index and scales included.</remarks>
public abstract class WeightEncoder
{
    private protected WeightEncoder()
    {
    }

    /// <summary>The name on the command line and in results, such as <c>rtn-int8</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it must know about a layer beside its weight.</summary>
    public virtual StatisticsKinds Needs => StatisticsKinds.None;

    /// <summary>Whether it takes the fraction of the bytes to remove; otherwise its size is its own.</summary>
    public virtual bool TakesBudget => false;

    /// <summary>The tensors of a matrix that is named <paramref name="name"/>.</summary>
    /// <param name="name">The name of the matrix.</param>
    /// <param name="rows">out.</param>
    /// <param name="columns">in.</param>
    /// <param name="type">The element type of the matrix.</param>
    /// <param name="removed">The fraction of the bytes to remove, for an encoder that takes one.</param>
    internal abstract IReadOnlyList<TensorSpec> Specs(string name, int rows, int columns, TensorDType type, double removed);

    /// <summary>The bytes of these tensors, and the matrix that they stand for.</summary>
    internal abstract EncodedWeight<T> Encode<T>(MatrixView<T> weight, LayerStatistics? statistics, TensorDType type, double removed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>An encoded matrix.</summary>
/// <param name="Parts">The bytes of its tensors, in the order of <see cref="WeightEncoder.Specs"/>.</param>
/// <param name="Decoded">What a loader makes of them.</param>
internal sealed record EncodedWeight<T>(IReadOnlyList<byte[]> Parts, Matrix<T> Decoded)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
