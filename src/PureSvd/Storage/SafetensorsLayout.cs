using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PureSvd.Storage;

/// <summary>Where everything goes in a safetensors file that is to be written: known from names, types and shapes alone, before any element is.</summary>
/// <remarks>The wider element types come first, so that every tensor is aligned to its elements.</remarks>
internal sealed class SafetensorsLayout
{
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <param name="tensors">Every tensor of the file.</param>
    /// <param name="metadata">Free text for <c>__metadata__</c>; null for Hugging Face's usual <c>format: pt</c>.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is <c>__metadata__</c>, a size is negative, or there are too many tensors for a header.</exception>
    internal SafetensorsLayout(IEnumerable<TensorSpec> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var position = 0L;
        foreach (var spec in tensors.OrderByDescending(t => t.DType.ByteSize()))
        {
            if (spec.Name == SafetensorsHeader.MetadataName || spec.Shape.Any(size => size < 0))
                throw new ArgumentException($"A tensor {Printable.Quote(spec.Name)} {Printable.Shape(spec.Shape)} cannot be written.", nameof(tensors));
            var bytes = spec.ByteCount;
            if (!_places.TryAdd(spec.Name, new Place(spec, position, bytes)))
                throw new ArgumentException($"Two tensors are named {Printable.Quote(spec.Name)}.", nameof(tensors));
            position += bytes;
        }
        Header = FormatHeader(metadata ?? new Dictionary<string, string> { ["format"] = "pt" });
        Length = Header.Length + position;
    }

    /// <summary>The file up to the first tensor.</summary>
    internal byte[] Header { get; }

    /// <summary>The bytes of the whole file.</summary>
    internal long Length { get; }

    internal IReadOnlyCollection<Place> Places => _places.Values;

    /// <exception cref="ArgumentException">There is no such tensor.</exception>
    internal Place Find(string name)
        => _places.TryGetValue(name, out var place) ? place : throw new ArgumentException($"No tensor {Printable.Quote(name)} was declared.", nameof(name));

    /// <summary>The first byte of a tensor in the file.</summary>
    internal long OffsetOf(Place place) => Header.Length + place.Begin;

    private byte[] FormatHeader(IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            foreach (var place in _places.Values)
            {
                json.WriteStartObject(place.Spec.Name);
                json.WriteString("dtype", place.Spec.DType.FormatName());
                json.WriteStartArray("shape");
                foreach (var size in place.Spec.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(place.Begin);
                json.WriteNumberValue(place.Begin + place.ByteCount);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Spaces up to a multiple of eight, so that the data is aligned.
        var length = (buffer.WrittenCount + 7) / 8 * 8;
        if (length > SafetensorsHeader.MaxBytes)
            throw new ArgumentException($"The header would have {length} bytes, and at most {SafetensorsHeader.MaxBytes} are allowed.");
        var header = new byte[8 + length];
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        buffer.WrittenSpan.CopyTo(header.AsSpan(8));
        header.AsSpan(8 + buffer.WrittenCount).Fill((byte)' ');
        return header;
    }

    /// <summary>One tensor's place, counted from the start of the data.</summary>
    internal sealed record Place(TensorSpec Spec, long Begin, long ByteCount);
}
