using System.Text;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Tests.Storage;

public class NpyFileTests
{
    [Fact]
    public void A_matrix_comes_back_as_it_was_written()
    {
        using var folder = new TemporaryFolder();
        var random = new SeededRandom(2);
        foreach (var (m, n) in new[] { (11, 3), (1, 1), (0, 4), (4, 0), (700, 33) })
        {
            var a = Matrix<double>.Create(m, n, (_, _) => random.NextGaussian());
            NpyFile.Write(folder["a.npy"], a.View);
            var read = NpyFile.Read<double>(folder["a.npy"]);
            Assert.Equal([m, n], read.Shape);
            Assert.Equal(TensorDType.F64, read.DType);
            Assert.Equal(a.Span.ToArray(), read.Values);
            Assert.Equal(a.Span.ToArray(), NpyFile.ReadMatrix<double>(folder["a.npy"]).Span.ToArray());
            Assert.Equal(0, (new FileInfo(folder["a.npy"]).Length - m * n * 8) % 64);
        }
    }

    [Fact]
    public void Arrays_of_any_dimension_come_back()
    {
        using var folder = new TemporaryFolder();
        foreach (var shape in new int[][] { [], [5], [2, 3], [2, 3, 4], [0], [3, 0, 2], [1, 1, 1, 6] })
        {
            var values = Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i + 0.5f).ToArray();
            NpyFile.Write<float>(folder["a.npy"], values, shape);
            var read = NpyFile.Read<float>(folder["a.npy"]);
            Assert.Equal(shape, read.Shape);
            Assert.Equal(values, read.Values);
        }
        Assert.Equal((6, 4), ShapeOf(folder, [2, 3, 4]));
        Assert.Equal((1, 5), ShapeOf(folder, [5]));
        Assert.Equal((1, 1), ShapeOf(folder, []));
        Assert.Throws<ArgumentException>(() => NpyFile.Write<float>(folder["a.npy"], [1, 2], 3));
    }

    [Fact]
    public void A_header_is_what_numpy_writes()
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write<float>(folder["a.npy"], [1, 2], 2);
        NpyFile.Write<double>(folder["b.npy"], [1, 2], 1, 2);
        NpyFile.Write<double>(folder["c.npy"], [1]);
        Assert.Equal("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", HeaderOf(folder["a.npy"]));
        Assert.Equal("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }", HeaderOf(folder["b.npy"]));
        Assert.Equal("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", HeaderOf(folder["c.npy"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fortran_order_and_every_version_are_read(byte version)
    {
        using var folder = new TemporaryFolder();
        // Element (i, j, k) is 100·i + 10·j + k; the first index runs fastest.
        var values = from k in Enumerable.Range(0, 4) from j in Enumerable.Range(0, 3) from i in Enumerable.Range(0, 2) select (float)(100 * i + 10 * j + k);
        folder.Write("a.npy", FileOf("{'fortran_order': True, 'shape': (2L, 3, 4), 'descr': \"<f4\"}", version, [.. values.SelectMany(BitConverter.GetBytes)]));
        var read = NpyFile.Read<double>(folder["a.npy"]);
        Assert.Equal([2, 3, 4], read.Shape);
        Assert.Equal(TensorDType.F32, read.DType);
        Assert.Equal(from i in Enumerable.Range(0, 2) from j in Enumerable.Range(0, 3) from k in Enumerable.Range(0, 4) select (double)(100 * i + 10 * j + k), read.Values);
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", 8, "big-endian")]
    [InlineData("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", 16, "'<i8'")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 16, "'|O'")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", 8, "records")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 8, "truncated")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 8, "too long")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000,2000000000), }", 8, "more elements than an array holds")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000,), }", 8, "truncated")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8, "cannot be understood")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", 8, "cannot be understood")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }", 8, "cannot be understood")]
    [InlineData("{'descr': '<f4', 'shape': (2,), }", 8, "cannot be understood")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8, "cannot be understood")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x", 8, "cannot be understood")]
    [InlineData("{'descr': '<f4", 8, "cannot be understood")]
    [InlineData("", 8, "cannot be understood")]
    public void A_faulty_header_is_refused_by_what_is_wrong(string header, int dataLength, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.npy", FileOf(header, 1, new byte[dataLength]));
        var fault = Assert.Throws<InputDataException>(() => NpyFile.Read<float>(folder["a.npy"]));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.StartsWith(folder["a.npy"], fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_npy_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        foreach (var bytes in new byte[][] { [], "PK\u0003\u0004 a zip file"u8.ToArray(), [0x93, .. "NUMPY"u8, 9, 0, 1, 0], [0x93, .. "NUMPY"u8, 1, 0, 255, 255], [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255], [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255] })
        {
            folder.Write("a.npy", bytes);
            Assert.Throws<InputDataException>(() => NpyFile.Read<float>(folder["a.npy"]));
        }
        Assert.Throws<InputDataException>(() => NpyFile.Read<float>(folder["absent.npy"]));
    }

    [Fact]
    public void Random_damage_gives_an_array_or_the_typed_exception()
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write<double>(folder["a.npy"], [1, 2, 3, 4, 5, 6], 2, 3);
        var whole = File.ReadAllBytes(folder["a.npy"]);
        var random = new SeededRandom(8);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 4000; i++)
        {
            var bytes = (byte[])whole.Clone();
            for (var flips = 1 + random.Next(3); flips > 0; flips--)
                bytes[random.Next(80)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"0123456789(),'<f{}"[random.Next(18)];
            if (random.Next(8) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                Assert.InRange(NpyFile.Read<float>(folder.Write("b.npy", bytes)).Values.Length, 0, 48);
                read++;
            }
            catch (InputDataException)
            {
                refused++;
            }
        }
        Assert.InRange(read, 20, 3980);
        Assert.Equal(4000, read + refused);
    }

    private static (int Rows, int Columns) ShapeOf(TemporaryFolder folder, int[] shape)
    {
        NpyFile.Write<float>(folder["s.npy"], new float[shape.Aggregate(1, (a, b) => a * b)], shape);
        var matrix = NpyFile.ReadMatrix<float>(folder["s.npy"]);
        return (matrix.Rows, matrix.Columns);
    }

    private static string HeaderOf(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return Encoding.ASCII.GetString(bytes, 10, BitConverter.ToUInt16(bytes, 8)).TrimEnd(' ', '\n');
    }

    private static byte[] FileOf(string header, byte version, byte[] data)
        => [0x93, .. "NUMPY"u8, version, 0, .. version == 1 ? BitConverter.GetBytes((ushort)header.Length) : BitConverter.GetBytes(header.Length), .. Encoding.ASCII.GetBytes(header), .. data];
}
