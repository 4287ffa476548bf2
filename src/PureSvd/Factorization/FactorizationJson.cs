using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>The JSON of this folder: snake_case, strict about what is missing or out of place.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true, NewLine = "\n",
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 16)]
[JsonSerializable(typeof(CalibrationDocument))]
[JsonSerializable(typeof(ManifestDocument))]
internal sealed partial class FactorizationJson : JsonSerializerContext
{
    private const long MaxBytes = 64 << 20;

    /// <summary><paramref name="value"/> as UTF-8, with a line end.</summary>
    internal static byte[] Format<TValue>(TValue value, JsonTypeInfo<TValue> type) => [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];

    /// <summary>The value in <paramref name="path"/>.</summary>
    /// <exception cref="InputDataException">The file is missing, too large, not JSON, or not of this form.</exception>
    internal static TValue Read<TValue>(string path, JsonTypeInfo<TValue> type)
    {
        try
        {
            return JsonSerializer.Deserialize(InputFile.ReadAllBytes(path, MaxBytes), type)
                ?? throw new InputDataException(path, "holds null.", remedy: "Compress the original checkpoint again.");
        }
        catch (JsonException e)
        {
            throw new InputDataException(path, "is not of the form that this version writes.", $"{e.Path ?? "$"} line {e.LineNumber + 1}", "Compress the original checkpoint again.", e);
        }
    }
}
