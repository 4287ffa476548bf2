using PureSvd.Models;

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

/// <summary>Which sentence vectors mean something.</summary>
public static class SentenceVectors
{
    /// <summary>The mean, and the token that stands for the sentence: an encoder's first, a decoder's last.</summary>
    public static IReadOnlyList<SentenceVector> SuitedTo(TransformerModel<float> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [SentenceVector.Mean, model.IsCausal ? SentenceVector.Last : SentenceVector.Cls];
    }
}
