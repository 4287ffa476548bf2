using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>Finds and loads the tokenizer of a Hugging Face directory.</summary>
public static class TokenizerFiles
{
    private const string JsonName = "tokenizer.json";
    private const string SentencePieceName = "tokenizer.model";
    private const string VocabularyName = "vocab.txt";

    /// <summary>Loads <c>tokenizer.json</c>, else <c>tokenizer.model</c>, else <c>vocab.txt</c> (with <c>tokenizer_config.json</c> where present).</summary>
    /// <param name="directory">The directory, or one of these files under any name with the same ending.</param>
    /// <exception cref="InputDataException">None is there, or the one that is there is at fault.</exception>
    public static ITokenizer Load(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (File.Exists(directory))
            return LoadFile(directory);
        if (!Directory.Exists(directory))
            throw new InputDataException(directory, "there is no such file or directory.", remedy: "Check the path.");
        foreach (var name in new[] { JsonName, SentencePieceName, VocabularyName })
            if (File.Exists(Path.Combine(directory, name)))
                return LoadFile(Path.Combine(directory, name));
        throw new InputDataException(directory, $"has no tokenizer: neither {JsonName} nor {SentencePieceName} nor {VocabularyName} is there.", remedy: "Copy the tokenizer of the model there.");
    }

    private static ITokenizer LoadFile(string file)
    {
        switch (Path.GetExtension(file))
        {
            case ".json":
                return TokenizerJson.Read(file, () => Config(file));
            case ".model":
                return SentencePieceTokenizer.Load(file, Config(file));
            default:
                var config = Config(file);
                var vocabulary = Vocabulary.ReadText(file);
                foreach (var token in config.AddedTokens)
                    vocabulary.AddToken(token.Content, token.Id, "tokenizer_config.json");
                return new WordPieceTokenizer(WordPieceSettings.FromVocabulary(file, vocabulary, config));
        }
    }

    private static TokenizerConfig Config(string file) => TokenizerConfig.Read(Path.Combine(Path.GetDirectoryName(file)!, "tokenizer_config.json"));
}
