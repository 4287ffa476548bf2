using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Tests.Models;

/// <summary>Checkpoints as they are found, and as they are broken.</summary>
public sealed class BertLoaderTests : IDisposable
{
    private static readonly TokenBatch Batch = new([1, 5, 7, 2, 9, 2], [0, 0, 0, 0, 1, 1], [0, 1, 2, 3, 4, 5], [0, 6]);
    private readonly string _directory = Directory.CreateTempSubdirectory("puresvd-load-").FullName;
    private readonly BertModel<double> _model = BertGradientTests.Model("gelu", lowRank: false);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Names_without_prefix_and_with_gamma_and_beta_are_the_same_model()
    {
        Write(name => (name.StartsWith("bert.", StringComparison.Ordinal) ? name[5..] : name)
            .Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal)
            .Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal)
            .Replace("cls.predictions.bias", "cls.predictions.decoder.bias", StringComparison.Ordinal));
        var loaded = BertModel<double>.Load(_directory);
        Assert.Equal(Logits(_model), Logits(loaded));
        Assert.Equal(_model.Parameters.Select(p => p.Name), loaded.Parameters.Select(p => p.Name));
        Assert.True(loaded.HasMaskedLmHead);
    }

    [Theory]
    [InlineData(TensorDType.F64, 0)]
    [InlineData(TensorDType.F32, 1e-6)]
    [InlineData(TensorDType.F16, 2e-2)]
    [InlineData(TensorDType.BF16, 2e-1)]
    public void Every_floating_point_type_loads(TensorDType type, double tolerance)
    {
        Write(name => name, type);
        Assert.All(Logits(BertModel<double>.Load(_directory)).Zip(Logits(_model)), p => Assert.Equal(p.First, p.Second, tolerance));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_decoder_of_its_own_counts_unless_the_configuration_ties_it(bool? tie, bool tied)
    {
        var table = _model.Parameters[0].Value;
        Write(name => name, extra: ("cls.predictions.decoder.weight", Matrix<double>.Create(table.Rows, table.Columns, (i, j) => i + j)));
        if (tie is { } flag)
            EditConfig("\"model_type\"", $"\"tie_word_embeddings\": {(flag ? "true" : "false")}, \"model_type\"");
        var parameters = BertModel<double>.Load(_directory).Parameters;
        Assert.Equal(!tied, parameters.Any(p => p.Name == "cls.predictions.decoder.weight"));
    }

    [Fact]
    public void A_decoder_equal_to_the_embeddings_is_tied()
    {
        Write(name => name, extra: ("cls.predictions.decoder.weight", _model.Parameters[0].Value));
        Assert.Equal(_model.Parameters.Count, BertModel<double>.Load(_directory).Parameters.Count);
    }

    [Fact]
    public void Tensors_that_no_part_reads_are_ignored()
    {
        Write(name => name, extra: ("bert.embeddings.position_ids", new Matrix<double>(1, 9)));
        Assert.Equal(Logits(_model), Logits(BertModel<double>.Load(_directory)));
    }

    [Theory]
    [InlineData("\"hidden_size\": 12", "\"hidden_size\": 15", "[17×12]", "[17×15]")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", "2 layers", "num_hidden_layers")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "encoder.layer.2", "missing")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 2000000000", "missing", "encoder.layer.2")]
    [InlineData("\"num_attention_heads\": 3", "\"num_attention_heads\": 5", "num_attention_heads", "12")]
    [InlineData("\"intermediate_size\": 20", "\"intermediate_size\": 21", "[20×12]", "[21×12]")]
    [InlineData("\"vocab_size\": 17", "\"vocab_size\": 18", "[17×12]", "[18×12]")]
    [InlineData("\"vocab_size\": 17", "\"vocab_size\": -4", "vocab_size", "positive")]
    [InlineData("\"vocab_size\": 17", "\"vocab_size\": 1e99", "vocab_size", "positive")]
    [InlineData("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"swish\"", "swish", "gelu_new")]
    [InlineData("\"hidden_act\": \"gelu\"", "\"hidden_act\": 3", "hidden_act", "text")]
    [InlineData("\"model_type\": \"bert\"", "\"model_type\": \"roberta\"", "roberta", "bert")]
    [InlineData("\"model_type\": \"bert\"", "\"model_type\": \"bert\", \"position_embedding_type\": \"relative_key\"", "relative_key", "absolute")]
    [InlineData("\"model_type\": \"bert\"", "\"model_type\": \"bert\", \"is_decoder\": true", "is_decoder", "encoder")]
    [InlineData("\"layer_norm_eps\": 1E-12", "\"layer_norm_eps\": -1", "layer_norm_eps", "positive")]
    [InlineData("\"2\": \"contradiction\"", "\"2\": \"contradiction\", \"3\": \"other\"", "[3×12]", "4 labels")]
    [InlineData("\"2\": \"contradiction\"", "\"5\": \"contradiction\"", "id2label", "'5'")]
    [InlineData("{", "{ ,", "config.json", "JSON")]
    public void A_configuration_that_disagrees_is_named_with_what_it_disagrees_with(string old, string now, string first, string second)
    {
        Write(name => name);
        EditConfig(old, now);
        var message = Assert.Throws<InputDataException>(() => BertModel<double>.Load(_directory)).Message;
        Assert.Contains(first, message, StringComparison.Ordinal);
        Assert.Contains(second, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_type_and_an_architecture_the_prefix_of_the_tensors_decides_or_what_is_missing_is_named()
    {
        Write(name => name);
        EditConfig("\"model_type\"", "\"was_type\"");
        EditConfig("\"architectures\"", "\"names\"");
        Assert.IsType<BertModel<float>>(TransformerModel<float>.Load(_directory));
        // The names of a bare encoder are those of a RoBERTa as well.
        Write(name => name.StartsWith("bert.", StringComparison.Ordinal) ? name[5..] : name);
        EditConfig("\"model_type\"", "\"was_type\"");
        EditConfig("\"architectures\"", "\"names\"");
        var message = Assert.Throws<InputDataException>(() => TransformerModel<float>.Load(_directory)).Message;
        Assert.Contains("config.json (model_type)", message, StringComparison.Ordinal);
        Assert.Contains("Add model_type", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_flips_in_the_configuration_give_a_model_or_the_typed_exception()
    {
        Write(name => name);
        var path = Path.Combine(_directory, "config.json");
        var original = File.ReadAllBytes(path);
        var random = new SeededRandom(77);
        for (var trial = 0; trial < 300; trial++)
        {
            var bytes = (byte[])original.Clone();
            for (var flips = 1 + random.Next(3); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, bytes);
            try
            {
                BertModel<double>.Load(_directory);
            }
            catch (InputDataException)
            {
                // The one exception that is allowed.
            }
        }
    }

    [Fact]
    public void An_absent_directory_or_configuration_is_named()
    {
        Assert.Contains("nowhere", Assert.Throws<InputDataException>(() => BertModel<float>.Load(Path.Combine(_directory, "nowhere"))).Message, StringComparison.Ordinal);
        Assert.Contains("config.json", Assert.Throws<InputDataException>(() => BertModel<float>.Load(_directory)).Message, StringComparison.Ordinal);
    }

    private void Write(Func<string, string> rename, TensorDType type = TensorDType.F64, (string Name, Matrix<double> Value)? extra = null)
    {
        _model.Save(_directory);
        var tensors = _model.Parameters.Select(p => (new TensorSpec(rename(p.Name), type, p.IsVector ? [p.Value.Columns] : [p.Value.Rows, p.Value.Columns]), p.Value.View)).ToList();
        if (extra is { } more)
            tensors.Add((new TensorSpec(more.Name, type, more.Value.Rows, more.Value.Columns), more.Value.View));
        SafetensorsWriter.Write<double>(Path.Combine(_directory, "model.safetensors"), tensors);
    }

    private void EditConfig(string old, string now)
    {
        var path = Path.Combine(_directory, "config.json");
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        var at = text.IndexOf(old, StringComparison.Ordinal);
        File.WriteAllText(path, text[..at] + now + text[(at + old.Length)..]);
    }

    private static double[] Logits(BertModel<double> model)
    {
        var session = model.CreateSession();
        session.Forward(Batch, Parallelism.Serial);
        return session.Logits.ToMatrix().Span.ToArray();
    }
}
