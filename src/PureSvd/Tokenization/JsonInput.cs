using System.Text.Json;
using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>A value in a JSON file that knows its place, so that whatever is wrong with it can be said.</summary>
/// <param name="File">The file.</param>
/// <param name="Place">Where in it: <c>model.vocab</c>.</param>
/// <param name="Element">The value.</param>
internal readonly record struct JsonInput(string File, string Place, JsonElement Element)
{
    private const long MaxBytes = 1 << 28;

    internal bool IsNull => Element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>Parses a file whose root is an object.</summary>
    /// <exception cref="InputDataException">It is unreadable or not JSON.</exception>
    internal static T ReadFile<T>(string path, Func<JsonInput, T> read)
    {
        ReadOnlyMemory<byte> bytes = InputFile.ReadAllBytes(path, MaxBytes);
        if (bytes.Span.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = new JsonInput(path, "", json.RootElement);
            return json.RootElement.ValueKind == JsonValueKind.Object ? read(root) : throw root.Fault("is no JSON object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text that is not UTF-8, or an escape such as \ud800 that stands for no character.
            throw new InputDataException(path, $"is not valid JSON: {e.Message}", remedy: "Get the file again.", inner: e);
        }
    }

    /// <summary>The member <paramref name="name"/>; one that is null where there is none.</summary>
    internal JsonInput this[string name]
    {
        get
        {
            if (Element.ValueKind != JsonValueKind.Object)
                throw Fault($"is no object, and one with {name} is needed.");
            Element.TryGetProperty(name, out var member);
            return new JsonInput(File, Place.Length == 0 ? name : $"{Place}.{name}", member);
        }
    }

    internal InputDataException Fault(string problem) => new(File, problem, Place.Length == 0 ? null : Printable.Quote(Place), "Get the tokenizer of the model again.");

    internal string Text() => Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Fault("is not text.");

    internal string Text(string absent) => IsNull ? absent : Text();

    internal bool Flag(bool absent) => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => absent,
        _ => throw Fault("is neither true nor false."),
    };

    internal long Number() => Element.ValueKind == JsonValueKind.Number && Element.TryGetInt64(out var number) ? number : throw Fault("is no whole number.");

    internal int NonNegative(int absent)
    {
        if (IsNull)
            return absent;
        var number = Number();
        return number is >= 0 and <= int.MaxValue ? (int)number : throw Fault($"is {number}, which is out of range.");
    }

    internal IEnumerable<JsonInput> List()
    {
        if (Element.ValueKind != JsonValueKind.Array)
            throw Fault("is no list.");
        var (file, place, i) = (File, Place, 0);
        foreach (var item in Element.EnumerateArray())
            yield return new JsonInput(file, $"{place}[{i++}]", item);
    }

    internal IEnumerable<(string Name, JsonInput Value)> Members()
    {
        if (Element.ValueKind != JsonValueKind.Object)
            throw Fault("is no object.");
        var (file, place) = (File, Place);
        foreach (var member in Element.EnumerateObject())
            yield return (member.Name, new JsonInput(file, place, member.Value));
    }

    /// <summary>Checks that the <c>type</c> of this object is <paramref name="known"/>.</summary>
    internal void ExpectType(string known)
    {
        var type = this["type"].Text("");
        if (type != known)
            throw new InputDataException(File, $"is of the type {Printable.Quote(type)}, and only {known} is read.", Printable.Quote(Place), "Use a BERT tokenizer, or its vocab.txt.");
    }
}
