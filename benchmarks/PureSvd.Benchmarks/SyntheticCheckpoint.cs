using System.Globalization;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Benchmarks;

/// <summary>A checkpoint of Llama-2-7B's shapes in bfloat16, whose linears have power-law spectra: cheap to make, and as hard to compress as a real one.</summary>
/// <remarks>W = P·diag(σ)·Qᵀ with σ_i ∝ i^−0.6. P and Q are products of signs, Hadamard transforms of blocks of 256 and permutations: orthogonal, dense, and applied in m·n·8 additions a round.</remarks>
internal static class SyntheticCheckpoint
{
    private const int Hidden = 4096;
    private const int Wide = 11008;
    private const int Vocabulary = 32000;
    private const int Block = 256;
    private const double Exponent = 0.6;

    /// <summary>Writes one shard a layer, if they are not there yet.</summary>
    internal static void Write(string directory, int layers)
    {
        if (File.Exists(Path.Combine(directory, "config.json")))
            return;
        Directory.CreateDirectory(directory);
        var map = new List<string>();
        for (var layer = 0; layer < layers; layer++)
        {
            var block = $"model.layers.{layer}.";
            var matrices = new List<(string Name, int Rows, int Columns)>
            {
                (block + "self_attn.q_proj.weight", Hidden, Hidden), (block + "self_attn.k_proj.weight", Hidden, Hidden),
                (block + "self_attn.v_proj.weight", Hidden, Hidden), (block + "self_attn.o_proj.weight", Hidden, Hidden),
                (block + "mlp.gate_proj.weight", Wide, Hidden), (block + "mlp.up_proj.weight", Wide, Hidden), (block + "mlp.down_proj.weight", Hidden, Wide),
            };
            var norms = new List<string> { block + "input_layernorm.weight", block + "post_attention_layernorm.weight" };
            if (layer == 0)
                matrices.Insert(0, ("model.embed_tokens.weight", Vocabulary, Hidden));
            if (layer == layers - 1)
            {
                matrices.Add(("lm_head.weight", Vocabulary, Hidden));
                norms.Add("model.norm.weight");
            }
            var shard = $"model-{layer + 1:D5}-of-{layers:D5}.safetensors";
            var specs = matrices.Select(m => new TensorSpec(m.Name, TensorDType.BF16, m.Rows, m.Columns)).Concat(norms.Select(n => new TensorSpec(n, TensorDType.BF16, Hidden)));
            using var writer = new SafetensorsWriter(Path.Combine(directory, shard), specs);
            foreach (var (name, rows, columns) in matrices)
            {
                var random = SeededRandom.ForStream(1, (ulong)map.Count);
                if (rows == Vocabulary)
                    WriteTable(writer, name, rows, random);
                else
                    writer.Write<float>(name, Matrix(rows, columns, random).View);
                map.Add($"\"{name}\": \"{shard}\"");
            }
            foreach (var name in norms)
            {
                writer.Write<float>(name, Enumerable.Repeat(1f, Hidden).ToArray());
                map.Add($"\"{name}\": \"{shard}\"");
            }
            writer.Complete();
        }
        File.WriteAllText(Path.Combine(directory, "model.safetensors.index.json"), $"{{\"weight_map\": {{{string.Join(", ", map)}}}}}");
        File.WriteAllText(Path.Combine(directory, "config.json"), string.Create(CultureInfo.InvariantCulture, $$"""
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": {{Hidden}}, "intermediate_size": {{Wide}}, "num_hidden_layers": {{layers}},
             "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": {{Vocabulary}}, "max_position_embeddings": 4096, "rms_norm_eps": 1e-5,
             "hidden_act": "silu", "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
            """));
    }

    private static void WriteTable(SafetensorsWriter writer, string name, int rows, SeededRandom random)
    {
        var row = new float[Hidden];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < row.Length; j++)
                row[j] = 0.04f * (float)(random.NextDouble() - 0.5);
            writer.Write<float>(name, row);
        }
    }

    private static Matrix<float> Matrix(int rows, int columns, SeededRandom random)
    {
        var k = Math.Min(rows, columns);
        // σ such that the elements have a standard deviation of 0.02, as trained weights have about.
        var sigma = Enumerable.Range(1, k).Select(i => Math.Pow(i, -Exponent)).ToArray();
        var scale = 0.02 * Math.Sqrt((double)rows * columns / sigma.Sum(s => s * s));
        var diagonal = new Matrix<float>(rows, columns);
        for (var i = 0; i < k; i++)
            diagonal[i, i] = (float)(scale * sigma[i]);
        Mix(diagonal, random);
        var transposed = diagonal.View.Transpose();
        Mix(transposed, random);
        return transposed.View.Transpose();
    }

    /// <summary>A ← P·A for an orthogonal P: three rounds of signs, Hadamard transforms of blocks of rows, and a permutation.</summary>
    private static void Mix(Matrix<float> a, SeededRandom random)
    {
        var order = Enumerable.Range(0, a.Rows).ToArray();
        for (var round = 0; round < 3; round++)
        {
            random.Shuffle<int>(order);
            var signs = Enumerable.Range(0, a.Rows).Select(_ => random.Next(2) == 0 ? -1f : 1f).ToArray();
            var rows = order;
            Parallelism.All.For(a.Rows / Block, block =>
            {
                var members = rows.AsSpan(block * Block, Block);
                foreach (var i in members)
                    TensorPrimitives.Multiply(a.Row(i), signs[i] / MathF.Sqrt(Block), a.Row(i));
                for (var half = 1; half < Block; half *= 2)
                    for (var start = 0; start < Block; start += 2 * half)
                        for (var i = start; i < start + half; i++)
                            Butterfly(a.Row(members[i]), a.Row(members[i + half]));
            });
        }
    }

    private static void Butterfly(Span<float> x, Span<float> y)
    {
        TensorPrimitives.Add(x, y, x); // x + y
        TensorPrimitives.Multiply(y, -2f, y);
        TensorPrimitives.Add(x, y, y); // x + y − 2y
    }
}
