using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Tests.Storage;

public class SafetensorsRoundTripTests
{
    [Fact]
    public void Matrices_vectors_and_metadata_come_back_as_they_were_written()
    {
        using var folder = new TemporaryFolder();
        var random = new SeededRandom(1);
        var weight = Matrix<float>.Create(5, 7, (_, _) => (float)random.NextGaussian());
        var bias = Matrix<float>.Create(1, 7, (_, _) => (float)random.NextGaussian());
        var path = folder["model.safetensors"];
        SafetensorsWriter.Write(path, [(new TensorSpec("w", TensorDType.F32, 5, 7), weight.View), (new TensorSpec("b", TensorDType.F32, 7), bias.View)], new Dictionary<string, string> { ["by"] = "a \"test\"" });

        using var checkpoint = Checkpoint.Open(folder.Name);
        Assert.Equal(weight.Span.ToArray(), checkpoint.ReadMatrix<float>("w", 5, 7).Span.ToArray());
        Assert.Equal(bias.Span.ToArray(), checkpoint.ReadVector<float>("b", 7));
        Assert.Equal(Array.ConvertAll(weight.Span.ToArray(), x => (double)x), checkpoint.ReadMatrix<double>("w", 5, 7).Span.ToArray());
        Assert.Equal("a \"test\"", checkpoint.Files[0].Metadata["by"]);
        Assert.Equal(["model.safetensors"], Directory.GetFiles(folder.Name).Select(Path.GetFileName));
    }

    [Fact]
    public void A_wrong_shape_names_the_file_the_tensor_and_both_shapes()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["model.safetensors"], [(new TensorSpec("w", TensorDType.F32, 2, 3), new Matrix<float>(2, 3).View)]);
        using var checkpoint = Checkpoint.Open(folder.Name);
        var fault = Assert.Throws<InputDataException>(() => checkpoint.ReadMatrix<float>("w", 3, 2));
        Assert.Contains("model.safetensors", fault.Message, StringComparison.Ordinal);
        Assert.Contains("'w'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("[2×3]", fault.Message, StringComparison.Ordinal);
        Assert.Contains("[3×2]", fault.Message, StringComparison.Ordinal);
    }
}
