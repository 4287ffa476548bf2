namespace PureSvd.Tokenization;

/// <summary>Text out of ids that come one by one. What is not yet certain, such as the first bytes of a character, is held back until it is.</summary>
/// <remarks>What <see cref="Append"/> and at last <see cref="Finish"/> return, joined, is what <see cref="ITokenizer.Decode"/> makes of all the ids. Not thread-safe.</remarks>
public abstract class StreamingDecoder
{
    /// <summary>Takes the next id, and returns the text that became certain by it; often none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such id.</exception>
    public abstract string Append(int id);

    /// <summary>The text that was held back; bytes that make no character read as U+FFFD. Nothing can be appended afterwards.</summary>
    public abstract string Finish();
}
