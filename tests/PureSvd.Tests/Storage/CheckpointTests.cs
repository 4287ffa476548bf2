using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Tests.Storage;

public class CheckpointTests
{
    [Fact]
    public void Shards_read_as_one_checkpoint()
    {
        using var folder = new TemporaryFolder();
        WriteShard(folder, "model-1.safetensors", "a", "b");
        WriteShard(folder, "model-2.safetensors", "c");
        folder.Write("model.safetensors.index.json", """{"metadata":{"total_size":24},"weight_map":{"a":"model-1.safetensors","b":"model-1.safetensors","c":"model-2.safetensors"}}""");
        using var checkpoint = Checkpoint.Open(folder.Name);
        Assert.Equal(["a", "b", "c"], checkpoint.Tensors.Keys.Order());
        Assert.Equal('c', checkpoint.ReadVector<float>("c", 2)[0]);
        Assert.True(checkpoint.Contains("a"));
        Assert.False(checkpoint.Contains("d"));
        Assert.Equal(2, checkpoint.Files.Count);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"model-1.safetensors"}}""", "does not list it")]
    [InlineData("""{"weight_map":{"a":"model-1.safetensors","b":"model-9.safetensors"}}""", "no such file")]
    [InlineData("""{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors","c":"model-2.safetensors"}}""", "does not hold the tensor")]
    [InlineData("""{"weight_map":{"a":"../model-1.safetensors"}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"a":"..\\model-1.safetensors"}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"a":".."}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"a":""}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"a":"x\u0000"}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"a":5}}""", "no file name")]
    [InlineData("""{"weight_map":{"a":"model-1.safetensors","a":"model-1.safetensors"}}""", "twice")]
    [InlineData("""{"weight_map":[]}""", "no object weight_map")]
    [InlineData("""{}""", "no object weight_map")]
    [InlineData("""[]""", "no object weight_map")]
    [InlineData("""{"weight_map":""", "not valid JSON")]
    [InlineData("", "not valid JSON")]
    public void A_faulty_index_is_refused_by_what_is_wrong(string index, string expected)
    {
        using var folder = new TemporaryFolder();
        WriteShard(folder, "model-1.safetensors", "a", "b");
        WriteShard(folder, "model-2.safetensors", "c");
        folder.Write("model.safetensors.index.json", index);
        var fault = Assert.Throws<InputDataException>(() => Checkpoint.Open(folder.Name));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_in_two_shards_is_refused()
    {
        using var folder = new TemporaryFolder();
        WriteShard(folder, "model-1.safetensors", "a", "c");
        WriteShard(folder, "model-2.safetensors", "b", "c");
        folder.Write("model.safetensors.index.json", """{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors","c":"model-2.safetensors"}}""");
        Assert.Contains("says it is in model-2.safetensors", Assert.Throws<InputDataException>(() => Checkpoint.Open(folder.Name)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_shape_names_the_file_the_tensor_and_both_shapes()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["model.safetensors"], [(new TensorSpec("w", TensorDType.F32, 2, 3), new Matrix<float>(2, 3).View)]);
        using var checkpoint = Checkpoint.Open(folder.Name);
        foreach (var part in new[] { "model.safetensors", "'w'", "[2×3]", "[3×2]", "config.json" })
            Assert.Contains(part, Assert.Throws<InputDataException>(() => checkpoint.ReadMatrix<float>("w", 3, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("[6]", Assert.Throws<InputDataException>(() => checkpoint.ReadVector<float>("w", 6)).Message, StringComparison.Ordinal);
        Assert.Contains("'v'", Assert.Throws<InputDataException>(() => checkpoint.ReadVector<float>("v", 6)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_weights_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("neither model.safetensors nor", Assert.Throws<InputDataException>(() => Checkpoint.Open(folder.Name)).Message, StringComparison.Ordinal);
        folder.Write("pytorch_model.bin", "x");
        Assert.Contains("save_pretrained", Assert.Throws<InputDataException>(() => Checkpoint.Open(folder.Name)).Message, StringComparison.Ordinal);
        Assert.Contains("no such directory", Assert.Throws<InputDataException>(() => Checkpoint.Open(folder["absent"])).Message, StringComparison.Ordinal);
    }

    private static void WriteShard(TemporaryFolder folder, string file, params string[] names)
        => SafetensorsWriter.Write(folder[file], [.. names.Select(name => (new TensorSpec(name, TensorDType.F32, 2), Matrix<float>.Create(1, 2, (_, _) => name[0]).View))]);
}
