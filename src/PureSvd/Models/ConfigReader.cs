using System.Text.Json;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>Typed access to the members of a <c>config.json</c>, or of an object in it, with errors that name the file and the member.</summary>
/// <param name="Path">The file.</param>
/// <param name="Root">The object.</param>
/// <param name="Prefix">What stands before a member's name in messages, such as <c>rope_scaling.</c>.</param>
internal sealed record ConfigReader(string Path, JsonElement Root, string Prefix = "")
{
    private static readonly string[] s_architectures = ["Bert", "Llama", "Mistral"];

    internal const string FileName = "config.json";
    private const long MaxBytes = 16 << 20;
    private const string Remedy = "Take the config.json that belongs to the checkpoint.";

    /// <summary>What <paramref name="read"/> makes of the configuration of <paramref name="directory"/>.</summary>
    /// <exception cref="InputDataException">It is missing or malformed.</exception>
    internal static TConfig Read<TConfig>(string directory, Func<ConfigReader, TConfig> read)
    {
        var path = System.IO.Path.Combine(directory, FileName);
        try
        {
            using var document = JsonDocument.Parse(InputFile.ReadAllBytes(path, MaxBytes));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InputDataException(path, "is not a JSON object.", remedy: Remedy);
            return read(new ConfigReader(path, document.RootElement.Clone()));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // The latter: text that is not valid UTF-8 or UTF-16.
        {
            throw new InputDataException(path, $"is not valid JSON: {e.Message}", remedy: Remedy, inner: e);
        }
    }

    internal int Size(string name, int fallback) => OptionalSize(name) ?? fallback;

    internal int? OptionalSize(string name)
        => !TryGet(name, out var value) ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var size) && size > 0 ? size
            : throw Fault(name, $"is {Printable.Quote(value.GetRawText())}, not a positive whole number.");

    internal double Number(string name, double fallback, string range, Func<double, bool> isInRange)
        => !TryGet(name, out var value) ? fallback
            : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && isInRange(number) ? number
            : throw Fault(name, $"is {Printable.Quote(value.GetRawText())}, not a number that is {range}.");

    internal double RequiredNumber(string name, string range, Func<double, bool> isInRange)
        => TryGet(name, out _) ? Number(name, 0, range, isInRange) : throw Fault(name, "is missing.");

    internal string? Text(string name)
        => !TryGet(name, out var value) ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString()
            : throw Fault(name, $"is {Printable.Quote(value.GetRawText())}, not a text.");

    internal bool? Flag(string name)
        => !TryGet(name, out var value) ? null
            : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
            : throw Fault(name, $"is {Printable.Quote(value.GetRawText())}, not true or false.");

    /// <summary>The object <paramref name="name"/>; null where there is none.</summary>
    internal ConfigReader? Object(string name)
        => !TryGet(name, out var value) ? null
            : value.ValueKind == JsonValueKind.Object ? this with { Root = value, Prefix = $"{Prefix}{name}." }
            : throw Fault(name, $"is {Printable.Quote(value.GetRawText())}, not an object.");

    /// <summary><c>model_type</c>; without it, what <c>architectures</c> says; without either, what the names of the tensors beside the configuration say.</summary>
    /// <exception cref="InputDataException">None of them says anything that this library knows.</exception>
    internal string ModelType() => Text("model_type") ?? TypeOfArchitecture() ?? TypeOfTensors();

    private string? TypeOfArchitecture()
    {
        if (!TryGet("architectures", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0 || list[0].ValueKind != JsonValueKind.String)
            return null;
        var architecture = list[0].GetString()!;
        return s_architectures.FirstOrDefault(known => architecture.StartsWith(known, StringComparison.Ordinal))?.ToLowerInvariant()
            ?? throw Fault("architectures", $"the architecture {Printable.Quote(architecture)} is not supported.", "Supported are checkpoints whose model_type is bert, llama or mistral.");
    }

    // Names without a prefix are no proof: a RoBERTa's are those of a BERT.
    private string TypeOfTensors()
    {
        using var checkpoint = Checkpoint.Open(System.IO.Path.GetDirectoryName(Path)!);
        return checkpoint.Contains("bert.embeddings.word_embeddings.weight") ? BertConfigFile.DenseType
            : LlamaAssembly.Wrote(checkpoint.Tensors.Keys) ? LlamaConfigFile.DenseType
            : throw Fault("model_type", "is missing, as are architectures, and the names of the tensors do not tell which model this is.", "Add model_type: supported are bert, llama and mistral.");
    }

    internal InputDataException Fault(string name, string problem, string? remedy = null) => new(Path, problem, Prefix + name, remedy);

    private bool TryGet(string name, out JsonElement value) => Root.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
}
