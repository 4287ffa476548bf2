namespace PureSvd.Storage;

/// <summary>The element types of safetensors that this library reads and copies; the first four hold real numbers and convert to float and double.</summary>
public enum TensorDType
{
    /// <summary>IEEE 754 binary64.</summary>
    F64,

    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>bfloat16: the upper half of a binary32.</summary>
    BF16,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,
}

/// <summary>Names and sizes of <see cref="TensorDType"/>.</summary>
public static class TensorDTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int ByteSize(this TensorDType type) => type switch
    {
        TensorDType.F64 or TensorDType.I64 or TensorDType.U64 => 8,
        TensorDType.F32 or TensorDType.I32 or TensorDType.U32 => 4,
        TensorDType.F16 or TensorDType.BF16 or TensorDType.I16 or TensorDType.U16 => 2,
        TensorDType.I8 or TensorDType.U8 or TensorDType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such element type."),
    };

    /// <summary>Whether the elements are real numbers, which <see cref="SafetensorsFile.Read{T}"/> converts.</summary>
    public static bool IsFloatingPoint(this TensorDType type) => type <= TensorDType.BF16;

    /// <summary>The name in a safetensors header: <c>F32</c>, <c>BOOL</c>.</summary>
    public static string FormatName(this TensorDType type) => type == TensorDType.Bool ? "BOOL" : type.ToString();

    /// <summary>The type of a name in a safetensors header.</summary>
    public static bool TryParse(string name, out TensorDType type)
    {
        foreach (var candidate in Enum.GetValues<TensorDType>())
            if (candidate.FormatName() == name)
            {
                type = candidate;
                return true;
            }
        type = default;
        return false;
    }
}
