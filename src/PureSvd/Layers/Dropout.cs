using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PureSvd.Layers;

/// <summary>Inverted dropout y = x·m/(1 − p), m ~ Bernoulli(1 − p), whose mask is a function of (seed, step, site, position) and so the same for any number of threads, and again in the backward pass.</summary>
/// <remarks>The counter is hashed by SplitMix64's finalizer; element 2i and 2i+1 take the low and high half of hash i. Source: N. Srivastava et al., <i>Dropout</i> (2014).</remarks>
public readonly struct Dropout
{
    private const ulong Golden = 0x9E3779B97F4A7C15UL;
    private readonly ulong _key;
    private readonly uint _threshold;
    private readonly double _rate;

    /// <summary>Drops with probability <paramref name="rate"/>, by masks that depend on <paramref name="seed"/> and <paramref name="step"/>.</summary>
    public Dropout(double rate, ulong seed, ulong step)
        : this(rate, Mix(Mix(seed + Golden) ^ (step * 0xD1B54A32D192ED03UL + 1)))
    {
        if (!(rate >= 0 && rate < 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "A dropout rate is at least 0 and below 1.");
    }

    private Dropout(double rate, ulong key)
    {
        _rate = rate;
        _key = key;
        _threshold = (uint)(rate * 4294967296.0);
    }

    /// <summary>No dropout.</summary>
    public static Dropout None => default;

    /// <summary>Whether anything is dropped.</summary>
    public bool IsActive => _rate > 0;

    /// <summary>Masks of their own for <paramref name="site"/>: a place in the model, or a sequence of the batch.</summary>
    public Dropout At(ulong site) => IsActive ? new Dropout(_rate, Mix(_key ^ ((site + 1) * 0xA0761D6478BD642FUL))) : this;

    /// <summary>values ← values·m/(1 − p), in place; the first element is number 0 of this site. Twice with the same site masks twice, so forward and backward each call it once.</summary>
    public void Apply<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!IsActive)
            return;
        var scale = T.CreateTruncating(1 / (1 - _rate));
        Span<uint> bits = stackalloc uint[64];
        for (var start = 0; start < values.Length; start += bits.Length)
        {
            Hash((ulong)(start / 2), bits);
            var block = values.Slice(start, Math.Min(bits.Length, values.Length - start));
            if (typeof(T) == typeof(float) && block.Length == bits.Length)
                ApplyBlock(MemoryMarshal.Cast<T, float>(block), bits, (float)(1 / (1 - _rate)));
            else
                for (var i = 0; i < block.Length; i++)
                    block[i] = bits[i] < _threshold ? T.Zero : block[i] * scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ApplyBlock(Span<float> block, Span<uint> bits, float scale)
    {
        var threshold = Vector512.Create(_threshold);
        var factor = Vector512.Create(scale);
        ref var first = ref MemoryMarshal.GetReference(block);
        for (nuint i = 0; i < 64; i += 16)
        {
            var dropped = Vector512.LessThan(Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(bits), i), threshold).AsSingle();
            Vector512.AndNot(Vector512.LoadUnsafe(ref first, i) * factor, dropped).StoreUnsafe(ref first, i);
        }
    }

    private void Hash(ulong counter, Span<uint> bits)
    {
        ref var first = ref Unsafe.As<uint, ulong>(ref MemoryMarshal.GetReference(bits));
        var z0 = Vector512.Create(_key) + (Vector512<ulong>.Indices + Vector512.Create(counter)) * Vector512.Create(Golden);
        for (nuint i = 0; i < 32; i += 8)
        {
            var z = z0 + Vector512.Create(i * Golden);
            z = (z ^ (z >> 30)) * Vector512.Create(0xBF58476D1CE4E5B9UL);
            z = (z ^ (z >> 27)) * Vector512.Create(0x94D049BB133111EBUL);
            (z ^ (z >> 31)).StoreUnsafe(ref first, i);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
