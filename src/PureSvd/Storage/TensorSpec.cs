namespace PureSvd.Storage;

/// <summary>A tensor that is to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DType">Its element type in the file.</param>
/// <param name="Shape">Its sizes, row-major; empty for a scalar.</param>
public sealed record TensorSpec(string Name, TensorDType DType, params long[] Shape)
{
    /// <summary>The bytes of its elements.</summary>
    internal long ByteCount => Shape.Aggregate((long)DType.ByteSize(), static (product, size) => checked(product * size));
}
