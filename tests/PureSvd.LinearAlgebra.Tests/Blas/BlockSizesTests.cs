namespace PureSvd.LinearAlgebra.Tests.Blas;

public sealed class BlockSizesTests
{
    [Fact]
    public void The_caches_are_read_where_the_system_tells_them()
    {
        var folder = Directory.CreateTempSubdirectory("caches").FullName;
        try
        {
            Write(0, "1", "Data", "48K");
            Write(1, "1", "Instruction", "32K");
            Write(2, "2", "Unified", "2048K\n");
            Write(3, "3", "Unified", "96M");
            Assert.Equal(new CacheSizes(2 << 20, 96 << 20), CacheSizes.Read(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        void Write(int index, string level, string type, string size)
        {
            var cache = Directory.CreateDirectory(Path.Combine(folder, $"index{index}")).FullName;
            File.WriteAllText(Path.Combine(cache, "level"), level + "\n");
            File.WriteAllText(Path.Combine(cache, "type"), type + "\n");
            File.WriteAllText(Path.Combine(cache, "size"), size);
        }
    }

    [Fact]
    public void What_the_system_does_not_tell_or_garbles_is_typical()
    {
        var folder = Directory.CreateTempSubdirectory("caches").FullName;
        try
        {
            Assert.Equal(CacheSizes.Typical, CacheSizes.Read(Path.Combine(folder, "absent")));
            var cache = Directory.CreateDirectory(Path.Combine(folder, "index2")).FullName;
            File.WriteAllText(Path.Combine(cache, "level"), "2");
            Assert.Equal(CacheSizes.Typical, CacheSizes.Read(folder));
            foreach (var size in (string[])["", "K", "-1K", "many", "99999999999999999999K", "9223372036854775807M"])
            {
                File.WriteAllText(Path.Combine(cache, "size"), size);
                Assert.Equal(CacheSizes.Typical, CacheSizes.Read(folder));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Any_caches_give_blocks_that_fit_them_and_at_least_a_tile()
    {
        foreach (var second in (long[])[1, 128 << 10, 512 << 10, 1 << 20, 4 << 20, long.MaxValue])
        {
            foreach (var third in (long[])[1, 4 << 20, 32 << 20, 1L << 30, long.MaxValue])
            {
                var sizes = BlockSizes.For(sizeof(float), 512, new CacheSizes(second, third));
                Assert.InRange(sizes.Rows, 12, 1024);
                Assert.InRange(sizes.Columns, 256, 16384);
                Assert.True(sizes.Rows == 12 || sizes.Rows * 512L * sizeof(float) <= second, $"{sizes} in {second} bytes");
                Assert.True(sizes.Columns == 256 || sizes.Columns * 512L * sizeof(float) <= third, $"{sizes} in {third} bytes");
            }
        }
    }

    [Fact]
    public void The_sizes_of_the_caches_change_no_bit()
    {
        const int M = 300, N = 700, K = 1100;
        var a = TestMatrices.Random<float>(M, K, 1);
        var b = TestMatrices.Random<float>(K, N, 2);
        var expected = Product(CacheSizes.Typical, 1);
        foreach (var caches in (CacheSizes[])[new(1, 1), new(128 << 10, 1 << 20), new(512 << 10, 8 << 20), new(1 << 30, 1 << 30), CacheSizes.OfThisMachine])
        {
            foreach (var threads in (int[])[1, 3])
                Assert.True(expected.Span.SequenceEqual(Product(caches, threads).Span), $"{caches}, {threads} threads");
        }

        Matrix<float> Product(CacheSizes caches, int threads)
        {
            var c = new Matrix<float>(M, N);
            Gemm.Multiply<float, GemmMicroKernel256<float>>(a, Operand.AsIs, b, Operand.AsIs, 1, 0, c, new Parallelism(threads), BlockSizes.For(sizeof(float), GemmMicroKernel256<float>.Depth, caches));
            return c;
        }
    }
}
