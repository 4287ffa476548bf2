namespace PureSvd.Storage;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DType">Its element type.</param>
/// <param name="Shape">Its sizes, row-major; empty for a scalar. Not to be changed.</param>
/// <param name="Begin">Its first byte, counted from the start of the data section.</param>
/// <param name="End">One past its last byte.</param>
public sealed record TensorInfo(string Name, TensorDType DType, long[] Shape, long Begin, long End)
{
    /// <summary>The number of bytes.</summary>
    public long ByteCount => End - Begin;

    /// <summary>The number of elements: the product of <see cref="Shape"/>.</summary>
    public long ElementCount => ByteCount / DType.ByteSize();

    /// <summary>The shape as text: <c>[768×3072]</c>.</summary>
    public string FormatShape() => Printable.Shape(Shape);
}
