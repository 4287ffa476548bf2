using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Tests.Factorization;

/// <summary>Small random BERTs, in memory and on disk.</summary>
internal static class TestModels
{
    internal static readonly BertConfig Config = new()
    {
        VocabularySize = 50,
        HiddenSize = 24,
        LayerCount = 2,
        HeadCount = 4,
        IntermediateSize = 60,
        MaxPositions = 16,
        Labels = ["no", "yes", "maybe"],
    };

    internal static BertModel<T> Random<T>(ulong seed = 1)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        => BertModel<T>.CreateRandom(Config, seed);

    /// <summary>Writes a random model, its tensors renamed and rounded to <paramref name="type"/>.</summary>
    internal static void Save(string directory, TensorDType type = TensorDType.F32, Func<string, string>? rename = null, int shards = 1, ulong seed = 1)
    {
        var model = Random<float>(seed);
        model.Save(directory);
        var parameters = model.Parameters.Select(p => (Name: rename is null ? p.Name : rename(p.Name), Parameter: p)).ToArray();
        var single = Path.Combine(directory, "model.safetensors");
        if (shards == 1)
        {
            Write(single, type, parameters);
            return;
        }
        File.Delete(single);
        var map = new List<string>();
        foreach (var (shard, i) in parameters.Chunk((parameters.Length + shards - 1) / shards).Select((s, i) => (s, i)))
        {
            var file = $"model-{i + 1:D5}-of-{shards:D5}.safetensors";
            Write(Path.Combine(directory, file), type, shard);
            map.AddRange(shard.Select(p => $"\"{p.Name}\": \"{file}\""));
        }
        File.WriteAllText(Path.Combine(directory, "model.safetensors.index.json"), $"{{\"weight_map\": {{{string.Join(", ", map)}}}}}");
    }

    internal static float[] Logits(string directory) => Logits(BertModel<float>.Load(directory));

    internal static float[] Logits(TransformerModel<float> model)
    {
        var session = ((BertModel<float>)model).CreateSession();
        session.Forward(Batch, Parallelism.Serial);
        var logits = session.Logits;
        return [.. Enumerable.Range(0, logits.Rows).SelectMany(i => logits.Row(i).ToArray())];
    }

    internal static double LargestDifference(float[] x, float[] y) => x.Zip(y, (a, b) => Math.Abs((double)a - b)).Max();

    internal static TokenBatch Sequence(ulong seed)
    {
        var random = new SeededRandom(seed);
        var length = 3 + random.Next(8);
        return new TokenBatch([.. Enumerable.Range(0, length).Select(_ => random.Next(50))], new int[length], [.. Enumerable.Range(0, length)], [0, length]);
    }

    private static readonly TokenBatch Batch = new([1, 7, 9, 4, 2, 30, 11], [0, 0, 1, 1, 0, 0, 0], [0, 1, 2, 3, 0, 1, 2], [0, 4, 7]);

    private static void Write(string path, TensorDType type, IEnumerable<(string Name, PureSvd.Layers.Parameter<float> Parameter)> parameters)
        => SafetensorsWriter.Write<float>(path, [.. parameters.Select(p =>
            (new TensorSpec(p.Name, type, p.Parameter.IsVector ? [p.Parameter.Value.Columns] : [p.Parameter.Value.Rows, p.Parameter.Value.Columns]), p.Parameter.Value.View))]);
}
