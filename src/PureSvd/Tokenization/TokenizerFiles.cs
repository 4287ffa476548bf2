namespace PureSvd.Tokenization;

/// <summary>Finds and loads the tokenizer of a Hugging Face directory.</summary>
public static class TokenizerFiles
{
    /// <summary>Loads <c>tokenizer.json</c>, else <c>tokenizer.model</c>, else <c>vocab.txt</c> (with <c>tokenizer_config.json</c> where present).</summary>
    /// <exception cref="Storage.InputDataException">None is there, or the one that is there is at fault.</exception>
    public static ITokenizer Load(string directory) => throw new NotImplementedException();
}
