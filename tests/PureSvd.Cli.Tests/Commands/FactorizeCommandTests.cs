using System.Text.Json;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Cli.Tests.Commands;

public sealed class FactorizeCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("puresvd-factorize-").FullName;
    private readonly Matrix<double> _weight;

    public FactorizeCommandTests()
    {
        var random = new SeededRandom(1);
        _weight = Matrix<double>.Create(9, 6, (_, _) => random.NextGaussian());
        NpyFile.Write<double>(At("W.npy"), _weight);
        NpyFile.Write<float>(At("W32.npy"), Matrix<float>.Create(9, 6, (i, j) => (float)_weight[i, j]));
        NpyFile.Write<double>(At("F.npy"), Matrix<double>.Create(9, 6, (i, j) => (i + 1.0) * Math.Pow(10, -j)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Writes_the_factors_in_the_type_of_W_and_reports_the_residual_that_they_have()
    {
        var (exitCode, output, _) = await Run("W.npy", "svd", 3, "--json");
        Assert.Equal(0, exitCode);
        var a = NpyFile.ReadMatrix<double>(At("out/A.npy"));
        var b = NpyFile.ReadMatrix<double>(At("out/B.npy"));
        Assert.Equal((3, 6, 9, 3), (a.Rows, a.Columns, b.Rows, b.Columns));
        var sum = 0.0;
        for (var i = 0; i < 9; i++)
        {
            for (var j = 0; j < 6; j++)
                sum += Math.Pow(_weight[i, j] - Enumerable.Range(0, 3).Sum(k => b[i, k] * a[k, j]), 2);
        }
        using var report = JsonDocument.Parse(output);
        Assert.Equal(Math.Sqrt(sum), report.RootElement.GetProperty("residual").GetDouble(), 1e-12);
        Assert.Equal(TensorDType.F64, NpyFile.ReadDType(At("out/A.npy")));
        Assert.Equal(0, (await Run("W32.npy", "svd", 3)).ExitCode);
        Assert.Equal(TensorDType.F32, NpyFile.ReadDType(At("out/B.npy")));
    }

    [Fact]
    public async Task Gradients_and_their_mean_squares_give_the_same_factors()
    {
        var random = new SeededRandom(2);
        var gradients = Enumerable.Range(0, 4 * 9 * 6).Select(_ => random.NextGaussian()).ToArray();
        NpyFile.Write<double>(At("G.npy"), gradients, 4, 9, 6);
        NpyFile.Write<double>(At("M.npy"), Matrix<double>.Create(9, 6, (i, j) => Enumerable.Range(0, 4).Average(e => Math.Pow(gradients[(e * 9 + i) * 6 + j], 2))));
        Assert.Equal(0, (await Run("W.npy", "fwsvd", 2, "--gradients", At("G.npy"))).ExitCode);
        var (a, b) = (NpyFile.ReadMatrix<double>(At("out/A.npy")), NpyFile.ReadMatrix<double>(At("out/B.npy")));
        Assert.Equal(0, (await Run("W.npy", "fwsvd", 2, "--fisher", At("M.npy"), "--inputs", At("none.npy"))).ExitCode);
        var (a2, b2) = (NpyFile.ReadMatrix<double>(At("out/A.npy")), NpyFile.ReadMatrix<double>(At("out/B.npy")));
        for (var i = 0; i < 9; i++)
        {
            for (var j = 0; j < 6; j++)
                Assert.Equal(b[i, 0] * a[0, j] + b[i, 1] * a[1, j], b2[i, 0] * a2[0, j] + b2[i, 1] * a2[1, j], 1e-10);
        }
    }

    [Theory]
    [InlineData("W.npy", "svd", 0, 2, "from 1 to 6")]
    [InlineData("W.npy", "svd", 7, 2, "from 1 to 6")]
    [InlineData("W.npy", "pca", 1, 2, "svd, fwsvd")]
    [InlineData("W.npy", "fwsvd", 1, 2, "--fisher")]
    [InlineData("none.npy", "svd", 1, 1, "no such file")]
    [InlineData("vector.npy", "svd", 1, 1, "[3]")]
    [InlineData("nan.npy", "svd", 1, 1, "NaN")]
    [InlineData("text.npy", "svd", 1, 1, "text.npy")]
    public async Task A_wrong_call_is_one_line_and_writes_nothing(string weight, string method, int rank, int expected, string message)
    {
        NpyFile.Write<double>(At("vector.npy"), [1.0, 2, 3], 3);
        NpyFile.Write<double>(At("nan.npy"), [1.0, double.NaN, 3, 4], 2, 2);
        File.WriteAllText(At("text.npy"), "hello");
        var run = await Run(weight, method, rank);
        run.AssertFailed(expected, message);
        Assert.False(Directory.Exists(At("out")));
    }

    [Fact]
    public async Task Statistics_of_another_shape_or_below_zero_name_their_file()
    {
        NpyFile.Write<double>(At("small.npy"), new Matrix<double>(2, 2));
        NpyFile.Write<double>(At("negative.npy"), Matrix<double>.Create(9, 6, (_, _) => -1));
        Assert.Contains("[9×6]", (await Run("W.npy", "fwsvd", 1, "--fisher", At("small.npy"))).Error, StringComparison.Ordinal);
        Assert.Contains("negative.npy", (await Run("W.npy", "fwsvd", 1, "--fisher", At("negative.npy"))).Error, StringComparison.Ordinal);
        Assert.Contains("[examples×9×6]", (await Run("W.npy", "fwsvd", 1, "--gradients", At("F.npy"))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_that_would_make_a_wrong_answer_are_refused()
    {
        NpyFile.Write<double>(At("huge.npy"), Enumerable.Repeat(1e200, 54).ToArray(), 1, 9, 6);
        NpyFile.Write<double>(At("nan.npy"), Enumerable.Repeat(double.NaN, 54).ToArray(), 1, 9, 6);
        NpyFile.Write<double>(At("X.npy"), Matrix<double>.Create(7, 6, (i, j) => i - j));
        NpyFile.Write<double>(At("b.npy"), [0, 1, 2, double.NaN, 4, 5, 6, 7, 8], 9);
        foreach (var (method, file) in new[] { ("gfwsvd", "huge.npy"), ("gfwsvd", "nan.npy"), ("fwsvd", "huge.npy"), ("tfwsvd", "nan.npy") })
        {
            var (exitCode, _, error) = await Run("W.npy", method, 2, "--gradients", At(file));
            Assert.Equal(1, exitCode);
            Assert.Contains(file, error, StringComparison.Ordinal);
        }
        Assert.Contains("element 3", (await Run("W.npy", "afm", 2, "--inputs", At("X.npy"), "--bias", At("b.npy"))).Error, StringComparison.Ordinal);
    }

    private Task<CommandRun> Run(string weight, string method, int rank, params string[] more)
        => CommandRun.Of(["factorize", At(weight), "--method", method, "--rank", $"{rank}", "--out", At("out"), .. more]);

    private string At(string file) => Path.Combine(_folder, file);
}
