using System.Numerics;
using System.Text.Json;
using System.Xml.Linq;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Cli.Tests.Commands;

public class SvdCommandTests
{
    [Theory]
    [InlineData("householder")]
    [InlineData("jacobi")]
    [InlineData("randomized")]
    public async Task The_factors_are_thin_and_multiply_to_the_matrix(string algorithm)
    {
        await FactorsMultiplyToTheMatrix<double>(algorithm, 1e-14);
        await FactorsMultiplyToTheMatrix<float>(algorithm, 1e-5);
    }

    private static async Task FactorsMultiplyToTheMatrix<T>(string algorithm, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var folder = new CommandFolder();
        var random = new SeededRandom(1);
        var a = Matrix<T>.Create(17, 9, (_, _) => T.CreateTruncating(random.NextGaussian()));
        NpyFile.Write(folder["a.npy"], a.View);
        var run = await CommandRun.Of("svd", folder["a.npy"], "--algorithm", algorithm, "--out", folder["out"], "--json");
        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));

        var (u, s, vt) = (NpyFile.Read<T>(folder["out/U.npy"]), NpyFile.Read<T>(folder["out/S.npy"]), NpyFile.Read<T>(folder["out/Vt.npy"]));
        Assert.Equal(NpyFile.ReadDType(folder["a.npy"]), u.DType);
        Assert.Equal([17, 9], u.Shape);
        Assert.Equal([9], s.Shape);
        Assert.Equal([9, 9], vt.Shape);
        for (var i = 0; i < 17; i++)
            for (var j = 0; j < 9; j++)
            {
                var product = Enumerable.Range(0, 9).Sum(k => double.CreateTruncating(u.Values[i * 9 + k] * s.Values[k] * vt.Values[k * 9 + j]));
                Assert.Equal(double.CreateTruncating(a[i, j]), product, 10 * tolerance);
            }

        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(algorithm, json.RootElement.GetProperty("algorithm").GetString());
        Assert.Equal(9, json.RootElement.GetProperty("rank").GetInt32());
        Assert.InRange(json.RootElement.GetProperty("residual").GetDouble(), 0, tolerance);
    }

    [Fact]
    public async Task A_rank_keeps_the_leading_triplets_and_the_residual_is_the_tail()
    {
        using var folder = new CommandFolder();
        NpyFile.Write(folder["a.npy"], Matrix<double>.Create(4, 4, (i, j) => i == j ? 4 - i : 0).View);
        var run = await CommandRun.Of("svd", folder["a.npy"], "--rank", "2", "--out", folder["out"]);
        Assert.Equal([4, 3], NpyFile.Read<double>(folder["out/S.npy"]).Values.Select(s => Math.Round(s, 12)));
        Assert.Contains("4×4 F64, householder: singular triplets are wanted that are exact to rounding", run.Output, StringComparison.Ordinal);
        Assert.Contains("2 singular values from 4 to 3, in ", run.Output, StringComparison.Ordinal);
        Assert.Contains("‖A − U·diag(S)·Vᵀ‖/‖A‖ = 0.408", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tolerance_finds_the_rank_and_a_suboptimality_is_kept()
    {
        using var folder = new CommandFolder();
        NpyFile.Write(folder["a.npy"], Matrix<double>.Create(40, 30, (i, j) => i == j ? Math.Pow(0.5, i) : 0).View);
        using var found = JsonDocument.Parse((await CommandRun.Of("svd", folder["a.npy"], "--tolerance", "0.01", "--out", folder["out"], "--json")).Output);
        Assert.Equal(("randomized", 7), (found.RootElement.GetProperty("algorithm").GetString(), found.RootElement.GetProperty("rank").GetInt32()));
        Assert.InRange(found.RootElement.GetProperty("residual").GetDouble(), 0, 0.01);

        using var near = JsonDocument.Parse((await CommandRun.Of("svd", folder["a.npy"], "--algorithm", "subspace", "--rank", "2", "--suboptimality", "0.001", "--out", folder["out"], "--json")).Output);
        Assert.InRange(near.RootElement.GetProperty("residual").GetDouble(), 0.25 * (1 - 1e-6), 0.25 * 1.001);
        (await CommandRun.Of("svd", folder["a.npy"], "--algorithm", "jacobi", "--tolerance", "0.1", "--out", folder["out"])).AssertFailed(ExitCodes.Arguments, "--tolerance needs");
        (await CommandRun.Of("svd", folder["a.npy"], "--suboptimality", "-1", "--out", folder["out"])).AssertFailed(ExitCodes.Arguments, "suboptimality of -1");
    }

    [Fact]
    public async Task Values_at_the_ends_of_the_type_are_decomposed_or_refused_in_one_line()
    {
        using var folder = new CommandFolder();
        foreach (var value in new[] { 1e300, 5e-324 })
        {
            NpyFile.Write(folder["a.npy"], Matrix<double>.Create(4, 3, (i, j) => i == j ? value : 0).View);
            using var run = JsonDocument.Parse((await CommandRun.Of("svd", folder["a.npy"], "--out", folder["out"], "--json")).Output);
            Assert.Equal(0, run.RootElement.GetProperty("residual").GetDouble());
            Assert.All(NpyFile.Read<double>(folder["out/S.npy"]).Values, s => Assert.Equal(value, s));
        }
        NpyFile.Write(folder["a.npy"], Matrix<double>.Create(4, 3, (_, _) => double.MaxValue).View);
        (await CommandRun.Of("svd", folder["a.npy"], "--out", folder["out2"])).AssertFailed(ExitCodes.Data, "exceeds the largest number");
    }

    [Fact]
    public async Task The_plot_is_a_drawing_with_the_ranks_of_90_and_99_percent()
    {
        using var folder = new CommandFolder();
        foreach (var (m, n) in new[] { (30, 20), (1, 1), (5000, 1), (2, 0) })
        {
            NpyFile.Write(folder["<a>.npy"], Matrix<double>.Create(m, n, (i, j) => i == j ? Math.Pow(0.5, i) : 0).View);
            var run = await CommandRun.Of("svd", folder["<a>.npy"], "--plot", "--out", folder["out"]);
            Assert.Equal(ExitCodes.Done, run.ExitCode);
            var svg = XDocument.Load(folder["out/spectrum.svg"]);
            Assert.Equal("svg", svg.Root!.Name.LocalName);
            Assert.Contains("<a>.npy", svg.Root.Value, StringComparison.Ordinal);
            if (m == 30)
                Assert.Contains("90 % of ‖A‖² at rank 2", svg.Root.Value, StringComparison.Ordinal);
            Assert.DoesNotContain("NaN", File.ReadAllText(folder["out/spectrum.svg"]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_plot_of_leading_values_counts_energy_against_the_whole_matrix()
    {
        using var folder = new CommandFolder();
        NpyFile.Write(folder["a.npy"], Matrix<double>.Identity(10).View);
        await CommandRun.Of("svd", folder["a.npy"], "--rank", "9", "--plot", "--out", folder["out"]);
        var drawn = File.ReadAllText(folder["out/spectrum.svg"]);
        Assert.Contains("90 % of ‖A‖² at rank 9", drawn, StringComparison.Ordinal);
        Assert.DoesNotContain("99 %", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes_whatever_the_threads()
    {
        using var folder = new CommandFolder();
        var random = new SeededRandom(2);
        NpyFile.Write(folder["a.npy"], Matrix<float>.Create(60, 40, (_, _) => (float)random.NextGaussian()).View);
        foreach (var (seed, threads, output) in new[] { ("7", "1", "one"), ("7", "3", "three"), ("8", "1", "other") })
            Assert.Equal(ExitCodes.Done, (await CommandRun.Of("svd", folder["a.npy"], "--algorithm", "randomized", "--rank", "5", "--seed", seed, "--threads", threads, "--out", folder[output])).ExitCode);
        Assert.Equal(File.ReadAllBytes(folder["one/U.npy"]), File.ReadAllBytes(folder["three/U.npy"]));
        Assert.NotEqual(File.ReadAllBytes(folder["one/U.npy"]), File.ReadAllBytes(folder["other/U.npy"]));
    }

    [Fact]
    public async Task Failures_are_one_line_with_the_right_exit_code_and_write_nothing()
    {
        using var folder = new CommandFolder();
        NpyFile.Write<double>(folder["nan.npy"], [1, 2, double.NaN, 4], 2, 2);
        NpyFile.Write<double>(folder["vector.npy"], [1, 2], 2);
        NpyFile.Write<double>(folder["a.npy"], [1, 2], 1, 2);
        (await CommandRun.Of("svd", folder["nan.npy"], "--out", folder["out"])).AssertFailed(ExitCodes.Data, "Element (1, 0) of the matrix is NaN");
        (await CommandRun.Of("svd", folder["vector.npy"], "--out", folder["out"])).AssertFailed(ExitCodes.Data, "has 1 dimensions");
        (await CommandRun.Of("svd", folder["absent.npy"], "--out", folder["out"])).AssertFailed(ExitCodes.Data, "no such file");
        (await CommandRun.Of("svd", folder["a.npy"], "--algorithm", "magic", "--out", folder["out"])).AssertFailed(ExitCodes.Arguments, "no magic");
        (await CommandRun.Of("svd", folder["a.npy"], "--rank", "2", "--out", folder["out"])).AssertFailed(ExitCodes.Arguments, "at most 1");
        (await CommandRun.Of("svd", folder["a.npy"], "--rank", "0", "--out", folder["out"])).AssertFailed(ExitCodes.Arguments, "at least 1");
        (await CommandRun.Of("svd", folder["a.npy"])).AssertFailed(ExitCodes.Arguments, "--out");
        (await CommandRun.Of("svd", folder["a.npy"], "--out", folder["a.npy"])).AssertFailed(ExitCodes.Data, "cannot be written");
        Assert.False(Directory.Exists(folder["out"]));
    }
}
