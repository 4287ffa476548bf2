using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>Rotary position embedding: elements j and j + d/2 of a head of size d turn by the angle p·ω_j at position p, with ω_j = θ^(−2j/d).</summary>
/// <remarks>
/// <para>So q·k depends on the distance of their positions alone. The pairs are those of Hugging Face ("rotate half"); checkpoints in Meta's own layout, where
/// neighbours form pairs, are permuted when they are converted.</para>
/// <para>The frequencies are rounded to float32 step by step, as <c>transformers</c> does, since models were trained with them; the angle itself is exact, where
/// <c>transformers</c> rounds p·ω to float32: a difference of 6e-8 of the angle.</para>
/// <para>Source: J. Su et al., <i>RoFormer: Enhanced Transformer with Rotary Position Embedding</i> (2021).</para>
/// </remarks>
public sealed class RotaryEmbedding<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly float[] _frequencies;

    /// <summary>An embedding of heads of <paramref name="headSize"/>, which is even, with base <paramref name="theta"/>.</summary>
    public RotaryEmbedding(int headSize, double theta, RotaryScaling? scaling = null)
    {
        if (headSize <= 0 || headSize % 2 != 0)
            throw new ArgumentException($"Heads of {headSize} elements have no pairs to rotate.", nameof(headSize));
        HeadSize = headSize;
        _frequencies = new float[headSize / 2];
        for (var j = 0; j < _frequencies.Length; j++)
            _frequencies[j] = Scale(1 / (float)Math.Pow((float)theta, 2 * j / (float)headSize), scaling);
    }

    /// <summary>d.</summary>
    public int HeadSize { get; }

    /// <summary>ω, scaled.</summary>
    internal ReadOnlySpan<float> Frequencies => _frequencies;

    private static float Scale(float frequency, RotaryScaling? scaling)
    {
        if (scaling is null)
            return frequency;
        var slow = frequency / (float)scaling.Factor;
        if (scaling.Kind == RotaryScalingKind.Linear)
            return slow;
        var wavelength = 2 * MathF.PI / frequency;
        if (wavelength > scaling.OriginalPositions / scaling.LowFrequencyFactor)
            return slow;
        if (wavelength < scaling.OriginalPositions / scaling.HighFrequencyFactor)
            return frequency;
        var ramp = (float)((scaling.OriginalPositions / wavelength - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor));
        return (1 - ramp) * slow + ramp * frequency;
    }

    /// <summary>Row t of the table ← cos(p·ω), then sin(p·ω), at position p of token t. One table serves every layer and head.</summary>
    /// <param name="positions">[tokens].</param>
    /// <param name="table">[tokens×d], overwritten.</param>
    public void Tabulate(ReadOnlySpan<int> positions, MatrixView<T> table)
    {
        var half = _frequencies.Length;
        for (var t = 0; t < positions.Length; t++)
        {
            var row = table.Row(t);
            for (var j = 0; j < half; j++)
            {
                var (sin, cos) = Math.SinCos((double)_frequencies[j] * positions[t]);
                row[j] = T.CreateTruncating(cos);
                row[half + j] = T.CreateTruncating(sin);
            }
        }
    }

    /// <summary>Every head of every row turns by its angles, in place.</summary>
    /// <param name="x">[tokens×(heads·d)].</param>
    /// <param name="table">[tokens×d], from <see cref="Tabulate"/>.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void Forward(MatrixView<T> x, MatrixView<T> table, Parallelism parallelism) => Turn(x, table, T.One, parallelism);

    /// <summary>dX from dY in place: a rotation's transpose is the rotation back.</summary>
    /// <param name="dy">[tokens×(heads·d)].</param>
    /// <param name="table">[tokens×d], as in the forward pass.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void Backward(MatrixView<T> dy, MatrixView<T> table, Parallelism parallelism) => Turn(dy, table, -T.One, parallelism);

    private void Turn(MatrixView<T> x, MatrixView<T> table, T direction, Parallelism parallelism)
        => RowBlocks.For(x.Rows, x.Columns, (Rotary: this, x, table, direction), static (first, count, s) => s.Rotary.TurnRows(first, count, s.x, s.table, s.direction), parallelism);

    private void TurnRows(int first, int count, MatrixView<T> x, MatrixView<T> table, T direction)
    {
        var half = _frequencies.Length;
        for (var t = first; t < first + count; t++)
        {
            var row = x.Row(t);
            var cos = table.Row(t)[..half];
            var sin = table.Row(t)[half..];
            for (var head = 0; head < row.Length; head += HeadSize)
                Turn(row.Slice(head, half), row.Slice(head + half, half), cos, sin, direction);
        }
    }

    // (a, b) ← (a·cos − b·sin, b·cos + a·sin), the same roundings in vectors and in the scalar rest.
    private static void Turn(Span<T> a, Span<T> b, ReadOnlySpan<T> cos, ReadOnlySpan<T> sin, T direction)
    {
        ref var a0 = ref MemoryMarshal.GetReference(a);
        ref var b0 = ref MemoryMarshal.GetReference(b);
        ref var cos0 = ref MemoryMarshal.GetReference(cos);
        ref var sin0 = ref MemoryMarshal.GetReference(sin);
        var directions = Vector512.Create(direction);
        var j = 0;
        for (; j <= a.Length - Vector512<T>.Count; j += Vector512<T>.Count)
        {
            var (x, y) = (Vector512.LoadUnsafe(ref a0, (nuint)j), Vector512.LoadUnsafe(ref b0, (nuint)j));
            var (c, s) = (Vector512.LoadUnsafe(ref cos0, (nuint)j), Vector512.LoadUnsafe(ref sin0, (nuint)j) * directions);
            (x * c - y * s).StoreUnsafe(ref a0, (nuint)j);
            (y * c + x * s).StoreUnsafe(ref b0, (nuint)j);
        }
        for (; j < a.Length; j++)
        {
            var (x, y, c, s) = (a[j], b[j], cos[j], sin[j] * direction);
            a[j] = x * c - y * s;
            b[j] = y * c + x * s;
        }
    }
}
