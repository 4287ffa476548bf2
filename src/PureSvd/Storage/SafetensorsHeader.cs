using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace PureSvd.Storage;

/// <summary>The header of a safetensors file: which tensor is where. Everything it claims is checked against the rest of the file before it is believed.</summary>
/// <param name="tensors">By name.</param>
/// <param name="metadata">The free text under <c>__metadata__</c>.</param>
/// <param name="dataStart">The first byte of the data section.</param>
internal sealed class SafetensorsHeader(IReadOnlyDictionary<string, TensorInfo> tensors, IReadOnlyDictionary<string, string> metadata, long dataStart)
{
    /// <summary>The limit of the reference implementation.</summary>
    internal const long MaxBytes = 100_000_000;

    internal const string MetadataName = "__metadata__";

    private const string Damaged = "Download or export it again.";

    internal IReadOnlyDictionary<string, TensorInfo> Tensors { get; } = tensors;

    internal IReadOnlyDictionary<string, string> Metadata { get; } = metadata;

    internal long DataStart { get; } = dataStart;

    /// <summary>The length of the JSON, from the first eight bytes of a file of <paramref name="fileLength"/> bytes.</summary>
    internal static int ReadLength(string file, ulong length, long fileLength)
    {
        if (length > MaxBytes)
            throw new InputDataException(file, $"the header claims {length.ToString(CultureInfo.InvariantCulture)} bytes, and at most {MaxBytes} are allowed.", "bytes 0–7", "Is this a safetensors file?");
        if (length < 2 || (long)length > fileLength - 8)
            throw new InputDataException(file, $"the header claims {length.ToString(CultureInfo.InvariantCulture)} bytes, and {fileLength - 8} follow: the file is truncated or no safetensors file.", "bytes 0–7", Damaged);
        return (int)length;
    }

    /// <summary>Reads the JSON and checks it against <paramref name="dataLength"/> bytes of data.</summary>
    internal static SafetensorsHeader Parse(string file, ReadOnlySpan<byte> json, long dataLength)
    {
        if (!Utf8.IsValid(json))
            throw new InputDataException(file, "the header is not UTF-8.", "header", Damaged);
        if (json[0] != '{')
            throw new InputDataException(file, "the header does not start with '{'.", "byte 8", "Is this a safetensors file?");
        try
        {
            return new Parser(file).Parse(json, dataLength);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escape such as \ud800 that stands for no character.
            throw new InputDataException(file, $"the header is not valid JSON: {e.Message}", "header", Damaged, e);
        }
    }

    private sealed class Parser(string file)
    {
        private readonly Dictionary<string, TensorInfo> _tensors = new(StringComparer.Ordinal);
        private Dictionary<string, string>? _metadata;

        internal SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength)
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            while (ReadMember(ref reader, out var name))
            {
                if (name == MetadataName)
                    ReadMetadata(ref reader);
                else if (!_tensors.TryAdd(name, ReadTensor(ref reader, name)))
                    throw Fault(name, "is named twice in the header.");
            }
            // Anything but white space behind the closing brace makes the reader throw.
            reader.Read();
            CheckLayout(dataLength);
            return new SafetensorsHeader(_tensors, _metadata ?? [], 8 + json.Length);
        }

        private static bool ReadMember(ref Utf8JsonReader reader, out string name)
        {
            reader.Read();
            name = reader.TokenType == JsonTokenType.PropertyName ? reader.GetString()! : "";
            if (reader.TokenType == JsonTokenType.EndObject)
                return false;
            reader.Read();
            return true;
        }

        private void ReadMetadata(ref Utf8JsonReader reader)
        {
            if (_metadata is not null)
                throw new InputDataException(file, $"{MetadataName} occurs twice in the header.", "header", Damaged);
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new InputDataException(file, $"{MetadataName} is not an object.", "header", Damaged);
            _metadata = new(StringComparer.Ordinal);
            while (ReadMember(ref reader, out var key))
            {
                if (reader.TokenType != JsonTokenType.String)
                    throw new InputDataException(file, $"{MetadataName} holds {Printable.Quote(key)}, which is not text.", "header", Damaged);
                if (!_metadata.TryAdd(key, reader.GetString()!))
                    throw new InputDataException(file, $"{MetadataName} holds {Printable.Quote(key)} twice.", "header", Damaged);
            }
        }

        private TensorInfo ReadTensor(ref Utf8JsonReader reader, string name)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Fault(name, "is not described by an object.");
            string? type = null;
            long[]? shape = null, offsets = null;
            while (ReadMember(ref reader, out var key))
            {
                var again = false;
                switch (key)
                {
                    case "dtype":
                        again = type is not null;
                        type = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Fault(name, "has a dtype that is not text.");
                        break;
                    case "shape":
                        again = shape is not null;
                        shape = ReadSizes(ref reader, name, key);
                        break;
                    case "data_offsets":
                        again = offsets is not null;
                        offsets = ReadSizes(ref reader, name, key);
                        break;
                    default:
                        reader.Skip();
                        break;
                }
                if (again)
                    throw Fault(name, $"has two entries {Printable.Quote(key)}.");
            }
            return Check(name, type, shape, offsets);
        }

        private long[] ReadSizes(ref Utf8JsonReader reader, string name, string key)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw Fault(name, $"has a {key} that is not a list.");
            var sizes = new List<long>(2);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var size) || size < 0)
                    throw Fault(name, $"has a {key} that is not a list of whole numbers from 0 to 2⁶³ − 1.");
                sizes.Add(size);
            }
            return [.. sizes];
        }

        private TensorInfo Check(string name, string? typeName, long[]? shape, long[]? offsets)
        {
            if (typeName is null || shape is null || offsets is null)
                throw Fault(name, $"has no {(typeName is null ? "dtype" : shape is null ? "shape" : "data_offsets")}.");
            if (!TensorDTypes.TryParse(typeName, out var type))
                throw new InputDataException(file, $"has the unknown dtype {Printable.Quote(typeName)}.", $"tensor {Printable.Quote(name)}", "Convert it to F64, F32, F16 or BF16.");
            if (offsets.Length != 2)
                throw Fault(name, $"has {offsets.Length} data_offsets, and two are needed.");
            var bytes = (long)type.ByteSize();
            foreach (var size in shape)
                if (Math.BigMul(bytes, size, out bytes) != 0 || bytes < 0)
                    throw Fault(name, $"has the shape {Printable.Shape(shape)}, which is more than any file holds.");
            var (begin, end) = (offsets[0], offsets[1]);
            if (begin > end || end - begin != bytes)
                throw Fault(name, $"has the shape {Printable.Shape(shape)} of {typeName}, which is {bytes} bytes, and offsets {begin} to {end}.");
            return new TensorInfo(name, type, shape, begin, end);
        }

        // As in the reference implementation, the tensors cover the data without a gap, an overlap or a rest: no byte of the file is unaccounted for.
        private void CheckLayout(long dataLength)
        {
            var position = 0L;
            foreach (var tensor in _tensors.Values.OrderBy(t => t.Begin).ThenBy(t => t.End))
            {
                if (tensor.End > dataLength)
                    throw Fault(tensor.Name, $"ends at byte {tensor.End} of the data, which has {dataLength}: the file is truncated or its header is wrong.");
                if (tensor.Begin != position)
                    throw Fault(tensor.Name, $"starts at byte {tensor.Begin} of the data, and the tensor before it ends at {position}: they {(tensor.Begin < position ? "overlap" : "leave a gap")}.");
                position = tensor.End;
            }
            if (position != dataLength)
                throw new InputDataException(file, $"{dataLength - position} bytes follow the last tensor.", $"byte {position} of the data", Damaged);
        }

        private InputDataException Fault(string name, string problem) => new(file, problem, $"tensor {Printable.Quote(name)}", Damaged);
    }
}
