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
        if (typeof(T) == typeof(float))
            Apply(MemoryMarshal.Cast<T, float>(values), (float)(1 / (1 - _rate)));
        else
            ApplyOneByOne(values, T.CreateTruncating(1 / (1 - _rate)));
    }

    // Sixteen elements from eight hashes.
    private void Apply(Span<float> values, float scale)
    {
        var counters = Vector512.Create(_key) + Vector512<ulong>.Indices * Vector512.Create(Golden);
        var next = Vector512.Create(unchecked(8 * Golden));
        var threshold = Vector512.Create(_threshold);
        var factor = Vector512.Create(scale);
        ref var first = ref MemoryMarshal.GetReference(values);
        var i = 0;
        for (; i <= values.Length - 16; i += 16, counters += next)
        {
            var dropped = Vector512.LessThan(Hash(counters).AsUInt32(), threshold).AsSingle();
            Vector512.AndNot(Vector512.LoadUnsafe(ref first, (nuint)i) * factor, dropped).StoreUnsafe(ref first, (nuint)i);
        }
        if (i == values.Length)
            return;
        Span<float> rest = stackalloc float[16];
        values[i..].CopyTo(rest);
        var droppedRest = Vector512.LessThan(Hash(counters).AsUInt32(), threshold).AsSingle();
        Vector512.AndNot(Vector512.Create<float>(rest) * factor, droppedRest).CopyTo(rest);
        rest[..(values.Length - i)].CopyTo(values[i..]);
    }

    private void ApplyOneByOne<T>(Span<T> values, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            var hash = Mix(_key + (ulong)(i / 2) * Golden);
            values[i] = (uint)(i % 2 == 0 ? hash : hash >> 32) < _threshold ? T.Zero : values[i] * scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Hash(Vector512<ulong> z)
    {
        z = (z ^ (z >> 30)) * Vector512.Create(0xBF58476D1CE4E5B9UL);
        z = (z ^ (z >> 27)) * Vector512.Create(0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
