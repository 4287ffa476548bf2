using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>A target linear as a configuration asks for it, before any weight is read.</summary>
/// <param name="Name">The checkpoint name without <c>.weight</c>.</param>
/// <param name="Layer">The index of its block.</param>
/// <param name="Kind">Its matrix type, the same in every block.</param>
/// <param name="Outputs">out: the rows of W.</param>
/// <param name="Inputs">in: the columns of W.</param>
public sealed record TargetLinearName(string Name, int Layer, string Kind, int Outputs, int Inputs);

/// <summary>What compression needs to know of an architecture: the names and shapes of its tensors, from <c>config.json</c> alone.</summary>
/// <param name="ModelType"><c>model_type</c> of the dense checkpoint.</param>
/// <param name="CompressedModelType"><c>model_type</c> of a compressed one, so that no other tool takes it for the original.</param>
/// <param name="Prefix">What canonical names begin with, and the names of a checkpoint may lack.</param>
/// <param name="LayerCount">The number of blocks.</param>
/// <param name="Targets">The target linears, block by block.</param>
/// <param name="Tables">The embedding tables [Rows×Columns] that a checkpoint must have.</param>
/// <param name="Beyond">The weight that a checkpoint has only if it has more blocks than the configuration says.</param>
public sealed record CheckpointLayout(
    string ModelType, string CompressedModelType, string Prefix, int LayerCount, IReadOnlyList<TargetLinearName> Targets, IReadOnlyList<(string Name, int Rows, int Columns)> Tables, string Beyond)
{
    /// <summary>Whether it is a decoder's.</summary>
    public bool IsCausal { get; private init; }

    /// <summary>The layout of the checkpoint in <paramref name="directory"/>, by its <c>config.json</c>.</summary>
    /// <exception cref="InputDataException">There is no configuration, or it is malformed or of an architecture that is not supported.</exception>
    public static CheckpointLayout Read(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return ConfigReader.Read(directory, json => LlamaConfigFile.IsLlama(json.ModelType()) ? Llama(json) : Bert(json));
    }

    private static CheckpointLayout Bert(ConfigReader json)
    {
        var config = BertConfigFile.Read(json);
        var (hidden, wide) = (config.HiddenSize, config.IntermediateSize);
        TargetLinearName[] Block(int layer)
        {
            var name = BertAssembly.Block(layer);
            return
            [
                new($"{name}.attention.self.query", layer, "query", hidden, hidden),
                new($"{name}.attention.self.key", layer, "key", hidden, hidden),
                new($"{name}.attention.self.value", layer, "value", hidden, hidden),
                new($"{name}.attention.output.dense", layer, "attention.output", hidden, hidden),
                new($"{name}.intermediate.dense", layer, "intermediate", wide, hidden),
                new($"{name}.output.dense", layer, "output", hidden, wide),
            ];
        }
        return new CheckpointLayout(
            BertConfigFile.DenseType, BertConfigFile.CompressedType, "bert.", config.LayerCount, [.. Enumerable.Range(0, config.LayerCount).SelectMany(Block)],
            [
                ("bert.embeddings.word_embeddings.weight", config.VocabularySize, hidden),
                ("bert.embeddings.position_embeddings.weight", config.MaxPositions, hidden),
                ("bert.embeddings.token_type_embeddings.weight", config.TypeVocabularySize, hidden),
            ],
            Block(config.LayerCount)[0].Name + ".weight");
    }

    private static CheckpointLayout Llama(ConfigReader json)
    {
        var config = LlamaConfigFile.Read(json);
        var (hidden, wide) = (config.HiddenSize, config.IntermediateSize);
        TargetLinearName[] Block(int layer)
        {
            var name = LlamaAssembly.Block(layer);
            return
            [
                new($"{name}.self_attn.q_proj", layer, "q_proj", config.QuerySize, hidden),
                new($"{name}.self_attn.k_proj", layer, "k_proj", config.KeyValueSize, hidden),
                new($"{name}.self_attn.v_proj", layer, "v_proj", config.KeyValueSize, hidden),
                new($"{name}.self_attn.o_proj", layer, "o_proj", hidden, config.QuerySize),
                new($"{name}.mlp.gate_proj", layer, "gate_proj", wide, hidden),
                new($"{name}.mlp.up_proj", layer, "up_proj", wide, hidden),
                new($"{name}.mlp.down_proj", layer, "down_proj", hidden, wide),
            ];
        }
        (string, int, int)[] tables = [(LlamaAssembly.EmbeddingName, config.VocabularySize, hidden)];
        return new CheckpointLayout(
            json.ModelType(), LlamaConfigFile.CompressedType, LlamaAssembly.Prefix, config.LayerCount, [.. Enumerable.Range(0, config.LayerCount).SelectMany(Block)],
            config.TieWordEmbeddings ? tables : [.. tables, (LlamaAssembly.HeadName, config.VocabularySize, hidden)],
            Block(config.LayerCount)[0].Name + ".weight")
        {
            IsCausal = true,
        };
    }
}
