namespace PureSvd.LinearAlgebra;

/// <summary>How the elements of a <see cref="StoredMatrix"/> lie in memory; to float32 each converts exactly.</summary>
public enum ElementKind
{
    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32.</summary>
    BF16,
}
