using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Blas;

/// <summary>What <see cref="Gemm"/> promises, for each micro-kernel; one that the processor lacks runs emulated.</summary>
public abstract class GemmKernelContract<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected abstract (int Rows, int Columns, int Depth) Tile { get; }

    private protected abstract void Multiply(MatrixView<T> a, Operand opA, MatrixView<T> b, Operand opB, T alpha, T beta, MatrixView<T> c, int threads, BlockSizes? blockSizes);

    [Fact]
    public void Every_size_up_to_two_tiles_and_one_equals_the_triple_loop_and_stays_inside_its_views()
    {
        int[] depths = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17];
        for (var m = 0; m <= 2 * Tile.Rows + 1; m++)
        {
            for (var n = 0; n <= 2 * Tile.Columns + 1; n++)
            {
                // Operands and depths take turns, so that all combinations meet all remainders of both tiles.
                var turn = m * 31 + n;
                Compare(m, n, depths[turn % depths.Length], (Operand)(turn / 2 % 2), (Operand)(turn % 2), turn % 3 == 0 ? 0 : turn % 3 - 1.5);
            }
        }
    }

    [Fact]
    public void Every_depth_up_to_two_blocks_and_one_equals_the_triple_loop()
    {
        foreach (var around in (int[])[0, Tile.Depth, 2 * Tile.Depth])
        {
            for (var k = Math.Max(0, around - 2); k <= around + 2; k++)
            {
                Compare(Tile.Rows + 1, Tile.Columns + 1, k, (Operand)(k % 2), (Operand)(k / 2 % 2), 0);
                Compare(1, 2 * Tile.Columns, k, (Operand)(k % 2), (Operand)(k / 2 % 2), 1);
            }
        }
    }

    [Fact]
    public void Block_sizes_and_threads_change_no_bit()
    {
        var (rows, columns, depth) = Tile;
        foreach (var (m, n) in ((int, int)[])[(5 * rows + 1, 7 * columns + 1), (rows - 1, 9 * columns), (9 * rows, columns - 1), (1, 9 * columns), (3, 13 * columns + 3)])
        {
            var k = 2 * depth + 3;
            var a = TestMatrices.Random<T>(m, k, 1);
            var b = TestMatrices.Random<T>(n, k, 2);
            var start = TestMatrices.Random<T>(m, n, 3);
            var expected = start.View.ToMatrix();
            Multiply(a, Operand.AsIs, b, Operand.Transposed, T.One, T.One, expected, 1, null);
            foreach (var sizes in (BlockSizes[])[new(1, 1), new(3, 3), new(20, 20), new(2 * rows, columns), new(rows, 3 * columns), new(3 * rows, 10 * columns), new(1000, 1)])
            {
                foreach (var threads in (int[])[1, 2, 3, 5])
                {
                    var actual = start.View.ToMatrix();
                    Multiply(a, Operand.AsIs, b, Operand.Transposed, T.One, T.One, actual, threads, sizes);
                    Assert.True(expected.Span.SequenceEqual(actual.Span), $"{m}×{n}, {sizes}, {threads} threads");
                }
            }
        }
    }

    [Fact]
    public void A_row_has_the_same_bits_among_any_others_on_either_side_of_the_number_that_is_made_of_dot_products()
    {
        int m = 2 * Tile.Rows + 5, n = 3 * Tile.Columns + 1, k = Tile.Depth + 9;
        foreach (var opB in Enum.GetValues<Operand>())
        {
            var a = TestMatrices.Random<T>(m, k, 1);
            var b = opB == Operand.AsIs ? TestMatrices.Random<T>(k, n, 2) : TestMatrices.Random<T>(n, k, 2);
            var dots = opB == Operand.Transposed ? Gemm.DotRows : 0;
            var all = Last(m);
            var few = Last(Math.Max(1, dots));
            for (var count = dots > 0 ? 2 : 1; count <= Tile.Rows + 5; count++)
                Assert.True((count <= dots ? few : all).Span[^(count * n)..].SequenceEqual(Last(count).Span), $"{count} rows");

            Matrix<T> Last(int count)
            {
                var some = new Matrix<T>(count, n);
                Multiply(a.View.RowRange(m - count, count), Operand.AsIs, b, opB, T.One, T.Zero, some, 1, null);
                return some;
            }
        }
    }

    private void Compare(int m, int n, int k, Operand opA, Operand opB, double betaValue)
    {
        var a = new GuardedMatrix<T>(opA == Operand.AsIs ? TestMatrices.Random<T>(m, k, 1) : TestMatrices.Random<T>(k, m, 1));
        var b = new GuardedMatrix<T>(opB == Operand.AsIs ? TestMatrices.Random<T>(k, n, 2) : TestMatrices.Random<T>(n, k, 2));
        T alpha = T.CreateChecked(0.75), beta = T.CreateChecked(betaValue);
        var start = TestMatrices.Random<T>(m, n, 3);
        if (beta == T.Zero)
            start.Span.Fill(T.NaN);
        var c = new GuardedMatrix<T>(start);
        Multiply(a.View, opA, b.View, opB, alpha, beta, c.View, 1, null);

        GemmCheck.AssertClose(a.View, opA, b.View, opB, alpha, beta, start, c.View);
        a.AssertIntact();
        b.AssertIntact();
        c.AssertIntact();
    }
}
