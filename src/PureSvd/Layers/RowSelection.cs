using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>Some rows of a batch: those that whatever comes next reads. A head reads few, so in training the last block computes no others.</summary>
/// <param name="rows">The rows, ascending.</param>
/// <param name="starts">Where the rows of each sequence begin among them, and their number at the end.</param>
public readonly struct RowSelection(ReadOnlyMemory<int> rows, ReadOnlyMemory<int> starts)
{
    /// <summary>Every row.</summary>
    public static RowSelection All => default;

    /// <summary>Whether this is every row.</summary>
    public bool IsAll => starts.IsEmpty;

    /// <summary>The number of rows selected of <paramref name="total"/>.</summary>
    public int CountOf(int total) => IsAll ? total : rows.Length;

    /// <summary>Where each sequence begins among the selected rows, given where it begins among all.</summary>
    public ReadOnlyMemory<int> StartsOf(ReadOnlyMemory<int> all) => IsAll ? all : starts;

    /// <summary>The selected rows of <paramref name="source"/>: itself if that is all, otherwise copied to <paramref name="destination"/>.</summary>
    internal MatrixView<T> Gather<T>(MatrixView<T> source, ScratchMatrix<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (IsAll)
            return source;
        var gathered = destination.Resize(rows.Length, source.Columns);
        for (var i = 0; i < rows.Length; i++)
            source.Row(rows.Span[i]).CopyTo(gathered.Row(i));
        return gathered;
    }

    /// <summary>Adds row i of <paramref name="part"/> to the i-th selected row of <paramref name="sum"/>.</summary>
    internal void ScatterAdd<T>(MatrixView<T> part, MatrixView<T> sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < part.Rows; i++)
        {
            var row = sum.Row(IsAll ? i : rows.Span[i]);
            System.Numerics.Tensors.TensorPrimitives.Add(row, part.Row(i), row);
        }
    }
}
