using System.Numerics;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>Loads a model of Llama's architecture from a Hugging Face directory.</summary>
internal static class LlamaLoader
{
    internal static LlamaModel<T> Load<T>(string directory, WeightStorage weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!Directory.Exists(directory))
            throw new InputDataException(directory, "there is no such directory.", remedy: "Name the directory of a Hugging Face checkpoint.");
        var config = LlamaConfigFile.Read(directory);
        // Products with weights as they are stored are of float32; a model in double is for proof, and copies.
        var isMapped = weights == WeightStorage.Mapped && typeof(T) == typeof(float);
        var checkpoint = Checkpoint.Open(directory);
        try
        {
            var source = new CheckpointParameters<T>(checkpoint, CheckpointNames.Llama);
            Check(checkpoint, source, config);
            return LlamaAssembly.Model(config, isMapped ? (IParameterSource<T>)(object)new MappedParameters(checkpoint, (CheckpointParameters<float>)(object)source) : source);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
        finally
        {
            if (!isMapped)
                checkpoint.Dispose(); // Otherwise the model's matrices hold their files, and the mapping goes with them.
        }
    }

    private static void Check<T>(Checkpoint checkpoint, CheckpointParameters<T> source, LlamaConfig config)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!source.Contains(LlamaAssembly.EmbeddingName))
            throw new InputDataException(checkpoint.Directory, "is missing: these are not the weights of a Llama.", $"tensor {Printable.Quote(LlamaAssembly.EmbeddingName)}", "Take a checkpoint whose model_type is llama or mistral.");
        if (!config.TieWordEmbeddings && !source.Contains(LlamaAssembly.HeadName))
            throw new InputDataException(checkpoint.Directory, $"is missing, and tie_word_embeddings in {ConfigReader.FileName} is not true.", $"tensor {Printable.Quote(LlamaAssembly.HeadName)}", "Take the weights of a whole LlamaForCausalLM, or set tie_word_embeddings if its head is its embedding table.");
        var count = 0;
        while (source.Contains($"{LlamaAssembly.Block(count)}.input_layernorm.weight"))
            count++;
        if (count > config.LayerCount)
            throw new InputDataException(checkpoint.Directory, $"the weights have {count} layers, and num_hidden_layers in {ConfigReader.FileName} is {config.LayerCount}.", $"tensor {Printable.Quote(LlamaAssembly.Block(config.LayerCount))}", "Take the config.json and the weights of one checkpoint.");
    }
}
