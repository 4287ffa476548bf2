using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>Finds and loads the tokenizer of a Hugging Face directory.</summary>
public static class TokenizerFiles
{
    /// <summary>Loads <c>tokenizer.json</c>, else <c>tokenizer.model</c>, else <c>vocab.txt</c> (with <c>tokenizer_config.json</c> where present).</summary>
    /// <exception cref="InputDataException">None is there, or the one that is there is at fault.</exception>
    public static ITokenizer Load(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var vocabulary = File.Exists(directory) ? directory : Path.Combine(directory, "vocab.txt");
        if (!File.Exists(vocabulary))
            throw new InputDataException(directory, "has no tokenizer: neither tokenizer.json nor vocab.txt is there.", remedy: "Copy the tokenizer of the model there.");
        return WordPieceTokenizer.FromVocabulary(vocabulary);
    }
}
