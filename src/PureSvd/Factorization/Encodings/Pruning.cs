using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary><c>magnitude</c>, <c>wanda</c>: single weights become zero, by |w_ij| in the whole matrix, or by |w_ij|·‖x_j‖₂ within each row.</summary>
/// <remarks>
/// <para>Stored are a bit for each weight and the weights that are left, so that of matrices in float32 a fraction ρ of the bytes keeps ρ − 1/32 of the weights, of 16-bit ones ρ − 1/16: unstructured zeros need an
/// index, and papers that count zeros alone forget it. Every matrix gives the same fraction of its bytes.</para>
/// Sources: S. Han et al., <i>Learning both weights and connections for efficient neural networks</i> (arXiv 1506.02626); M. Sun et al., <i>A simple and effective pruning approach for large language models</i>
/// (Wanda, arXiv 2306.11695), §3.
/// </remarks>
/// <param name="byInputs">Whether a weight counts with the size of what it reads.</param>
public sealed class Pruning(bool byInputs) : WeightEncoder
{
    /// <inheritdoc/>
    public override string Name => byInputs ? "wanda" : "magnitude";

    /// <inheritdoc/>
    public override StatisticsKinds Needs => byInputs ? StatisticsKinds.Inputs : StatisticsKinds.None;

    /// <inheritdoc/>
    public override bool TakesBudget => true;

    /// <summary>How many weights are left when <paramref name="removed"/> of the bytes are gone.</summary>
    /// <exception cref="ArgumentException">The index alone takes more than is left.</exception>
    internal static long Kept(string name, int rows, int columns, TensorDType type, double removed)
    {
        if (!(removed >= 0 && removed < 1))
            throw new ArgumentOutOfRangeException(nameof(removed), removed, "The removed fraction is at least 0 and below 1.");
        var index = (long)rows * ((columns + 7) / 8);
        var bytes = (long)((1 - (decimal)removed) * rows * columns * type.ByteSize());
        return bytes > index
            ? Math.Min((bytes - index) / type.ByteSize(), (long)rows * columns)
            : throw new ArgumentException(FormattableString.Invariant($"Without {removed} of its bytes {name} [{rows}×{columns}] has {bytes}, and the index of what is pruned takes {index}."), nameof(removed));
    }

    internal override IReadOnlyList<TensorSpec> Specs(string name, int rows, int columns, TensorDType type, double removed) =>
    [
        new TensorSpec(name + EncodedMatrix.Mask, TensorDType.U8, rows, (columns + 7) / 8),
        new TensorSpec(name + EncodedMatrix.Values, type, Kept(name, rows, columns, type, removed)),
    ];

    internal override EncodedWeight<T> Encode<T>(MatrixView<T> weight, LayerStatistics? statistics, TensorDType type, double removed)
    {
        var (rows, columns) = (weight.Rows, weight.Columns);
        var moment = byInputs ? statistics.RequireInputs(Name, rows, columns).SecondMoment : null;
        var kept = Kept(Name, rows, columns, type, removed);
        var scores = new double[(long)rows * columns];
        for (var i = 0; i < rows; i++)
        {
            var row = weight.Row(i);
            for (var j = 0; j < columns; j++)
                scores[i * columns + j] = Math.Abs(double.CreateTruncating(row[j])) * (moment is null ? 1 : Math.Sqrt(moment[j, j]));
        }
        var mask = new byte[(long)rows * ((columns + 7) / 8)];
        if (byInputs)
        {
            // Each row keeps as many; the first rows one more where that does not come out even.
            for (var i = 0; i < rows; i++)
                Mark(scores.AsSpan(i * columns, columns), (int)(kept / rows + (i < kept % rows ? 1 : 0)), i * columns, columns, mask);
        }
        else
        {
            Mark(scores, (int)kept, 0, columns, mask);
        }
        var left = new T[kept];
        var next = 0;
        for (var i = 0; i < rows; i++)
        {
            var row = weight.Row(i);
            for (var j = 0; j < columns; j++)
            {
                if ((mask[i * ((columns + 7) / 8) + j / 8] >> (j % 8) & 1) != 0)
                    left[next++] = row[j];
            }
        }
        weight.KeepAlive();
        var values = new byte[kept * type.ByteSize()];
        ElementConversion.Encode<T>(left, type, values);
        ElementConversion.Decode<T>(values, type, left);
        return new EncodedWeight<T>([mask, values], EncodedMatrix.DecodeSparse<T>(mask, left, rows, columns));
    }

    /// <summary>Marks the <paramref name="count"/> largest scores; of equal ones the first.</summary>
    private static void Mark(ReadOnlySpan<double> scores, int count, int first, int columns, byte[] mask)
    {
        var order = new int[scores.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        var keys = scores.ToArray();
        Array.Sort(order, (x, y) => keys[y].CompareTo(keys[x]) is not 0 and var byScore ? byScore : x.CompareTo(y));
        var packed = (columns + 7) / 8;
        foreach (var i in order.AsSpan(0, count))
            mask[(first + i) / columns * packed + (first + i) % columns / 8] |= (byte)(1 << (first + i) % columns % 8);
    }
}
