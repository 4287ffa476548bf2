using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>What a method may ask to know about a layer.</summary>
[Flags]
public enum StatisticsKinds
{
    /// <summary>Nothing: the weight says it all.</summary>
    None = 0,

    /// <summary>Squared gradients of the task loss, summed over the outputs.</summary>
    Fisher = 1,

    /// <summary>Sums over the layer's inputs: <see cref="InputStatistics"/>.</summary>
    Inputs = 2,

    /// <summary>Squared gradients of the task loss, one an element.</summary>
    ElementFisher = 4,

    /// <summary>The Fisher information as a Kronecker product: <see cref="KroneckerFisher"/>.</summary>
    KroneckerFisher = 8,
}

/// <summary>What was measured about one layer; what was not is null.</summary>
public sealed class LayerStatistics
{
    /// <summary>Statistics of one layer.</summary>
    /// <param name="inputFisher">Î [in]; see <see cref="InputFisher"/>.</param>
    /// <exception cref="ArgumentException">A value is negative, NaN or infinite.</exception>
    public LayerStatistics(IReadOnlyList<double>? inputFisher)
    {
        for (var i = 0; i < inputFisher?.Count; i++)
        {
            if (!double.IsFinite(inputFisher[i]) || inputFisher[i] < 0)
                throw new ArgumentException(FormattableString.Invariant($"The Fisher weight of input {i} is {inputFisher[i]}; it must be finite and not negative."), nameof(inputFisher));
        }
        InputFisher = inputFisher;
    }

    /// <summary>Î [in]: Î_i = Σ over outputs o of (1/N)·Σ over examples of (∂L/∂W_oi)², one weight an input.</summary>
    public IReadOnlyList<double>? InputFisher { get; }

    /// <summary>The sums over the inputs.</summary>
    public InputStatistics? Inputs { get; init; }

    /// <summary>F [out×in], means over examples of (∂L/∂W_oi)²; not to be changed.</summary>
    public Matrix<double>? ElementFisher { get; init; }

    /// <summary>The Fisher information as a Kronecker product.</summary>
    public KroneckerFisher? Kronecker { get; init; }

    /// <summary>These, with sums over the inputs.</summary>
    public LayerStatistics WithInputs(InputStatistics inputs) => new(InputFisher) { Inputs = inputs, ElementFisher = ElementFisher, Kronecker = Kronecker };

    /// <summary>Which kinds are there.</summary>
    public StatisticsKinds Kinds =>
        (InputFisher is null ? StatisticsKinds.None : StatisticsKinds.Fisher)
        | (Inputs is null ? StatisticsKinds.None : StatisticsKinds.Inputs)
        | (ElementFisher is null ? StatisticsKinds.None : StatisticsKinds.ElementFisher)
        | (Kronecker is null ? StatisticsKinds.None : StatisticsKinds.KroneckerFisher);

    /// <summary>From means of squared gradients F [out×in]: themselves, and their sums over the outputs.</summary>
    public static LayerStatistics FromFisher<T>(MatrixView<T> fisher)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sums = new double[fisher.Columns];
        var elements = new Matrix<double>(fisher.Rows, fisher.Columns);
        for (var o = 0; o < fisher.Rows; o++)
        {
            var row = fisher.Row(o);
            for (var i = 0; i < row.Length; i++)
            {
                var value = double.CreateTruncating(row[i]);
                if (!double.IsFinite(value) || value < 0)
                    throw new ArgumentException(FormattableString.Invariant($"The Fisher weight ({o}, {i}) is {value}; it must be finite and not negative."), nameof(fisher));
                sums[i] += value;
                elements[o, i] = value;
            }
        }
        return new LayerStatistics(sums) { ElementFisher = elements };
    }

    /// <summary>From gradients of single examples, each ∂L/∂W [out×in].</summary>
    public static LayerStatistics FromGradients<T>(IEnumerable<MatrixView<T>> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(gradients);
        double[]? sums = null;
        Matrix<double>? elements = null;
        var count = 0;
        foreach (var gradient in gradients)
        {
            sums ??= new double[gradient.Columns];
            elements ??= new Matrix<double>(gradient.Rows, gradient.Columns);
            if (elements.Rows != gradient.Rows || elements.Columns != gradient.Columns)
                throw new ArgumentException($"Gradient {count} is {gradient.Rows}×{gradient.Columns}, and the first {elements.Rows}×{elements.Columns}.", nameof(gradients));
            AddSquares(gradient, sums);
            for (var o = 0; o < gradient.Rows; o++)
            {
                var row = gradient.Row(o);
                for (var i = 0; i < row.Length; i++)
                    elements[o, i] += double.CreateTruncating(row[i]) * double.CreateTruncating(row[i]);
            }
            count++;
        }
        if (sums is null)
            throw new ArgumentException("There is no gradient.", nameof(gradients));
        foreach (ref var element in elements!.Span)
            element /= count;
        return new LayerStatistics(Array.ConvertAll(sums, s => s / count)) { ElementFisher = elements };
    }

    /// <summary>Adds Σ over rows o of g_oi² to <paramref name="sums"/> [in], in float64 and in the order of the rows.</summary>
    internal static void AddSquares<T>(MatrixView<T> gradient, double[] sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> wide = stackalloc double[256];
        for (var o = 0; o < gradient.Rows; o++)
        {
            var row = gradient.Row(o);
            for (var i = 0; i < row.Length; i += wide.Length)
            {
                var part = wide[..Math.Min(wide.Length, row.Length - i)];
                TensorPrimitives.ConvertTruncating<T, double>(row.Slice(i, part.Length), part);
                TensorPrimitives.MultiplyAdd<double>(part, part, sums.AsSpan(i, part.Length), sums.AsSpan(i, part.Length));
            }
        }
    }
}
