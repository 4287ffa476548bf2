namespace PureSvd.Research.Studies.Reporting;

/// <summary>What the data of one study say about a claim.</summary>
public enum Verdict
{
    /// <summary>The intervals lie where the claim says.</summary>
    Supported,

    /// <summary>Some parts of the claim are supported, others are not.</summary>
    SupportedInPart,

    /// <summary>The intervals lie where the claim does not say.</summary>
    NotSupported,

    /// <summary>They do not tell.</summary>
    Undecided,
}

/// <summary>A claim, its verdict and the figures that it follows from.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Rule">How the verdict is reached.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Evidence">The figures, in sentences.</param>
public sealed record ClaimFinding(string Claim, string Rule, Verdict Verdict, IReadOnlyList<string> Evidence);
