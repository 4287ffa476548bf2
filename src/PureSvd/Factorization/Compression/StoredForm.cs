namespace PureSvd.Factorization;

/// <summary>What stands in the weight files of a compressed checkpoint for its target linears.</summary>
public enum StoredForm
{
    /// <summary>Factors A and B of those that are truncated.</summary>
    Factored,

    /// <summary>Whole matrices: the products B·A, or nothing was truncated.</summary>
    Dense,

    /// <summary>Codes of whole matrices: pruned, or rounded to few bits.</summary>
    Encoded,

    /// <summary>Codes of factors.</summary>
    EncodedFactors,
}
