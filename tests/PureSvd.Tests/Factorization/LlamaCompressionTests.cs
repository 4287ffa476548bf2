using System.Text.Json;
using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;
using PureSvd.Tests.Storage;

namespace PureSvd.Tests.Factorization;

/// <summary>Compression of a Llama checkpoint from its files alone, no model in memory.</summary>
public class LlamaCompressionTests
{
    [Fact]
    public void The_target_linears_are_factored_in_their_precision_and_all_else_is_copied_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        Save(folder["source"]);
        var targets = CheckpointCompressor.ReadTargets(folder["source"]);
        Assert.Equal(14, targets.Count);
        var plan = UniformAllocation.Allocate(targets, 0.3);
        var manifest = CheckpointCompressor.Compress(folder["source"], plan, new CheckpointCompression { Method = new PlainSvd() }, folder["out"]);

        using var source = Checkpoint.Open(folder["source"]);
        using var output = Checkpoint.Open(folder["out"]);
        foreach (var (name, info) in source.Tensors)
        {
            if (plan.Factored.Any(l => l.Target.Name + ".weight" == name))
            {
                var stem = name[..^".weight".Length];
                Assert.Equal(TensorDType.BF16, output.Tensors[stem + ".a.weight"].DType);
                Assert.Equal(info.Shape[0], output.Tensors[stem + ".b.weight"].Shape[0]);
                Assert.False(output.Contains(name));
            }
            else
            {
                Assert.True(source.FileOf(name).Bytes(name).SequenceEqual(output.FileOf(name).Bytes(name)), name);
            }
        }
        using var config = JsonDocument.Parse(File.ReadAllText(folder["out/config.json"]));
        Assert.Equal("puresvd-llama", config.RootElement.GetProperty("model_type").GetString());
        Assert.Equal(16, config.RootElement.GetProperty("hidden_size").GetInt32());
        Assert.All(manifest.Reports.Values, r => Assert.InRange(r.UnroundedResidual!.Value / r.ObjectiveNorm - r.RelativeOptimum, -1e-6, 1e-6));
    }

    [Fact]
    public void Stored_dense_it_keeps_its_type_and_the_names_of_its_tensors()
    {
        using var folder = new TemporaryFolder();
        Save(folder["source"]);
        var plan = UniformAllocation.Allocate(CheckpointCompressor.ReadTargets(folder["source"]), 0.3);
        CheckpointCompressor.Compress(folder["source"], plan, new CheckpointCompression { Method = new PlainSvd(), StoreDense = true }, folder["out"]);
        Assert.Equal(File.ReadAllText(folder["source/config.json"]), File.ReadAllText(folder["out/config.json"]));
        using var source = Checkpoint.Open(folder["source"]);
        using var output = Checkpoint.Open(folder["out"]);
        Assert.Equal(source.Tensors.Keys.Order(), output.Tensors.Keys.Order());
    }

    private static void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "config.json"), """
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 16, "intermediate_size": 40, "num_hidden_layers": 2,
             "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 30, "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "hidden_act": "silu"}
            """);
        var random = new SeededRandom(4);
        var tensors = new List<(TensorSpec, MatrixView<float>)>();
        void Add(string name, int rows, int columns)
            => tensors.Add((new TensorSpec(name, TensorDType.BF16, rows == 1 ? [columns] : [rows, columns]), Matrix<float>.Create(rows, columns, (_, _) => (float)random.NextGaussian()).View));
        Add("model.embed_tokens.weight", 30, 16);
        for (var layer = 0; layer < 2; layer++)
        {
            var block = $"model.layers.{layer}.";
            Add(block + "self_attn.q_proj.weight", 16, 16);
            Add(block + "self_attn.k_proj.weight", 8, 16);
            Add(block + "self_attn.v_proj.weight", 8, 16);
            Add(block + "self_attn.o_proj.weight", 16, 16);
            Add(block + "mlp.gate_proj.weight", 40, 16);
            Add(block + "mlp.up_proj.weight", 40, 16);
            Add(block + "mlp.down_proj.weight", 16, 40);
            Add(block + "input_layernorm.weight", 1, 16);
            Add(block + "post_attention_layernorm.weight", 1, 16);
        }
        Add("model.norm.weight", 1, 16);
        Add("lm_head.weight", 30, 16);
        SafetensorsWriter.Write<float>(Path.Combine(directory, "model.safetensors"), tensors);
    }
}
