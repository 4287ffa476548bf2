using System.Runtime.InteropServices;

namespace PureSvd.LinearAlgebra.Tests.Blas;

/// <summary>Products with weights in the precision in which they are stored.</summary>
public unsafe class StoredProductTests
{
    [Theory]
    [InlineData(ElementKind.F16)]
    [InlineData(ElementKind.BF16)]
    [InlineData(ElementKind.F32)]
    public void Every_kernel_gives_the_bits_of_the_product_with_widened_weights(ElementKind kind)
    {
        Check<GemmMicroKernel512<float>>(kind);
        Check<GemmMicroKernel256<float>>(kind);
        Check<GemmMicroKernel128<float>>(kind);
        Check<GemmMicroKernelPortable<float>>(kind);
    }

    [Theory]
    [InlineData(ElementKind.F16)]
    [InlineData(ElementKind.BF16)]
    public void Every_bit_pattern_is_widened_as_the_scalar_conversion_does_by_every_width_of_vectors(ElementKind kind)
    {
        var patterns = Enumerable.Range(0, 65536).Select(i => (ushort)i).ToArray();
        foreach (var widen in (Action<nint, float[]>[])[Widen<GemmMicroKernel512<float>>, Widen<GemmMicroKernel256<float>>, Widen<GemmMicroKernel128<float>>, Widen<GemmMicroKernelPortable<float>>])
        {
            var widened = new float[65536];
            fixed (ushort* source = patterns)
                widen((nint)source, widened);
            for (var i = 0; i < 65536; i++)
            {
                var expected = kind == ElementKind.F16 ? (float)BitConverter.UInt16BitsToHalf((ushort)i) : BitConverter.UInt32BitsToSingle((uint)i << 16);
                Assert.True(float.IsNaN(expected) ? float.IsNaN(widened[i]) : BitConverter.SingleToUInt32Bits(expected) == BitConverter.SingleToUInt32Bits(widened[i]), $"{i:X4}");
            }
        }

        void Widen<TKernel>(nint source, float[] destination)
            where TKernel : struct, IGemmMicroKernel<float>
        {
            fixed (float* pointer = destination)
                TKernel.Widen((byte*)source, kind, pointer, destination.Length);
        }
    }

    [Theory]
    [InlineData(ElementKind.F16)]
    [InlineData(ElementKind.BF16)]
    [InlineData(ElementKind.F32)]
    public void A_row_has_the_same_bits_among_up_to_eight(ElementKind kind)
    {
        var weights = new Weights(23, 1100, kind);
        var x = TestMatrices.Random<float>(8, 1100, 4);
        var alone = new Matrix<float>(8, 23);
        for (var i = 0; i < 8; i++)
            Gemm.Multiply(x.View.RowRange(i, 1), weights.View, Operand.Transposed, 1, 0, alone.View.RowRange(i, 1), Parallelism.Serial);
        for (var rows = 2; rows <= 8; rows++)
        {
            var together = new Matrix<float>(rows, 23);
            Gemm.Multiply(x.View.RowRange(0, rows), weights.View, Operand.Transposed, 1, 0, together.View, new Parallelism(2));
            Assert.True(together.Span.SequenceEqual(alone.Span[..(rows * 23)]), $"{rows} rows");
        }
    }

    /// <summary>Kernels take float16 to be finite until they have seen it.</summary>
    [Fact]
    public void An_infinity_a_NaN_or_a_subnormal_among_the_weights_gives_the_bits_of_the_product_with_widened_weights()
    {
        const int Columns = 11, Depth = 1100;
        var x = TestMatrices.Random<float>(8, Depth, 4);
        var random = new SeededRandom(5);
        foreach (var special in (ushort[])[0x7C00, 0xFC00, 0x7E01, 0xFC01, 0x0001, 0x83FF, 0x7BFF])
        {
            for (var round = 0; round < 12; round++)
            {
                var bits = new ushort[Columns * Depth];
                for (var i = 0; i < bits.Length; i++)
                    bits[i] = BitConverter.HalfToUInt16Bits((Half)(random.NextDouble() - 0.5));
                var (row, column) = ((int)(random.NextDouble() * Columns), (int)(random.NextDouble() * Depth));
                bits[row * Depth + column] = special;
                var widened = Matrix<float>.Create(Columns, Depth, (i, j) => (float)BitConverter.UInt16BitsToHalf(bits[i * Depth + j]));
                fixed (ushort* data = bits)
                {
                    var weights = new StoredMatrix(null, data, Columns, Depth, Depth, ElementKind.F16);
                    for (var rows = 1; rows <= 8; rows++)
                    {
                        var (expected, found) = (new Matrix<float>(rows, Columns), new Matrix<float>(rows, Columns));
                        Gemm.Multiply(x.View.RowRange(0, rows), Operand.AsIs, widened, Operand.Transposed, 1, 0, expected.View, Parallelism.Serial);
                        Gemm.Multiply(x.View.RowRange(0, rows), weights, Operand.Transposed, 1, 0, found.View, new Parallelism(2));
                        for (var i = 0; i < rows * Columns; i++)
                        {
                            var (e, f) = (expected.Span[i], found.Span[i]);
                            Assert.True(float.IsNaN(e) ? float.IsNaN(f) : e.Equals(f), $"{special:X4} at ({row}, {column}), {rows} rows, element {i}: {f} and not {e}");
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void A_vector_by_stored_weights_has_the_bits_of_a_batch_of_one()
    {
        var weights = new Weights(70, 133, ElementKind.BF16);
        var x = TestMatrices.Random<float>(1, 133, 3);
        var expected = new Matrix<float>(1, 70);
        Gemm.Multiply(x, weights.View, Operand.Transposed, 2, 0, expected.View, Parallelism.Serial);
        var y = new float[70];
        Gemv.Multiply(weights.View, x.Span, 2, 0, y, new Parallelism(3));
        Assert.True(expected.Span.SequenceEqual(y));
        Assert.Throws<ArgumentException>(() => Gemv.Multiply(weights.View, new float[132], 2, 0, y, Parallelism.Serial));
    }

    [Fact]
    public void Once_warm_a_product_allocates_nothing()
    {
        foreach (var rows in (int[])[1, 40])
        {
            var weights = new Weights(600, 700, ElementKind.F16).View;
            var x = TestMatrices.Random<float>(rows, 700, 3);
            var c = new Matrix<float>(rows, 600);
            foreach (var threads in (int[])[1, 2])
                Assert.Equal(0, Allocation.Least(() => Gemm.Multiply(x, weights, Operand.Transposed, 1, 0, c.View, new Parallelism(threads))));
        }
    }

    [Fact]
    public void A_row_is_copied_widened()
    {
        foreach (var kind in Enum.GetValues<ElementKind>())
        {
            var weights = new Weights(5, 19, kind);
            var row = new float[19];
            weights.View.CopyRowTo(3, row);
            Assert.True(row.AsSpan().SequenceEqual(weights.Widened.Row(3)));
            Assert.True(weights.View.ToMatrix().Span.SequenceEqual(weights.Widened.Span));
            Assert.True(weights.View.RowRange(2, 3).ToMatrix().Span.SequenceEqual(weights.Widened.Span[(2 * 19)..]));
            Assert.Throws<ArgumentOutOfRangeException>(() => weights.View.CopyRowTo(5, row));
            Assert.Throws<ArgumentException>(() => weights.View.CopyRowTo(1, new float[20]));
            Assert.Throws<ArgumentOutOfRangeException>(() => weights.View.RowRange(3, 3));
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        var weights = new Weights(4, 5, ElementKind.F16).View;
        var exception = Assert.Throws<ArgumentException>(() => Gemm.Multiply(new Matrix<float>(2, 4), weights, Operand.Transposed, 1, 0, new Matrix<float>(2, 4).View, Parallelism.Serial));
        Assert.Contains("2×4", exception.Message, StringComparison.Ordinal);
        Assert.Contains("5×4", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new StoredMatrix(null, null, 2, 3, 2, ElementKind.F16));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StoredMatrix(null, null, 2, 3, 3, (ElementKind)7));
    }

    private static void Check<TKernel>(ElementKind kind)
        where TKernel : struct, IGemmMicroKernel<float>
    {
        foreach (var m in (int[])[0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 2 * TKernel.Rows + 1])
        {
            foreach (var n in (int[])[0, 1, 2, 3, 4, 5, 7, 8, 9, TKernel.Columns - 1, TKernel.Columns, 2 * TKernel.Columns + 1])
            {
                foreach (var k in (int[])[0, 1, 3, 15, 16, 17, 35, 67])
                {
                    foreach (var opW in Enum.GetValues<Operand>())
                        Compare<TKernel>(m, n, k, opW, kind, 1 + (m + n + k) % 3);
                }
            }
        }

        Compare<TKernel>(TKernel.Rows + 1, TKernel.Columns + 3, TKernel.Depth + 5, Operand.Transposed, kind, 1);
        Compare<TKernel>(40, 5 * TKernel.Columns + 3, 2 * TKernel.Depth + 5, Operand.Transposed, kind, 2);
        Compare<TKernel>(50, 530, 9, Operand.Transposed, kind, 2);
        Compare<TKernel>(50, 530, 9, Operand.AsIs, kind, 2);
        foreach (var m in (int[])[1, 2, 3, 8])
            Compare<TKernel>(m, 5 * TKernel.Columns + 3, 2 * TKernel.Depth + 5, Operand.Transposed, kind, 2);
    }

    private static void Compare<TKernel>(int m, int n, int k, Operand opW, ElementKind kind, int threads)
        where TKernel : struct, IGemmMicroKernel<float>
    {
        var x = new GuardedMatrix<float>(TestMatrices.Random<float>(m, k, 1));
        var weights = opW == Operand.AsIs ? new Weights(k, n, kind) : new Weights(n, k, kind);
        var start = TestMatrices.Random<float>(m, n, 2);
        var expected = start.View.ToMatrix();
        Gemm.Multiply<float, TKernel>(x.View, Operand.AsIs, weights.Widened, opW, 0.75f, -0.5f, expected, new Parallelism(threads), null);
        var c = new GuardedMatrix<float>(start);
        var w = weights.View;
        Gemm.Multiply<float, TKernel>(x.View, Operand.AsIs, (nint)w.Data, w.Stride, kind == ElementKind.F32 ? null : kind, opW, k, 0.75f, -0.5f, c.View, new Parallelism(threads), null);
        w.KeepAlive();
        Assert.True(expected.Span.SequenceEqual(c.View.ToMatrix().Span), $"{m}×{n}×{k} {opW} {kind}, {typeof(TKernel).Name}");
        c.AssertIntact();
    }

    /// <summary>Stored weights at an odd address among NaN, and the same widened.</summary>
    private sealed class Weights
    {
        internal Weights(int rows, int columns, ElementKind kind)
        {
            const int Left = 3, Right = 5;
            nint stride = Left + columns + Right;
            var size = kind == ElementKind.F32 ? 4 : 2;
            var memory = GC.AllocateArray<byte>((int)((rows + 2) * stride * size) + 1, pinned: true);
            memory.AsSpan().Fill(0xFF); // NaN in each of the formats.
            Widened = TestMatrices.Random<float>(rows, columns, 5);
            var data = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(memory, 1) + (stride + Left) * size;
            for (var i = 0; i < rows; i++)
            {
                var row = Widened.Row(i);
                var target = data + i * stride * size;
                switch (kind)
                {
                    case ElementKind.F16:
                        HalfPrecision.ToFloat16(row, new Span<Half>(target, columns));
                        HalfPrecision.FromFloat16(new Span<Half>(target, columns), row);
                        break;
                    case ElementKind.BF16:
                        HalfPrecision.ToBFloat16(row, new Span<ushort>(target, columns));
                        HalfPrecision.FromBFloat16(new Span<ushort>(target, columns), row);
                        break;
                    default:
                        row.CopyTo(new Span<float>(target, columns));
                        break;
                }
            }

            View = new StoredMatrix(memory, data, rows, columns, stride, kind);
        }

        internal Matrix<float> Widened { get; }

        internal StoredMatrix View { get; }
    }
}
