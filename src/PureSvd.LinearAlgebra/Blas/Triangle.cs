namespace PureSvd.LinearAlgebra;

/// <summary>Which half of a square matrix holds it; the other is not read.</summary>
public enum Triangle
{
    /// <summary>On and below the diagonal.</summary>
    Lower,

    /// <summary>On and above the diagonal.</summary>
    Upper,
}
