using PureSvd.Models;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Cli;

/// <summary>A checkpoint directory with its tokenizer.</summary>
internal static class ModelDirectory
{
    /// <summary>Loads both, and checks that every id of the tokenizer has an embedding.</summary>
    internal static (BertModel<float> Model, ITokenizer Tokenizer) Load(string directory)
    {
        var model = BertModel<float>.Load(directory);
        return (model, Tokenizer(directory, model));
    }

    /// <summary>The same for a model of any architecture.</summary>
    internal static (TransformerModel<float> Model, ITokenizer Tokenizer) LoadAny(string directory)
    {
        var model = TransformerModel<float>.Load(directory);
        return (model, Tokenizer(directory, model));
    }

    /// <summary>The tokenizer of <paramref name="model"/>, every id of which has an embedding.</summary>
    internal static ITokenizer Tokenizer(string directory, TransformerModel<float> model)
    {
        var tokenizer = TokenizerFiles.Load(directory);
        if (tokenizer.VocabularySize > model.VocabularySize)
            throw new InputDataException(directory, $"the tokenizer has {tokenizer.VocabularySize} pieces, and the model embeddings for {model.VocabularySize}.", remedy: "They belong to different models.");
        return tokenizer;
    }

    /// <summary>A decoder that can score tokens, with its tokenizer.</summary>
    internal static (LlamaModel<float> Model, ITokenizer Tokenizer) LoadDecoder(string directory)
    {
        var (model, tokenizer) = LoadAny(directory);
        return model is LlamaModel<float> decoder
            ? (decoder, tokenizer)
            : throw new InputDataException(directory, "the model is no decoder, so it gives no text a likelihood.", remedy: "Use a Llama.");
    }
}
