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
        SafetensorsWriter.Write(folder["model.safetensors"], [(new TensorSpec("w", TensorDType.F32, 5, 7), weight.View), (new TensorSpec("b", TensorDType.F32, 7), bias.View)], new Dictionary<string, string> { ["by"] = "a \"test\"" });

        using var checkpoint = Checkpoint.Open(folder.Name);
        Assert.Equal(weight.Span.ToArray(), checkpoint.ReadMatrix<float>("w", 5, 7).Span.ToArray());
        Assert.Equal(bias.Span.ToArray(), checkpoint.ReadVector<float>("b", 7));
        Assert.Equal(Array.ConvertAll(weight.Span.ToArray(), x => (double)x), checkpoint.ReadMatrix<double>("w", 5, 7).Span.ToArray());
        Assert.Equal("a \"test\"", checkpoint.Files[0].Metadata["by"]);
        Assert.Equal(["model.safetensors"], Directory.GetFiles(folder.Name).Select(Path.GetFileName));
    }

    [Fact]
    public void Every_type_comes_back_in_any_order_of_writing_and_aligned()
    {
        using var folder = new TemporaryFolder();
        var path = folder["all.safetensors"];
        var types = Enum.GetValues<TensorDType>();
        var random = new SeededRandom(2);
        var content = types.ToDictionary(type => type, type =>
        {
            var bytes = new byte[3 * type.ByteSize()];
            foreach (ref var b in bytes.AsSpan())
                b = (byte)random.Next(256);
            return bytes;
        });
        using (var writer = new SafetensorsWriter(path, types.Select(type => new TensorSpec(type.FormatName(), type, 3, 1))))
        {
            foreach (var type in types.OrderBy(_ => random.NextUInt64()))
            {
                writer.WriteBytes(type.FormatName(), content[type].AsSpan(0, type.ByteSize()));
                writer.WriteBytes(type.FormatName(), content[type].AsSpan(type.ByteSize()));
            }
            writer.Complete();
        }

        using var file = SafetensorsFile.Open(path);
        Assert.Equal(types.Length, file.Tensors.Count);
        foreach (var type in types)
        {
            var info = file.Tensors[type.FormatName()];
            Assert.Equal((type, 3L), (info.DType, info.ElementCount));
            Assert.Equal([3, 1], info.Shape);
            Assert.Equal(0, info.Begin % type.ByteSize());
            Assert.Equal(content[type], file.Bytes(info.Name).ToArray());
        }
    }

    [Fact]
    public void Scalars_and_empty_tensors_are_tensors()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["m.safetensors"],
        [
            (new TensorSpec("scalar", TensorDType.F64), Matrix<double>.Identity(1).View),
            (new TensorSpec("empty", TensorDType.F32, 0, 5), new Matrix<double>(0, 5).View),
            (new TensorSpec("none", TensorDType.F16, 0), new Matrix<double>(1, 0).View),
        ]);
        using var file = SafetensorsFile.Open(folder["m.safetensors"]);
        var value = new double[1];
        file.Read<double>("scalar", value);
        Assert.Equal(1, value[0]);
        Assert.Equal(0, file.Info("empty").ElementCount);
        file.Read("none", Span<float>.Empty);
        Assert.True(file.Bytes("empty").IsEmpty);
    }

    [Fact]
    public void A_file_without_tensors_is_a_file()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write<float>(folder["m.safetensors"], [], new Dictionary<string, string>());
        using var file = SafetensorsFile.Open(folder["m.safetensors"]);
        Assert.Empty(file.Tensors);
        Assert.Equal(0, new FileInfo(folder["m.safetensors"]).Length % 8);
    }

    [Fact]
    public void Tensors_at_odd_addresses_read_right()
    {
        using var folder = new TemporaryFolder();
        var header = System.Text.Encoding.UTF8.GetBytes("""{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"d":{"dtype":"F64","shape":[1500],"data_offsets":[1,12001]},"f":{"dtype":"F32","shape":[1500],"data_offsets":[12001,18001]}}""");
        var bytes = HostileSafetensorsTests.FileOf(header, 18001);
        var expected = new double[1500];
        var random = new SeededRandom(3);
        for (var i = 0; i < 1500; i++)
        {
            expected[i] = (float)random.NextGaussian();
            BitConverter.TryWriteBytes(bytes.AsSpan(8 + header.Length + 1 + 8 * i), expected[i]);
            BitConverter.TryWriteBytes(bytes.AsSpan(8 + header.Length + 12001 + 4 * i), (float)expected[i]);
        }
        using var file = SafetensorsFile.Open(folder.Write("m.safetensors", bytes));
        var (d, f) = (new double[1500], new float[1500]);
        file.Read<double>("f", d);
        Assert.Equal(expected, d);
        file.Read<double>("d", d);
        Assert.Equal(expected, d);
        file.Read<float>("d", f);
        Assert.Equal(expected, Array.ConvertAll(f, x => (double)x));
    }

    [Fact]
    public void Copy_takes_a_tensor_over_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        var random = new SeededRandom(4);
        var a = Matrix<float>.Create(300, 40, (_, _) => (float)random.NextGaussian());
        SafetensorsWriter.Write(folder["a.safetensors"], [(new TensorSpec("w", TensorDType.BF16, 300, 40), a.View)]);
        using var source = SafetensorsFile.Open(folder["a.safetensors"]);
        using (var writer = new SafetensorsWriter(folder["b.safetensors"], [new TensorSpec("w", TensorDType.BF16, 300, 40)], source.Metadata))
        {
            writer.Copy("w", source);
            writer.Complete();
        }
        Assert.Equal(File.ReadAllBytes(folder["a.safetensors"]), File.ReadAllBytes(folder["b.safetensors"]));
        using var other = new SafetensorsWriter(folder["c.safetensors"], [new TensorSpec("w", TensorDType.F32, 300, 40)]);
        Assert.Throws<ArgumentException>(() => other.Copy("w", source));
    }

    [Fact]
    public void An_incomplete_file_never_appears()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new SafetensorsWriter(folder["m.safetensors"], [new TensorSpec("w", TensorDType.F32, 2)]))
        {
            writer.Write<float>("w", [1]);
            Assert.Throws<InvalidOperationException>(writer.Complete);
            Assert.Throws<ArgumentException>(() => writer.Write<float>("w", [1, 2]));
            Assert.Throws<ArgumentException>(() => writer.Write<float>("v", [1]));
        }
        Assert.Empty(Directory.GetFiles(folder.Name));
        Assert.Throws<ArgumentException>(() => new SafetensorsWriter(folder["m.safetensors"], [new TensorSpec("w", TensorDType.F32, 2), new TensorSpec("w", TensorDType.F32, 2)]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder["m.safetensors"], [(new TensorSpec("w", TensorDType.F32, 3), new Matrix<float>(1, 2).View)]));
        Assert.Empty(Directory.GetFiles(folder.Name));
    }
}
