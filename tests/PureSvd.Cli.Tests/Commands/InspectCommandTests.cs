using System.Text.Json;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Cli.Tests.Commands;

public class InspectCommandTests
{
    [Fact]
    public async Task Json_has_every_tensor_and_the_spectra_of_the_matrices()
    {
        using var folder = new CommandFolder();
        WriteModel(folder);
        var run = await CommandRun.Of("inspect", folder.Name, "--json");
        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(34, json.RootElement.GetProperty("parameters").GetInt64());
        Assert.Equal(30 * 4 + 4 * 8, json.RootElement.GetProperty("bytes").GetInt64());
        var tensors = json.RootElement.GetProperty("tensors").EnumerateArray().ToArray();
        Assert.Equal(["layer.2.weight", "layer.10.bias", "layer.10.weight"], tensors.Select(t => t.GetProperty("name").GetString()));
        Assert.Equal(JsonValueKind.Null, tensors[1].GetProperty("spectrum").ValueKind);
        var identity = tensors[0].GetProperty("spectrum");
        Assert.Equal(4, identity.GetProperty("effective_rank").GetDouble(), 1e-5);
        Assert.Equal(4, identity.GetProperty("stable_rank").GetDouble(), 1e-5);
        Assert.Equal((4, 4), (identity.GetProperty("rank_90").GetInt32(), identity.GetProperty("rank_99").GetInt32()));
        var ones = tensors[2].GetProperty("spectrum");
        Assert.Equal(Math.Sqrt(10), ones.GetProperty("singular_values")[0].GetDouble(), 1e-5);
        Assert.Equal((1, 2), (ones.GetProperty("rank_99").GetInt32(), ones.GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task The_table_has_a_row_a_tensor_and_the_sum()
    {
        using var folder = new CommandFolder();
        WriteModel(folder);
        var run = await CommandRun.Of("inspect", folder["model.safetensors"]);
        Assert.Contains("layer.10.weight", run.Output, StringComparison.Ordinal);
        Assert.Contains("1.0 of 2", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("3 tensors, 34 parameters, 152 bytes\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("1.0 of 2", (await CommandRun.Of("inspect", folder.Name, "--no-spectra")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_are_one_line_with_the_right_exit_code()
    {
        using var folder = new CommandFolder();
        (await CommandRun.Of("inspect", folder.Name)).AssertFailed(ExitCodes.Data, "neither model.safetensors nor");
        SafetensorsWriter.Write(folder["model.safetensors"], [(new TensorSpec("w", TensorDType.F32, 2, 2), Matrix<float>.Create(2, 2, (_, _) => float.NaN).View)]);
        (await CommandRun.Of("inspect", folder.Name)).AssertFailed(ExitCodes.Data, "tensor 'w'");
        File.WriteAllBytes(folder["model.safetensors"], File.ReadAllBytes(folder["model.safetensors"])[..^1]);
        (await CommandRun.Of("inspect", folder.Name)).AssertFailed(ExitCodes.Data, "truncated");
        (await CommandRun.Of("inspect")).AssertFailed(ExitCodes.Arguments, "inspect");
    }

    private static void WriteModel(CommandFolder folder)
    {
        using var writer = new SafetensorsWriter(folder["model.safetensors"],
            [new TensorSpec("layer.10.weight", TensorDType.F32, 2, 5), new TensorSpec("layer.10.bias", TensorDType.F64, 4), new TensorSpec("layer.2.weight", TensorDType.F32, 4, 5)]);
        writer.Write<float>("layer.10.weight", Matrix<float>.Create(2, 5, (_, _) => 1));
        writer.Write<double>("layer.10.bias", [1, 2, 3, 4]);
        writer.Write<float>("layer.2.weight", Matrix<float>.Create(4, 5, (i, j) => i == j ? 1 : 0));
        writer.Complete();
    }
}
