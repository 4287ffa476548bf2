using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>The activation between the two linear layers of an MLP.</summary>
public enum Activation
{
    /// <summary>x·Φ(x) = x/2·(1 + erf(x/√2)): Hugging Face's <c>gelu</c>.</summary>
    Gelu,

    /// <summary>x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))): <c>gelu_new</c> and <c>gelu_pytorch_tanh</c>.</summary>
    GeluTanh,

    /// <summary>max(0, x): <c>relu</c>.</summary>
    Relu,

    /// <summary>x·σ(x) = x/(1 + e⁻ˣ): <c>silu</c>, the gate of a <see cref="SwiGluMlp{T}"/>.</summary>
    Silu,
}

/// <summary>Activations over spans, forward and with their slope. Source: D. Hendrycks and K. Gimpel, <i>Gaussian Error Linear Units</i> (2016).</summary>
public static class Activations
{
    private interface IFunction<T>
    {
        static abstract void Evaluate(Vector512<T> x, out Vector512<T> y, out Vector512<T> slope);
    }

    /// <summary>The activation of the name that a <c>config.json</c> gives as <c>hidden_act</c>; null for a name that is not known.</summary>
    public static Activation? ByName(string name) => name switch
    {
        "gelu" => Activation.Gelu,
        "gelu_new" or "gelu_pytorch_tanh" => Activation.GeluTanh,
        "relu" => Activation.Relu,
        "silu" => Activation.Silu,
        _ => null,
    };

    /// <summary>y ← f(x), element by element; y may be x.</summary>
    public static void Forward<T>(Activation activation, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Run(activation, x, y, []);

    /// <summary>y ← f(x) and slope ← f′(x), element by element, so that the backward pass is one product; y may be x.</summary>
    public static void ForwardWithSlope<T>(Activation activation, ReadOnlySpan<T> x, Span<T> y, Span<T> slope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (slope.Length != x.Length)
            throw new ArgumentException($"{x.Length} elements need as many slopes, not {slope.Length}.", nameof(slope));
        Run(activation, x, y, slope);
    }

    /// <summary>y ← f(y + b) for every row y of a block, f being the identity if it is null; an empty <paramref name="bias"/> is none. The bits are those of the sum and then <see cref="Forward{T}(Activation, ReadOnlySpan{T}, Span{T})"/>.</summary>
    internal static void Forward<T>(Activation? activation, MatrixView<T> block, ReadOnlySpan<T> bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (activation)
        {
            case null:
                Run<T, Identity<T>>(block, bias);
                break;
            case Activation.Gelu:
                Run<T, GeluFunction<T>>(block, bias);
                break;
            case Activation.GeluTanh:
                Run<T, GeluTanhFunction<T>>(block, bias);
                break;
            case Activation.Relu:
                Run<T, ReluFunction<T>>(block, bias);
                break;
            case Activation.Silu:
                Run<T, SiluFunction<T>>(block, bias);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, "Unknown activation.");
        }
    }

    // Two vectors' width of columns at a time, so that the bias stays in registers; a product's block is as wide, and each of its rows is in another page.
    [SkipLocalsInit]
    private static void Run<T, TFunction>(MatrixView<T> block, ReadOnlySpan<T> bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IFunction<T>
    {
        if (block.Rows == 0)
            return;
        Span<T> biases = stackalloc T[2 * Vector512<T>.Count];
        for (var column = 0; column < block.Columns; column += biases.Length)
        {
            var width = Math.Min(biases.Length, block.Columns - column);
            biases.Clear();
            if (!bias.IsEmpty)
                bias.Slice(column, width).CopyTo(biases);
            if (width == biases.Length)
                RunWide<T, TFunction>(ref block[0, column], block.Rows, block.Stride, Vector512.Create<T>(biases), Vector512.Create<T>(biases[Vector512<T>.Count..]));
            else
                RunNarrow<T, TFunction>(block.Slice(0, column, block.Rows, width), biases);
        }
    }

    private static void RunWide<T, TFunction>(ref T first, int rows, nint stride, Vector512<T> bias0, Vector512<T> bias1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IFunction<T>
    {
        for (; rows > 0; rows--, first = ref Unsafe.Add(ref first, stride))
        {
            TFunction.Evaluate(Vector512.LoadUnsafe(ref first) + bias0, out var y0, out _);
            TFunction.Evaluate(Vector512.LoadUnsafe(ref first, (nuint)Vector512<T>.Count) + bias1, out var y1, out _);
            y0.StoreUnsafe(ref first);
            y1.StoreUnsafe(ref first, (nuint)Vector512<T>.Count);
        }
    }

    private static void RunNarrow<T, TFunction>(MatrixView<T> block, ReadOnlySpan<T> bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IFunction<T>
    {
        Span<T> padded = stackalloc T[bias.Length];
        for (var i = 0; i < block.Rows; i++)
        {
            block.Row(i).CopyTo(padded);
            for (var j = 0; j < padded.Length; j += Vector512<T>.Count)
            {
                TFunction.Evaluate(Vector512.Create<T>(padded[j..]) + Vector512.Create(bias[j..]), out var y, out _);
                y.CopyTo(padded[j..]);
            }
            padded[..block.Columns].CopyTo(block.Row(i));
        }
    }

    private static void Run<T>(Activation activation, ReadOnlySpan<T> x, Span<T> y, Span<T> slope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (y.Length != x.Length)
            throw new ArgumentException($"{x.Length} elements need as many results, not {y.Length}.", nameof(y));
        switch (activation)
        {
            case Activation.Gelu:
                Run<T, GeluFunction<T>>(x, y, slope);
                break;
            case Activation.GeluTanh:
                Run<T, GeluTanhFunction<T>>(x, y, slope);
                break;
            case Activation.Relu:
                Run<T, ReluFunction<T>>(x, y, slope);
                break;
            case Activation.Silu:
                Run<T, SiluFunction<T>>(x, y, slope);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, "Unknown activation.");
        }
    }

    private static void Run<T, TFunction>(ReadOnlySpan<T> x, Span<T> y, Span<T> slope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IFunction<T>
    {
        var wantsSlope = !slope.IsEmpty;
        ref var source = ref MemoryMarshal.GetReference(x);
        ref var target = ref MemoryMarshal.GetReference(y);
        ref var slopes = ref MemoryMarshal.GetReference(slope);
        var i = 0;
        for (; i <= x.Length - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            TFunction.Evaluate(Vector512.LoadUnsafe(ref source, (nuint)i), out var value, out var gradient);
            value.StoreUnsafe(ref target, (nuint)i);
            if (wantsSlope)
                gradient.StoreUnsafe(ref slopes, (nuint)i);
        }

        if (i == x.Length)
            return;
        Span<T> rest = stackalloc T[Vector512<T>.Count];
        rest.Clear();
        x[i..].CopyTo(rest);
        TFunction.Evaluate(Vector512.Create<T>(rest), out var lastValue, out var lastSlope);
        lastValue.CopyTo(rest);
        rest[..(x.Length - i)].CopyTo(y[i..]);
        if (!wantsSlope)
            return;
        lastSlope.CopyTo(rest);
        rest[..(x.Length - i)].CopyTo(slope[i..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Exp<T>(Vector512<T> x)
        => typeof(T) == typeof(float) ? Vector512.Exp(x.As<T, float>()).As<float, T>() : Vector512.Exp(x.As<T, double>()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Constant<T>(double value)
        => typeof(T) == typeof(float) ? Vector512.Create((float)value).As<float, T>() : Vector512.Create(value).As<double, T>();

    private readonly struct Identity<T> : IFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> x, out Vector512<T> y, out Vector512<T> slope) => (y, slope) = (x, Vector512<T>.One);
    }

    // f = x·Φ(x), f′ = Φ(x) + x·φ(x).
    private readonly struct GeluFunction<T> : IFunction<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> x, out Vector512<T> y, out Vector512<T> slope)
        {
            StandardNormal.Evaluate(x, out var distribution, out var density);
            y = x * distribution;
            slope = distribution + x * density;
        }
    }

    // s = σ(2u) = (1 + tanh u)/2, u = √(2/π)·(x + 0.044715·x³); f′ = s + 2·x·s·(1 − s)·u′.
    private readonly struct GeluTanhFunction<T> : IFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> x, out Vector512<T> y, out Vector512<T> slope)
        {
            var square = x * x;
            var twice = Constant<T>(2 * 0.79788456080286536);
            var doubleU = twice * x * (Vector512<T>.One + Constant<T>(0.044715) * square);
            var s = Vector512<T>.One / (Vector512<T>.One + Exp(-doubleU));
            y = x * s;
            slope = s + x * s * (Vector512<T>.One - s) * twice * (Vector512<T>.One + Constant<T>(3 * 0.044715) * square);
        }
    }

    private readonly struct ReluFunction<T> : IFunction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> x, out Vector512<T> y, out Vector512<T> slope)
        {
            var positive = Vector512.GreaterThan(x, Vector512<T>.Zero);
            y = Vector512.ConditionalSelect(positive, x, Vector512<T>.Zero);
            slope = Vector512.ConditionalSelect(positive, Vector512<T>.One, Vector512<T>.Zero);
        }
    }

    // σ by e^−|x|, which cannot overflow; f′ = σ + x·σ·(1 − σ).
    private readonly struct SiluFunction<T> : IFunction<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> x, out Vector512<T> y, out Vector512<T> slope)
        {
            var e = Exponential.OfNegative(-Vector512.Abs(x));
            var s = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<T>.Zero), Vector512<T>.One, e) / (Vector512<T>.One + e);
            y = x * s;
            slope = s + y * (Vector512<T>.One - s);
        }
    }
}
