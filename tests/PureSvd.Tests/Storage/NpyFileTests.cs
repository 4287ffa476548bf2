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
        var a = Matrix<double>.Create(11, 3, (_, _) => random.NextGaussian());
        NpyFile.Write(folder["a.npy"], a.View);
        var read = NpyFile.Read<double>(folder["a.npy"]);
        Assert.Equal([11, 3], read.Shape);
        Assert.Equal(a.Span.ToArray(), read.Values);
        Assert.Equal(0, (new FileInfo(folder["a.npy"]).Length - 11 * 3 * 8) % 64);
    }
}
