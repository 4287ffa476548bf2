using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PureSvd.Storage;

/// <summary>The header of a <c>.npy</c> file: a Python dictionary literal with <c>descr</c>, <c>fortran_order</c> and <c>shape</c>.</summary>
/// <param name="DType">F16, F32 or F64.</param>
/// <param name="IsFortranOrder">Column-major.</param>
/// <param name="Shape">The sizes.</param>
/// <param name="ElementCount">Their product.</param>
internal sealed record NpyHeader(TensorDType DType, bool IsFortranOrder, int[] Shape, int ElementCount)
{
    private const int MaxHeaderBytes = 1 << 16;
    private const int MaxDimensions = 32;

    /// <summary>Reads the header, checks it against the length of the file, and leaves <paramref name="stream"/> at the first element.</summary>
    internal static NpyHeader Read(string path, FileStream stream)
    {
        Span<byte> start = stackalloc byte[12];
        var got = stream.ReadAtLeast(start[..10], 10, throwOnEndOfStream: false);
        if (got < 10 || start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
            throw new InputDataException(path, "does not start as a .npy file does.", "byte 0", "Save the array with numpy.save.");
        if (start[6] is < 1 or > 3)
            throw new InputDataException(path, $"has the .npy version {start[6]}.{start[7]}, and 1.0 to 3.0 are known.", "byte 6", "Save the array with numpy.save.");
        long length = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (start[6] > 1)
        {
            if (stream.ReadAtLeast(start[10..], 2, throwOnEndOfStream: false) < 2)
                throw Truncated(path);
            length = BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        }
        if (length > stream.Length - stream.Position)
            throw Truncated(path);
        if (length > MaxHeaderBytes)
            throw new InputDataException(path, $"has a header of {length} bytes, and at most {MaxHeaderBytes} are read.", "header", "Save the array with numpy.save.");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        var header = new Parser(path, Encoding.Latin1.GetString(bytes)).Parse();
        var (expected, present) = ((long)header.ElementCount * header.DType.ByteSize(), stream.Length - stream.Position);
        if (expected != present)
            throw new InputDataException(path, $"its header promises {Printable.Shape(Array.ConvertAll(header.Shape, s => (long)s))}, {expected} bytes, and {present} follow: the file is {(present < expected ? "truncated" : "too long")}.", "data", "Save the array again.");
        return header;
    }

    /// <summary>Everything before the first element, padded so that the data is aligned to 64 bytes.</summary>
    internal static byte[] Format(TensorDType type, ReadOnlySpan<int> shape)
    {
        var text = new StringBuilder("{'descr': '<f").Append(type.ByteSize()).Append("', 'fortran_order': False, 'shape': (");
        for (var d = 0; d < shape.Length; d++)
            text.Append(d == 0 ? "" : " ").Append(shape[d].ToString(CultureInfo.InvariantCulture)).Append(d == 0 || d < shape.Length - 1 ? "," : "");
        text.Append("), }");
        text.Append(' ', 63 - (10 + text.Length) % 64).Append('\n');
        var header = new byte[10 + text.Length];
        header[0] = 0x93;
        "NUMPY"u8.CopyTo(header.AsSpan(1));
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)text.Length);
        Encoding.ASCII.GetBytes(text.ToString(), header.AsSpan(10));
        return header;
    }

    private static InputDataException Truncated(string path) => new(path, "ends inside its header.", "header", "Save the array again.");

    /// <summary>Just as much of Python's literals as numpy writes: one flat dictionary of strings, booleans and tuples of integers.</summary>
    private sealed class Parser(string path, string text)
    {
        private int _at;

        internal NpyHeader Parse()
        {
            string? descr = null;
            bool? fortran = null;
            int[]? shape = null;
            Expect('{');
            while (!TryTake('}'))
            {
                var key = ReadString();
                Expect(':');
                switch (key)
                {
                    case "descr" when descr is null:
                        if (Peek() == '[')
                            throw new InputDataException(path, "holds records, and an array of float32 or float64 is needed.", "header", "Save the array with numpy.save after astype(float).");
                        descr = ReadString();
                        break;
                    case "fortran_order" when fortran is null:
                        fortran = ReadBoolean();
                        break;
                    case "shape" when shape is null:
                        shape = ReadShape();
                        break;
                    default:
                        throw Fault();
                }
                if (!TryTake(','))
                {
                    Expect('}');
                    break;
                }
            }
            if (!text.AsSpan(_at).Trim(" \n\r\t").IsEmpty || descr is null || fortran is null || shape is null)
                throw Fault();
            return new NpyHeader(ReadType(descr), fortran.Value, shape, CountElements(shape));
        }

        private TensorDType ReadType(string descr) => descr switch
        {
            "<f8" or "=f8" or "f8" => TensorDType.F64,
            "<f4" or "=f4" or "f4" => TensorDType.F32,
            "<f2" or "=f2" or "f2" => TensorDType.F16,
            ['>', 'f', ..] => throw new InputDataException(path, $"has big-endian numbers ({descr}).", "header", $"Save it as little-endian: a.astype('<{descr[1..]}')."),
            _ => throw new InputDataException(path, $"has elements of type {Printable.Quote(descr)}, and float32 or float64 are needed.", "header", "Save the array with numpy.save after astype(float)."),
        };

        private int CountElements(int[] shape)
        {
            var count = 1L;
            foreach (var size in shape)
                if ((count *= size) > Array.MaxLength)
                    throw new InputDataException(path, $"promises {Printable.Shape(Array.ConvertAll(shape, s => (long)s))}, more elements than an array holds.", "header");
            return (int)count;
        }

        private int[] ReadShape()
        {
            var shape = new List<int>();
            Expect('(');
            while (!TryTake(')'))
            {
                SkipSpace();
                var start = _at;
                while (_at < text.Length && char.IsAsciiDigit(text[_at]))
                    _at++;
                if (!int.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var size) || shape.Count == MaxDimensions)
                    throw Fault();
                TryTake('L');
                shape.Add(size);
                if (!TryTake(','))
                {
                    Expect(')');
                    break;
                }
            }
            return [.. shape];
        }

        private string ReadString()
        {
            SkipSpace();
            var quote = _at < text.Length ? text[_at] : '\0';
            var end = quote is '\'' or '"' ? text.IndexOf(quote, _at + 1) : -1;
            if (end < 0)
                throw Fault();
            var value = text[(_at + 1)..end];
            _at = end + 1;
            return value;
        }

        private bool ReadBoolean()
        {
            SkipSpace();
            foreach (var (word, value) in new[] { ("True", true), ("False", false) })
                if (text.AsSpan(_at).StartsWith(word))
                {
                    _at += word.Length;
                    return value;
                }
            throw Fault();
        }

        private char Peek()
        {
            SkipSpace();
            return _at < text.Length ? text[_at] : '\0';
        }

        private bool TryTake(char c)
        {
            var found = Peek() == c;
            if (found)
                _at++;
            return found;
        }

        private void Expect(char c)
        {
            if (!TryTake(c))
                throw Fault();
        }

        private void SkipSpace()
        {
            while (_at < text.Length && (text[_at] is ' ' or '\n' or '\r' or '\t'))
                _at++;
        }

        private InputDataException Fault() => new(path, $"has a header that cannot be understood: {Printable.Quote(text)}.", "header", "Save the array with numpy.save.");
    }
}
