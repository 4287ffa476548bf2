using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using PureSvd.LinearAlgebra;

namespace PureSvd.Storage;

/// <summary>Writes a safetensors file tensor by tensor, so that a model of any size passes through a small buffer; the file appears when it is complete.</summary>
/// <remarks>Tensors may come in any order, and each in several parts, row-major. In the file the wider element types come first, so that every tensor is aligned to its elements.</remarks>
public sealed class SafetensorsWriter : IDisposable
{
    private const int BlockElements = 1 << 14;

    private readonly AtomicFile _file;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Starts writing <paramref name="path"/>.</summary>
    /// <param name="path">The file; appears under this name by <see cref="Complete"/>.</param>
    /// <param name="tensors">Every tensor that will be written.</param>
    /// <param name="metadata">Free text for <c>__metadata__</c>; null for Hugging Face's usual <c>format: pt</c>.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is <c>__metadata__</c>, or a size is negative.</exception>
    /// <exception cref="InputDataException">The file cannot be created.</exception>
    public SafetensorsWriter(string path, IEnumerable<TensorSpec> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var position = 0L;
        foreach (var spec in tensors.OrderByDescending(t => t.DType.ByteSize()))
        {
            if (spec.Name == SafetensorsHeader.MetadataName || spec.Shape.Any(size => size < 0))
                throw new ArgumentException($"A tensor {Printable.Quote(spec.Name)} {Printable.Shape(spec.Shape)} cannot be written.", nameof(tensors));
            var bytes = spec.Shape.Aggregate((long)spec.DType.ByteSize(), static (product, size) => checked(product * size));
            if (!_entries.TryAdd(spec.Name, new Entry(spec, position, position + bytes)))
                throw new ArgumentException($"Two tensors are named {Printable.Quote(spec.Name)}.", nameof(tensors));
            position += bytes;
        }

        var header = FormatHeader(metadata ?? new Dictionary<string, string> { ["format"] = "pt" });
        foreach (var entry in _entries.Values)
            entry.DataStart = header.Length;
        _file = new AtomicFile(path);
        try
        {
            _file.Stream.Write(header);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The next elements of tensor <paramref name="name"/>, rounded to its element type.</summary>
    /// <exception cref="ArgumentException">The tensor was not declared or does not hold real numbers, or there are more elements than it has.</exception>
    /// <exception cref="InputDataException">The disk is full.</exception>
    public void Write<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var entry = Find(name);
        var type = entry.Spec.DType;
        if (!type.IsFloatingPoint())
            throw new ArgumentException($"Tensor {Printable.Quote(name)} has elements of {type.FormatName()}: write its bytes.", nameof(name));
        var buffer = ArrayPool<byte>.Shared.Rent(BlockElements * sizeof(double));
        while (!values.IsEmpty)
        {
            var count = Math.Min(BlockElements, values.Length);
            var bytes = buffer.AsSpan(0, count * type.ByteSize());
            ElementConversion.Encode(values[..count], type, bytes);
            Append(entry, bytes);
            values = values[count..];
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The next rows of tensor <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Write{T}(string, ReadOnlySpan{T})"/>.</exception>
    /// <exception cref="InputDataException">The disk is full.</exception>
    public void Write<T>(string name, MatrixView<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < rows.Rows; i++)
            Write<T>(name, rows.Row(i));
        rows.KeepAlive();
    }

    /// <summary>The next bytes of tensor <paramref name="name"/>, as they are.</summary>
    /// <exception cref="ArgumentException">The tensor was not declared, or there are more bytes than it has.</exception>
    /// <exception cref="InputDataException">The disk is full.</exception>
    public void WriteBytes(string name, ReadOnlySpan<byte> bytes) => Append(Find(name), bytes);

    /// <summary>Copies all of tensor <paramref name="name"/> of <paramref name="source"/>, bit for bit.</summary>
    /// <exception cref="ArgumentException">The tensor was not declared, or with another type or size.</exception>
    /// <exception cref="InputDataException"><paramref name="source"/> has no such tensor, or the disk is full.</exception>
    public unsafe void Copy(string name, SafetensorsFile source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var entry = Find(name);
        var info = source.Info(name);
        if (info.DType != entry.Spec.DType || !info.Shape.AsSpan().SequenceEqual(entry.Spec.Shape))
            throw new ArgumentException($"Tensor {Printable.Quote(name)} was declared as {entry.Spec.DType.FormatName()} {Printable.Shape(entry.Spec.Shape)}, and the source has {info.DType.FormatName()} {info.FormatShape()}.", nameof(name));
        var pointer = source.Address(name, out var byteCount);
        for (var done = 0L; done < byteCount;)
        {
            var count = (int)Math.Min(1 << 20, byteCount - done);
            Append(entry, new ReadOnlySpan<byte>(pointer + done, count));
            done += count;
        }
        GC.KeepAlive(source);
    }

    /// <summary>Checks that every tensor was written whole, and gives the file its name.</summary>
    /// <exception cref="InvalidOperationException">A tensor was not written whole.</exception>
    /// <exception cref="InputDataException">The disk is full, or the file cannot be replaced.</exception>
    public void Complete()
    {
        foreach (var entry in _entries.Values)
            if (entry.Position != entry.End)
                throw new InvalidOperationException($"Of tensor {Printable.Quote(entry.Spec.Name)}, {entry.End - entry.Position} bytes were not written.");
        _file.Commit();
    }

    /// <summary>Drops the file unless it was completed.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Writes a file of <paramref name="tensors"/> in one call.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Each with as many elements as its shape says; a vector may be a matrix of one row.</param>
    /// <param name="metadata">Free text for <c>__metadata__</c>; null for <c>format: pt</c>.</param>
    /// <exception cref="ArgumentException">A name occurs twice, or a shape does not fit its values.</exception>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    public static void Write<T>(string path, IReadOnlyList<(TensorSpec Spec, MatrixView<T> Values)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tensors);
        foreach (var (spec, values) in tensors)
            if (spec.Shape.Aggregate((Int128)1, static (product, size) => product * size) != (long)values.Rows * values.Columns)
                throw new ArgumentException($"Tensor {Printable.Quote(spec.Name)} {Printable.Shape(spec.Shape)} cannot hold {values.Rows}×{values.Columns} values.", nameof(tensors));
        using var writer = new SafetensorsWriter(path, tensors.Select(t => t.Spec), metadata);
        foreach (var (spec, values) in tensors)
            writer.Write(spec.Name, values);
        writer.Complete();
    }

    private Entry Find(string name)
        => _entries.TryGetValue(name, out var entry) ? entry : throw new ArgumentException($"No tensor {Printable.Quote(name)} was declared.", nameof(name));

    private void Append(Entry entry, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > entry.End - entry.Position)
            throw new ArgumentException($"Tensor {Printable.Quote(entry.Spec.Name)} {Printable.Shape(entry.Spec.Shape)} has no room for more elements.");
        var position = entry.DataStart + entry.Position;
        if (_file.Stream.Position != position)
            _file.Stream.Position = position;
        _file.Stream.Write(bytes);
        entry.Position += bytes.Length;
    }

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
            foreach (var entry in _entries.Values)
            {
                json.WriteStartObject(entry.Spec.Name);
                json.WriteString("dtype", entry.Spec.DType.FormatName());
                json.WriteStartArray("shape");
                foreach (var size in entry.Spec.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(entry.Begin);
                json.WriteNumberValue(entry.End);
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

    private sealed class Entry(TensorSpec spec, long begin, long end)
    {
        internal TensorSpec Spec { get; } = spec;

        internal long Begin { get; } = begin;

        internal long End { get; } = end;

        internal long DataStart { get; set; }

        internal long Position { get; set; } = begin;
    }
}
