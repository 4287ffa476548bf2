namespace PureSvd.LinearAlgebra;

/// <summary>How a product reads a factor: as stored, or transposed (op(X) = X or Xᵀ).</summary>
public enum Operand
{
    /// <summary>As stored.</summary>
    AsIs,

    /// <summary>Transposed.</summary>
    Transposed,
}
