using System.Buffers.Binary;
using System.Globalization;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary><c>rtn-int8</c>, <c>rtn-int4</c>: every weight to the nearest of 255 or 15 multiples of its group's scale, without data.</summary>
/// <remarks>
/// <para>A row is cut into groups of 64 (or as in <c>rtn-int4:128</c>); a group's scale is max|w|/127 or max|w|/7, rounded up to bfloat16 so that nothing is cut off, and q = round(w/scale). Symmetric, without a zero point:
/// 8.25 or 4.25 bits a weight. Factors may be rounded too, <c>svd-llm+int8</c>.</para>
/// Source: the baseline that LLM.int8 (T. Dettmers et al., arXiv 2208.07339) and GPTQ (E. Frantar et al., arXiv 2210.17323, §4) call round-to-nearest.
/// </remarks>
public sealed class RoundToNearest : WeightEncoder
{
    private const int DefaultGroup = 64;
    private readonly int _bits;
    private readonly int _group;

    /// <param name="bits">8 or 4.</param>
    /// <param name="group">Weights that share a scale, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is another number.</exception>
    public RoundToNearest(int bits, int group = DefaultGroup)
    {
        if (bits is not (4 or 8))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "Weights are rounded to 8 or 4 bits.");
        ArgumentOutOfRangeException.ThrowIfLessThan(group, 1);
        (_bits, _group) = (bits, group);
    }

    /// <inheritdoc/>
    public override string Name => string.Create(CultureInfo.InvariantCulture, $"rtn-{Suffix}");

    /// <summary>What it is called behind a plus: <c>int8</c>, <c>int4:128</c>.</summary>
    internal string Suffix => string.Create(CultureInfo.InvariantCulture, $"int{_bits}{(_group == DefaultGroup ? "" : $":{_group}")}");

    internal override IReadOnlyList<TensorSpec> Specs(string name, int rows, int columns, TensorDType type, double removed) =>
    [
        _bits == 8 ? new TensorSpec(name + EncodedMatrix.Int8, TensorDType.I8, rows, columns) : new TensorSpec(name + EncodedMatrix.Int4, TensorDType.U8, rows, (columns + 1) / 2),
        new TensorSpec(name + EncodedMatrix.Scale, TensorDType.BF16, rows, Groups(columns)),
    ];

    internal override EncodedWeight<T> Encode<T>(MatrixView<T> weight, LayerStatistics? statistics, TensorDType type, double removed)
    {
        var (rows, columns, groups) = (weight.Rows, weight.Columns, Groups(weight.Columns));
        var size = EncodedMatrix.GroupSize(columns, groups);
        var (most, packed) = (_bits == 8 ? 127 : 7, _bits == 8 ? columns : (columns + 1) / 2);
        var (codes, scales) = (new byte[(long)rows * packed], new byte[2L * rows * groups]);
        var scale = new Matrix<T>(rows, groups);
        for (var i = 0; i < rows; i++)
        {
            var row = weight.Row(i);
            for (var g = 0; g < groups; g++)
            {
                // The last groups of a row that no group size divides may be short, or even empty.
                var part = row[Math.Min(columns, g * size)..Math.Min(columns, (g + 1) * size)];
                var largest = 0.0;
                foreach (var w in part)
                    largest = Math.Max(largest, Math.Abs(double.CreateTruncating(w)));
                var bits = UpToBFloat16((float)(largest / most));
                BinaryPrimitives.WriteUInt16LittleEndian(scales.AsSpan(2 * (i * groups + g)), bits);
                var step = BitConverter.UInt32BitsToSingle((uint)bits << 16);
                scale[i, g] = T.CreateTruncating(step);
                for (var j = 0; j < part.Length; j++)
                {
                    var q = step > 0 ? (int)Math.Clamp(Math.Round(double.CreateTruncating(part[j]) / step), -most, most) : 0;
                    var column = g * size + j;
                    if (_bits == 8)
                        codes[i * packed + column] = (byte)(sbyte)q;
                    else
                        codes[i * packed + column / 2] |= (byte)(q + 8 << column % 2 * 4);
                }
            }
        }
        weight.KeepAlive();
        return new EncodedWeight<T>([codes, scales], EncodedMatrix.DecodeIntegers(codes, scale, _bits == 4, rows, columns));
    }

    private int Groups(int columns) => (columns + _group - 1) / _group;

    private static ushort UpToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)Math.Min((bits + 0xFFFF) >> 16, 0x7F7F);
    }
}
