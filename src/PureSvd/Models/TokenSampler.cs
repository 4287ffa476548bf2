using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>Chooses the next token: the likeliest one, or a draw at a temperature from the top k, or from the top p ("nucleus"), or from both. Same seed and logits, same tokens.</summary>
/// <remarks>k is applied before p, as <c>transformers</c> does. Source: A. Holtzman et al., <i>The Curious Case of Neural Text Degeneration</i> (2020).</remarks>
public sealed class TokenSampler
{
    private readonly SamplingOptions _options;
    private readonly SeededRandom _random;
    private ulong[] _order = [];
    private double[] _weights = [];

    /// <summary>A sampler at the start of its random stream.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public TokenSampler(SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!(options.Temperature >= 0 && double.IsFinite(options.Temperature)))
            throw new ArgumentException(FormattableString.Invariant($"A temperature is at least 0, and this is {options.Temperature}."), nameof(options));
        if (options.TopK < 1)
            throw new ArgumentException($"The likeliest {options.TopK} tokens are none.", nameof(options));
        if (options.TopP is { } p && !(p > 0 && p <= 1))
            throw new ArgumentException(FormattableString.Invariant($"A probability to reach is above 0 and at most 1, and this is {p}."), nameof(options));
        _options = options;
        _random = new SeededRandom(options.Seed);
    }

    /// <summary>The next token.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <exception cref="ArithmeticException">A logit is not a number.</exception>
    public int Next<T>(ReadOnlySpan<T> logits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var likeliest = TensorPrimitives.IndexOfMax(logits);
        if (likeliest < 0 || !T.IsFinite(logits[likeliest]))
            throw new ArithmeticException($"The model's logits are not numbers: the largest is {(likeliest < 0 ? T.NaN : logits[likeliest])}.");
        return _options.Temperature == 0 ? likeliest : Draw(logits, double.CreateTruncating(logits[likeliest]));
    }

    private int Draw<T>(ReadOnlySpan<T> logits, double max)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_order.Length < logits.Length)
            (_order, _weights) = (new ulong[logits.Length], new double[logits.Length]);
        var order = _order.AsSpan(0, logits.Length);
        for (var i = 0; i < order.Length; i++)
            order[i] = Key(float.CreateTruncating(logits[i]), i);
        var isCut = _options.TopK is not null || _options.TopP is not null;
        if (isCut)
            order.Sort();

        var count = Math.Min(_options.TopK ?? logits.Length, logits.Length);
        var total = 0.0;
        for (var i = 0; i < count; i++)
            total += _weights[i] = Math.Exp((double.CreateTruncating(logits[Id(order[i])]) - max) / _options.Temperature);
        if (_options.TopP is { } p)
            (count, total) = Nucleus(count, p * total);

        var rest = _random.NextDouble() * total;
        for (var i = 0; i < count - 1; i++)
        {
            rest -= _weights[i];
            if (rest < 0)
                return Id(order[i]);
        }
        return Id(order[count - 1]);
    }

    // The shortest run of weights that reaches the sum wanted.
    private (int Count, double Total) Nucleus(int count, double wanted)
    {
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sum += _weights[i];
            if (sum >= wanted)
                return (i + 1, sum);
        }
        return (count, sum);
    }

    // Keys that ascend as logits descend; the lower id first among equals.
    private static ulong Key(float logit, int id)
    {
        var bits = BitConverter.SingleToUInt32Bits(logit);
        var ascending = (bits & 0x8000_0000) == 0 ? bits | 0x8000_0000 : ~bits;
        return (ulong)~ascending << 32 | (uint)id;
    }

    private static int Id(ulong key) => (int)(uint)key;
}
