namespace PureSvd.Research.Probing;

/// <summary>How a sentence's token vectors become one vector.</summary>
public enum SentenceVector
{
    /// <summary>The mean over the tokens without special ones.</summary>
    Mean,

    /// <summary>The vector of the first token, [CLS].</summary>
    Cls,

    /// <summary>The vector of the last token: a decoder's, which has seen the whole sentence.</summary>
    Last,
}
