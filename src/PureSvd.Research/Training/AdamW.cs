using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Training;

/// <summary>Adam with decoupled weight decay: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η·(m̂/(√v̂ + ε) + λθ), with m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).</summary>
/// <remarks>
/// Vectors (biases and norms) do not decay. One pass sums the shards' gradients in their order and takes the norm, a second one updates;
/// both go over fixed chunks, so the bits do not depend on the number of threads.
/// Source: I. Loshchilov and F. Hutter, <i>Decoupled Weight Decay Regularization</i> (2019), algorithm 2.
/// </remarks>
public sealed class AdamW<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;
    private const int ChunkLength = 8192; // Four arrays of it stay in the second-level cache.

    private readonly Slot[] _slots;
    private readonly (int Slot, int Start, int Length)[] _chunks;
    private readonly double[] _squares;
    private readonly Action<int> _reduce;
    private readonly Action<int> _update;
    private double _rate, _decay, _scale;

    /// <summary>An optimizer of <paramref name="parameters"/>.</summary>
    /// <param name="parameters">What it updates in place.</param>
    /// <param name="shards">Gradients of the same parameters; they are summed, and cleared by each update.</param>
    public AdamW(IReadOnlyList<Parameter<T>> parameters, IReadOnlyList<Gradients<T>> shards)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _slots = [.. parameters.Select(p => new Slot(p, [.. shards.Select(g => g[p] ?? throw new ArgumentException($"There is no gradient of {p.Name}.", nameof(shards)))]))];
        var chunks = new List<(int, int, int)>();
        for (var s = 0; s < _slots.Length; s++)
        {
            var length = _slots[s].Parameter.Value.Span.Length;
            for (var start = 0; start < length; start += ChunkLength)
                chunks.Add((s, start, Math.Min(ChunkLength, length - start)));
        }
        _chunks = [.. chunks];
        _squares = new double[_chunks.Length];
        _reduce = Reduce;
        _update = Update;
    }

    /// <summary>Updates done.</summary>
    public long Step { get; internal set; }

    /// <summary>The parameters with their first and second moments, for a checkpoint.</summary>
    internal IEnumerable<(Parameter<T> Parameter, Matrix<T> First, Matrix<T> Second)> State => _slots.Select(s => (s.Parameter, s.First, s.Second));

    /// <summary>One update from the sum of the shards' gradients, which are cleared.</summary>
    /// <param name="rate">η.</param>
    /// <param name="decay">λ.</param>
    /// <param name="clip">The gradient is scaled down to this global norm if it is larger.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <returns>The global norm before clipping; if it is not finite nothing was updated.</returns>
    public double Update(double rate, double decay, double clip, Parallelism parallelism)
    {
        parallelism.For(_chunks.Length, _reduce);
        var sum = 0.0;
        foreach (var square in _squares)
            sum += square;
        var norm = Math.Sqrt(sum);
        if (!double.IsFinite(norm))
            return norm;
        Step++;
        (_rate, _decay, _scale) = (rate, decay, norm > clip ? clip / norm : 1);
        parallelism.For(_chunks.Length, _update);
        return norm;
    }

    private void Reduce(int index)
    {
        var (slot, start, length) = _chunks[index];
        var gradients = _slots[slot].Gradients;
        var total = gradients[0].Span.Slice(start, length);
        for (var g = 1; g < gradients.Length; g++)
        {
            var part = gradients[g].Span.Slice(start, length);
            System.Numerics.Tensors.TensorPrimitives.Add(total, part, total);
            part.Clear();
        }
        _squares[index] = double.CreateTruncating(Reductions.SumOfSquares<T>(total));
    }

    private void Update(int index)
    {
        var (slotIndex, start, length) = _chunks[index];
        var slot = _slots[slotIndex];
        var factors = new Factors(
            Scale: T.CreateTruncating(_scale),
            Rate: T.CreateTruncating(_rate / (1 - Math.Pow(Beta1, Step))),
            SecondCorrection: T.CreateTruncating(1 / (1 - Math.Pow(Beta2, Step))),
            Keep: T.CreateTruncating(slot.Parameter.IsVector ? 1 : 1 - _rate * _decay));
        UpdateSpan(
            slot.Parameter.Value.Span.Slice(start, length),
            slot.Gradients[0].Span.Slice(start, length),
            slot.First.Span.Slice(start, length),
            slot.Second.Span.Slice(start, length),
            factors);
    }

    // One pass over θ, g, m and v; the gradient is left at zero for the next batch.
    private static void UpdateSpan(Span<T> values, Span<T> gradient, Span<T> first, Span<T> second, Factors factors)
    {
        ref var p = ref MemoryMarshal.GetReference(values);
        ref var g = ref MemoryMarshal.GetReference(gradient);
        ref var m = ref MemoryMarshal.GetReference(first);
        ref var v = ref MemoryMarshal.GetReference(second);
        var (beta1, beta2) = (Vector512.Create(T.CreateTruncating(Beta1)), Vector512.Create(T.CreateTruncating(Beta2)));
        var (rest1, rest2) = (Vector512.Create(T.CreateTruncating(1 - Beta1)), Vector512.Create(T.CreateTruncating(1 - Beta2)));
        var (scale, rate) = (Vector512.Create(factors.Scale), Vector512.Create(factors.Rate));
        var (correction, keep, epsilon) = (Vector512.Create(factors.SecondCorrection), Vector512.Create(factors.Keep), Vector512.Create(T.CreateTruncating(Epsilon)));
        var i = 0;
        for (; i <= values.Length - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            var at = (nuint)i;
            var gi = Vector512.LoadUnsafe(ref g, at) * scale;
            var mi = Vector512.LoadUnsafe(ref m, at) * beta1 + gi * rest1;
            var vi = Vector512.LoadUnsafe(ref v, at) * beta2 + gi * gi * rest2;
            mi.StoreUnsafe(ref m, at);
            vi.StoreUnsafe(ref v, at);
            (Vector512.LoadUnsafe(ref p, at) * keep - rate * mi / (Vector512.Sqrt(vi * correction) + epsilon)).StoreUnsafe(ref p, at);
        }
        for (; i < values.Length; i++)
        {
            var gi = gradient[i] * factors.Scale;
            first[i] = first[i] * beta1[0] + gi * rest1[0];
            second[i] = second[i] * beta2[0] + gi * gi * rest2[0];
            values[i] = values[i] * factors.Keep - factors.Rate * first[i] / (T.Sqrt(second[i] * factors.SecondCorrection) + epsilon[0]);
        }
        gradient.Clear();
    }

    private readonly record struct Factors(T Scale, T Rate, T SecondCorrection, T Keep);

    private sealed record Slot(Parameter<T> Parameter, Matrix<T>[] Gradients)
    {
        internal Matrix<T> First { get; } = new(Parameter.Value.Rows, Parameter.Value.Columns);

        internal Matrix<T> Second { get; } = new(Parameter.Value.Rows, Parameter.Value.Columns);
    }
}
