using System.Buffers;
using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Storage;

/// <summary>Writes a safetensors file tensor by tensor, so that a model of any size passes through a small buffer; the file appears when it is complete.</summary>
/// <remarks>Tensors may come in any order, and each in several parts, row-major. In the file the wider element types come first, so that every tensor is aligned to its elements.</remarks>
public sealed class SafetensorsWriter : IDisposable
{
    private const int BlockElements = 1 << 14;

    private readonly AtomicFile _file;
    private readonly SafetensorsLayout _layout;
    private readonly Dictionary<string, long> _written;

    /// <summary>Starts writing <paramref name="path"/>.</summary>
    /// <param name="path">The file; appears under this name by <see cref="Complete"/>.</param>
    /// <param name="tensors">Every tensor that will be written.</param>
    /// <param name="metadata">Free text for <c>__metadata__</c>; null for Hugging Face's usual <c>format: pt</c>.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is <c>__metadata__</c>, or a size is negative.</exception>
    /// <exception cref="InputDataException">The file cannot be created.</exception>
    public SafetensorsWriter(string path, IEnumerable<TensorSpec> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        _layout = new SafetensorsLayout(tensors, metadata);
        _written = _layout.Places.ToDictionary(p => p.Spec.Name, _ => 0L, StringComparer.Ordinal);
        _file = new AtomicFile(path);
        try
        {
            _file.Stream.Write(_layout.Header);
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
        var place = _layout.Find(name);
        var type = place.Spec.DType;
        if (!type.IsFloatingPoint())
            throw new ArgumentException($"Tensor {Printable.Quote(name)} has elements of {type.FormatName()}: write its bytes.", nameof(name));
        var buffer = ArrayPool<byte>.Shared.Rent(BlockElements * sizeof(double));
        while (!values.IsEmpty)
        {
            var count = Math.Min(BlockElements, values.Length);
            var bytes = buffer.AsSpan(0, count * type.ByteSize());
            ElementConversion.Encode(values[..count], type, bytes);
            Append(place, bytes);
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
    }

    /// <summary>The next bytes of tensor <paramref name="name"/>, as they are.</summary>
    /// <exception cref="ArgumentException">The tensor was not declared, or there are more bytes than it has.</exception>
    /// <exception cref="InputDataException">The disk is full.</exception>
    public void WriteBytes(string name, ReadOnlySpan<byte> bytes) => Append(_layout.Find(name), bytes);

    /// <summary>Copies all of tensor <paramref name="name"/> of <paramref name="source"/>, bit for bit.</summary>
    /// <exception cref="ArgumentException">The tensor was not declared, or with another type or size.</exception>
    /// <exception cref="InputDataException"><paramref name="source"/> has no such tensor, or the disk is full.</exception>
    public unsafe void Copy(string name, SafetensorsFile source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var place = _layout.Find(name);
        var info = source.Info(name);
        if (info.DType != place.Spec.DType || !info.Shape.AsSpan().SequenceEqual(place.Spec.Shape))
            throw new ArgumentException($"Tensor {Printable.Quote(name)} was declared as {place.Spec.DType.FormatName()} {Printable.Shape(place.Spec.Shape)}, and the source has {info.DType.FormatName()} {info.FormatShape()}.", nameof(name));
        var pointer = source.Address(name, out var byteCount);
        for (var done = 0L; done < byteCount;)
        {
            var count = (int)Math.Min(1 << 20, byteCount - done);
            Append(place, new ReadOnlySpan<byte>(pointer + done, count));
            done += count;
        }
        GC.KeepAlive(source);
    }

    /// <summary>Checks that every tensor was written whole, and gives the file its name.</summary>
    /// <exception cref="InvalidOperationException">A tensor was not written whole.</exception>
    /// <exception cref="InputDataException">The disk is full, or the file cannot be replaced.</exception>
    public void Complete()
    {
        foreach (var place in _layout.Places)
            if (_written[place.Spec.Name] != place.ByteCount)
                throw new InvalidOperationException($"Of tensor {Printable.Quote(place.Spec.Name)}, {place.ByteCount - _written[place.Spec.Name]} bytes were not written.");
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

    private void Append(SafetensorsLayout.Place place, ReadOnlySpan<byte> bytes)
    {
        var done = _written[place.Spec.Name];
        if (bytes.Length > place.ByteCount - done)
            throw new ArgumentException($"Tensor {Printable.Quote(place.Spec.Name)} {Printable.Shape(place.Spec.Shape)} has no room for more elements.");
        var position = _layout.OffsetOf(place) + done;
        if (_file.Stream.Position != position)
            _file.Stream.Position = position;
        _file.Stream.Write(bytes);
        _written[place.Spec.Name] = done + bytes.Length;
    }
}
