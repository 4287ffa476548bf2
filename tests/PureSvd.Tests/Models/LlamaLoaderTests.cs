using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Tests.Models;

/// <summary>What loads, in which precision, and what is refused, in one line that names it.</summary>
public sealed class LlamaLoaderTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";
    private readonly string _directory = Directory.CreateTempSubdirectory("puresvd-llama-").FullName;
    private readonly LlamaModel<float> _model = LlamaTestModels.Model<float>(LlamaTestModels.Config("biases"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(TensorDType.F32, false)]
    [InlineData(TensorDType.F32, true)]
    [InlineData(TensorDType.F16, false)]
    [InlineData(TensorDType.BF16, true)]
    [InlineData(TensorDType.BF16, false)]
    public void Mapped_weights_give_what_their_widened_copies_give(TensorDType type, bool lowRank)
    {
        var model = lowRank ? LlamaTestModels.LowRank(_model, 3) : _model;
        model.Save(_directory, type);
        var mapped = LlamaModel<float>.Load(_directory);
        var copied = LlamaModel<float>.Load(_directory, WeightStorage.Copied);
        Assert.All(mapped.TargetLinears, t => Assert.IsType<StoredLinear>(t.Linear));
        Assert.Equal(lowRank, mapped.TargetLinears[0].Linear.IsFactored);
        Assert.Equal(copied.ParameterCount, mapped.ParameterCount);
        Assert.Equal(copied.ParameterCount, model.ParameterCount);
        Assert.Equal(LlamaTestModels.Logits(copied, LlamaTestModels.Batch), LlamaTestModels.Logits(mapped, LlamaTestModels.Batch));
        foreach (var (m, c) in mapped.TargetLinears.Zip(copied.TargetLinears))
            Assert.Equal(c.Linear.ToDense().Span, m.Linear.ToDense().Span);
    }

    [Fact]
    public void A_mapped_model_outlives_every_name_of_its_checkpoint()
    {
        _model.Save(_directory);
        var mapped = LlamaModel<float>.Load(_directory);
        var expected = LlamaTestModels.Logits(_model, LlamaTestModels.Batch);
        File.Delete(Path.Combine(_directory, "model.safetensors"));
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal(expected, LlamaTestModels.Logits(mapped, LlamaTestModels.Batch));
    }

    [Fact]
    public void A_mapped_model_saves_its_weights_bit_for_bit_and_is_not_trained()
    {
        _model.Save(_directory, TensorDType.BF16);
        var mapped = LlamaModel<float>.Load(_directory);
        var copy = Path.Combine(_directory, "copy");
        mapped.Save(copy);
        using (var source = Checkpoint.Open(_directory))
        using (var saved = Checkpoint.Open(copy))
            foreach (var name in source.Tensors.Where(t => t.Value.Shape.Length == 2).Select(t => t.Key))
            {
                Assert.Equal(TensorDType.BF16, saved.Tensors[name].DType);
                Assert.True(source.FileOf(name).Bytes(name).SequenceEqual(saved.FileOf(name).Bytes(name)), name);
            }
        Assert.Equal(LlamaTestModels.Logits(mapped, LlamaTestModels.Batch), LlamaTestModels.Logits(LlamaModel<float>.Load(copy), LlamaTestModels.Batch));
        var batch = LlamaTestModels.Batch;
        Assert.Contains("copied weights", Assert.Throws<InvalidOperationException>(() => mapped.CreateSession().LossAndGradients(batch, batch.NextIds(), [], 1, new Gradients<float>(mapped.Parameters), Parallelism.Serial)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_and_names_without_prefix_are_the_same_model()
    {
        var tied = LlamaTestModels.Model<float>(LlamaTestModels.Config("tied"));
        tied.Save(_directory);
        WriteShards(tied, 3, name => name["model.".Length..]);
        Assert.Equal(LlamaTestModels.Logits(tied, LlamaTestModels.Batch), LlamaTestModels.Logits(LlamaModel<float>.Load(_directory), LlamaTestModels.Batch));
    }

    [Fact]
    public void A_tied_head_ignores_a_stored_one()
    {
        var tied = LlamaTestModels.Model<float>(LlamaTestModels.Config("tied"));
        tied.Save(_directory);
        var head = new Matrix<float>(17, 12);
        Write(tied, extra: ("lm_head.weight", head));
        Assert.Equal(LlamaTestModels.Logits(tied, LlamaTestModels.Batch), LlamaTestModels.Logits(LlamaModel<float>.Load(_directory), LlamaTestModels.Batch));
    }

    [Theory]
    [InlineData("\"hidden_size\": 12", "\"hidden_size\": 16", "[17×12]", "[17×16]")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", "2 layers", "num_hidden_layers")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "model.layers.2", "missing")]
    [InlineData("\"num_key_value_heads\": 1", "\"num_key_value_heads\": 2", "[4×12]", "[8×12]")]
    [InlineData("\"num_key_value_heads\": 1", "\"num_key_value_heads\": 3", "num_key_value_heads", "divide")]
    [InlineData("\"head_dim\": 4", "\"head_dim\": 3", "head_dim", "even")]
    [InlineData("\"head_dim\": 4", "\"head_dim\": 6", "[16×12]", "[24×12]")]
    [InlineData("\"intermediate_size\": 20", "\"intermediate_size\": 21", "[20×12]", "[21×12]")]
    [InlineData("\"vocab_size\": 17", "\"vocab_size\": 18", "[17×12]", "[18×12]")]
    [InlineData("\"vocab_size\": 17", "\"vocab_size\": 0", "vocab_size", "positive")]
    [InlineData("\"attention_bias\": true", "\"attention_bias\": false", "q_proj.bias", "no bias")]
    [InlineData("\"mlp_bias\": true", "\"mlp_bias\": 1", "mlp_bias", "true or false")]
    [InlineData("\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\"", "gelu", "silu")]
    [InlineData("\"model_type\": \"llama\"", "\"model_type\": \"qwen2\"", "qwen2", "mistral")]
    [InlineData("\"model_type\": \"llama\"", "\"model_type\": \"llama\", \"quantization_config\": {\"quant_method\": \"gptq\"}", "gptq", "bfloat16")]
    [InlineData("\"rope_scaling\": null", "\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4}", "yarn", "llama3")]
    [InlineData("\"rope_scaling\": null", "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 4}", "rope_scaling.type", "dynamic")]
    [InlineData("\"rope_scaling\": null", "\"rope_scaling\": {\"type\": \"linear\"}", "rope_scaling.factor", "missing")]
    [InlineData("\"rope_scaling\": null", "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 4, \"high_freq_factor\": 1, \"original_max_position_embeddings\": 32}", "high_freq_factor", "above")]
    [InlineData("\"rope_theta\": 10000", "\"rope_theta\": -1", "rope_theta", "at least 1")]
    [InlineData("\"eos_token_id\": 2", "\"eos_token_id\": \"x\"", "eos_token_id", "token id")]
    [InlineData("{", "{ ,", "config.json", "JSON")]
    public void A_configuration_that_disagrees_is_named_with_what_it_disagrees_with(string old, string now, string first, string second)
    {
        _model.Save(_directory);
        EditConfig(old, now);
        AssertRefused(first, second);
    }

    [Fact]
    public void An_architecture_without_a_type_is_refused_by_its_name()
    {
        _model.Save(_directory);
        EditConfig("\"model_type\": \"llama\"", "\"model_type\": null");
        EditConfig("LlamaForCausalLM", "FalconForCausalLM");
        var message = Assert.Throws<InputDataException>(() => TransformerModel<float>.Load(_directory)).Message;
        Assert.Contains("FalconForCausalLM", message, StringComparison.Ordinal);
        EditConfig("FalconForCausalLM", "LlamaForCausalLM");
        Assert.IsType<LlamaModel<float>>(TransformerModel<float>.Load(_directory));
    }

    [Fact]
    public void Without_a_type_and_an_architecture_the_tensors_decide()
    {
        LlamaTestModels.Model<float>(LlamaTestModels.Config("tied")).Save(_directory);
        EditConfig("\"model_type\": \"llama\"", "\"model_type\": null");
        EditConfig("\"architectures\"", "\"names\"");
        Assert.IsType<LlamaModel<float>>(TransformerModel<float>.Load(_directory));
        Assert.True(CheckpointLayout.Read(_directory).IsCausal);
    }

    [Fact]
    public void Tensors_that_a_llama_does_not_have_are_not_taken_for_one()
    {
        _model.Save(_directory);
        EditConfig("\"model_type\": \"llama\"", "\"model_type\": null");
        EditConfig("\"architectures\"", "\"names\"");
        AssertRefused("model_type", "Add model_type");
    }

    [Fact]
    public void Both_places_of_the_rotary_base_and_several_ends_are_read()
    {
        _model.Save(_directory);
        EditConfig("\"rope_theta\": 10000", "\"rope_parameters\": {\"rope_type\": \"llama3\", \"rope_theta\": 5000, \"factor\": 8, \"low_freq_factor\": 1, \"high_freq_factor\": 4, \"original_max_position_embeddings\": 64}");
        EditConfig("\"eos_token_id\": 2", "\"eos_token_id\": [3, 5]");
        var config = LlamaModel<float>.Load(_directory).Config;
        Assert.Equal(5000, config.RopeTheta);
        Assert.Equal(new RotaryScaling(RotaryScalingKind.Llama3, 8, 1, 4, 64), config.RopeScaling);
        Assert.Equal([3, 5], config.EosTokenIds);
        LlamaModel<float>.Load(_directory).Save(Path.Combine(_directory, "copy"));
        Assert.Equal(config with { Original = null, EosTokenIds = [] }, LlamaModel<float>.Load(Path.Combine(_directory, "copy")).Config with { Original = null, EosTokenIds = [] });
    }

    [Fact]
    public void A_sliding_window_bounds_the_context_where_it_would_take_effect()
    {
        _model.Save(_directory);
        EditConfig("\"hidden_act\"", "\"sliding_window\": 8, \"hidden_act\"");
        var model = LlamaModel<float>.Load(_directory);
        Assert.Equal(8, model.ContextLength);
        Assert.Contains("context of 8", Assert.Throws<ArgumentException>(() => model.CreateSession().Forward(TokenBatch.FromIds(new int[9]), Parallelism.Serial)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_head_is_named_unless_it_is_tied()
    {
        _model.Save(_directory);
        Write(_model, leaveOut: "lm_head.weight");
        AssertRefused("lm_head.weight", "tie_word_embeddings");
        EditConfig("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true");
        LlamaModel<float>.Load(_directory);
    }

    [Fact]
    public void Missing_truncated_and_misplaced_shards_are_named()
    {
        _model.Save(_directory);
        WriteShards(_model, 3, name => name);
        LlamaModel<float>.Load(_directory);
        var (second, third) = (Path.Combine(_directory, "model-00002-of-00003.safetensors"), Path.Combine(_directory, "model-00003-of-00003.safetensors"));
        var bytes = File.ReadAllBytes(third);
        foreach (var length in new[] { 0, 7, 9, bytes.Length / 2, bytes.Length - 1 })
        {
            File.WriteAllBytes(third, bytes[..length]);
            AssertRefused("model-00003-of-00003.safetensors", "");
        }
        File.WriteAllBytes(third, bytes);
        File.Move(second, second + "x");
        AssertRefused("model-00002-of-00003.safetensors", "lists it");
        File.Move(second + "x", second);
        var index = File.ReadAllText(Path.Combine(_directory, Index));
        File.WriteAllText(Path.Combine(_directory, Index), index.Replace("\"model.norm.weight\": \"model-0000", "\"model.norm.weight\": \"modell-0000", StringComparison.Ordinal));
        AssertRefused("modell-0000", "no such file");
        File.WriteAllText(Path.Combine(_directory, Index), index.Replace("\"model.norm.weight\":", "\"model.nor.weight\":", StringComparison.Ordinal));
        AssertRefused("model.nor.weight", "does not hold");
        File.WriteAllText(Path.Combine(_directory, Index), index.Replace("\"model.norm.weight\": \"", "\"model.norm.weight\": \"../", StringComparison.Ordinal));
        AssertRefused("../", "plain file name");
    }

    [Fact]
    public void Integers_in_the_place_of_weights_are_refused()
    {
        _model.Save(_directory);
        Write(_model, leaveOut: "model.layers.0.mlp.up_proj.weight");
        var path = Path.Combine(_directory, "model.safetensors");
        var other = Path.Combine(_directory, "model-int.safetensors");
        using (var source = SafetensorsFile.Open(path))
        using (var writer = new SafetensorsWriter(other, source.Tensors.Values.Select(t => new TensorSpec(t.Name, t.DType, t.Shape)).Append(new TensorSpec("model.layers.0.mlp.up_proj.weight", TensorDType.I32, 20, 12))))
        {
            foreach (var name in source.Tensors.Keys)
                writer.Copy(name, source);
            writer.WriteBytes("model.layers.0.mlp.up_proj.weight", new byte[20 * 12 * 4]);
            writer.Complete();
        }
        File.Move(other, path, overwrite: true);
        AssertRefused("up_proj.weight", "I32");
    }

    private void AssertRefused(string first, string second)
    {
        foreach (var load in (Action[])[() => LlamaModel<float>.Load(_directory), () => LlamaModel<double>.Load(_directory)])
        {
            var message = Assert.Throws<InputDataException>(load).Message;
            Assert.Contains(first, message, StringComparison.Ordinal);
            Assert.Contains(second, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    private void Write(LlamaModel<float> model, string? leaveOut = null, (string Name, Matrix<float> Value)? extra = null)
    {
        var tensors = model.Parameters.Where(p => p.Name != leaveOut).Select(p => (Spec(p), p.Value.View)).ToList();
        if (extra is { } more)
            tensors.Add((new TensorSpec(more.Name, TensorDType.F32, more.Value.Rows, more.Value.Columns), more.Value.View));
        SafetensorsWriter.Write<float>(Path.Combine(_directory, "model.safetensors"), tensors);
    }

    private void WriteShards(LlamaModel<float> model, int count, Func<string, string> rename)
    {
        File.Delete(Path.Combine(_directory, "model.safetensors"));
        var lines = new List<string>();
        for (var s = 0; s < count; s++)
        {
            var name = $"model-{s + 1:00000}-of-{count:00000}.safetensors";
            var part = model.Parameters.Where((_, i) => i % count == s).ToArray();
            SafetensorsWriter.Write<float>(Path.Combine(_directory, name), [.. part.Select(p => (Spec(p) with { Name = rename(p.Name) }, p.Value.View))]);
            lines.AddRange(part.Select(p => $"\"{rename(p.Name)}\": \"{name}\""));
        }
        File.WriteAllText(Path.Combine(_directory, Index), $"{{\"metadata\": {{}}, \"weight_map\": {{{string.Join(",\n", lines)}}}}}");
    }

    private static TensorSpec Spec(Parameter<float> p) => new(p.Name, TensorDType.F32, p.IsVector ? [p.Value.Columns] : [p.Value.Rows, p.Value.Columns]);

    private void EditConfig(string old, string now)
    {
        var path = Path.Combine(_directory, "config.json");
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        var at = text.IndexOf(old, StringComparison.Ordinal);
        File.WriteAllText(path, text[..at] + now + text[(at + old.Length)..]);
    }
}
