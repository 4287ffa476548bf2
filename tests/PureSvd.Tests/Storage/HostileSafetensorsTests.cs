using System.Buffers.Binary;
using System.Text;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Tests.Storage;

public class HostileSafetensorsTests
{
    private const string Good = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[8,12]}}""";

    public static TheoryData<string, int, string> Headers => new()
    {
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "truncated" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "1 bytes follow the last tensor" },
        { "{}", 5, "5 bytes follow the last tensor" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "overlap" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[9,13]}}""", 13, "gap" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "gap" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "whole numbers" },
        { """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "whole numbers" },
        { """{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", 8, "whole numbers" },
        { """{"a":{"dtype":"F32","shape":[1e3],"data_offsets":[0,4000]}}""", 4000, "whole numbers" },
        { """{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "whole numbers" },
        { """{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", 8, "whole numbers" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "offsets 8 to 0" },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "is 12 bytes" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[1000000,1000008]}}""", 8, "ends at byte 1000008" },
        { """{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", 8, "more than any file holds" },
        { """{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", 8, "truncated" },
        { """{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""", 0, "more than any file holds" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,16]}}""", 8, "3 data_offsets" },
        { """{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "not a list" },
        { """{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2, "unknown dtype 'F8_E4M3'" },
        { """{"a":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown dtype 'f32'" },
        { """{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", 8, "not text" },
        { """{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "no dtype" },
        { """{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "no shape" },
        { """{"a":{"dtype":"F32","shape":[2]}}""", 8, "no data_offsets" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "two entries 'dtype'" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "named twice" },
        { """{"a":[]}""", 0, "not described by an object" },
        { """{"__metadata__":{"a":1}}""", 0, "not text" },
        { """{"__metadata__":[]}""", 0, "not an object" },
        { """{"__metadata__":{"a":"1","a":"2"}}""", 0, "'a' twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "occurs twice" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "not valid JSON" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x""", 8, "not valid JSON" },
        { """{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "not valid JSON" },
        { """ {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "does not start with '{'" },
        { "[]", 0, "does not start with '{'" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_lying_header_is_refused_by_what_is_wrong(string header, int dataLength, string expected)
    {
        using var folder = new TemporaryFolder();
        AssertRefused(folder.Write("model.safetensors", FileOf(Encoding.UTF8.GetBytes(header), dataLength)), expected);
    }

    [Theory]
    [InlineData(ulong.MaxValue, "claims 18446744073709551615 bytes")]
    [InlineData(100_000_001UL, "at most 100000000")]
    [InlineData(99_999_999UL, "truncated")]
    [InlineData(0UL, "claims 0 bytes")]
    [InlineData(1UL, "claims 1 bytes")]
    public void A_lying_header_length_is_refused(ulong length, string expected)
    {
        using var folder = new TemporaryFolder();
        var bytes = FileOf(Encoding.UTF8.GetBytes(Good), 12);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        AssertRefused(folder.Write("model.safetensors", bytes), expected);
    }

    [Fact]
    public void Headers_that_are_not_UTF8_or_nested_too_deep_are_refused()
    {
        using var folder = new TemporaryFolder();
        AssertRefused(folder.Write("model.safetensors", FileOf([(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)'}'], 0)), "not UTF-8");
        AssertRefused(folder.Write("model.safetensors", FileOf(Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 100_000)), 0)), "not");
        AssertRefused(folder.Write("model.safetensors", FileOf(Encoding.UTF8.GetBytes("{\"a\":{\"x\":" + new string('[', 100_000) + new string(']', 100_000) + "}}"), 0)), "not valid JSON");
    }

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        var whole = FileOf(Encoding.UTF8.GetBytes(Good), 12);
        for (var length = 0; length < whole.Length; length++)
        {
            var path = folder.Write("model.safetensors", whole[..length]);
            Assert.Throws<InputDataException>(() => SafetensorsFile.Open(path));
        }
    }

    [Fact]
    public void Missing_files_directories_and_tensors_say_so()
    {
        using var folder = new TemporaryFolder();
        AssertRefused(folder["absent"], "no such file");
        AssertRefused(folder.Name, "is a directory");
        using var file = SafetensorsFile.Open(folder.Write("model.safetensors", FileOf(Encoding.UTF8.GetBytes(Good), 12)));
        Assert.Contains("'c'", Assert.Throws<InputDataException>(() => file.Read("c", new float[2])).Message, StringComparison.Ordinal);
        Assert.Contains("U8", Assert.Throws<InputDataException>(() => file.Read("b", new float[4])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => file.Read("a", new float[3]));
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Read("a", new float[2]));
    }

    [Fact]
    public void A_hostile_name_is_shortened_and_stripped_of_control_characters_in_the_message()
    {
        using var folder = new TemporaryFolder();
        var name = "\\u001b[2J\\n" + new string('x', 1_000_000);
        var path = folder.Write("model.safetensors", FileOf(Encoding.UTF8.GetBytes($$$"""{"{{{name}}}":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}}"""), 8));
        var message = Assert.Throws<InputDataException>(() => SafetensorsFile.Open(path)).Message;
        Assert.InRange(message.Length, 1, 1000);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void Random_damage_gives_a_readable_file_or_the_typed_exception()
    {
        using var folder = new TemporaryFolder();
        var random = new SeededRandom(6);
        var whole = FileOf(Encoding.UTF8.GetBytes(Good), 12);
        var headerLength = whole.Length - 12;
        var (opened, refused) = (0, 0);
        for (var i = 0; i < 4000; i++)
        {
            var bytes = (byte[])whole.Clone();
            for (var flips = 1 + random.Next(3); flips > 0; flips--)
            {
                var at = random.Next(random.Next(4) == 0 ? 8 : headerLength);
                bytes[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"0123456789[]{},:\"F"[random.Next(18)];
            }
            if (random.Next(8) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            if (random.Next(8) == 0)
                bytes = [.. bytes, .. new byte[random.Next(16)]];
            try
            {
                using var file = SafetensorsFile.Open(folder.Write("model.safetensors", bytes));
                foreach (var (name, tensor) in file.Tensors)
                {
                    Assert.InRange(tensor.Begin, 0, tensor.End);
                    Assert.InRange(tensor.End, 0, bytes.Length - 8);
                    Assert.Equal(tensor.ByteCount, file.Bytes(name).Length);
                    if (tensor.DType.IsFloatingPoint())
                        file.Read(name, new double[tensor.ElementCount]);
                }
                opened++;
            }
            catch (InputDataException)
            {
                refused++;
            }
        }
        Assert.InRange(opened, 10, 3990);
        Assert.Equal(4000, opened + refused);
    }

    internal static byte[] FileOf(byte[] header, int dataLength)
    {
        var bytes = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        header.CopyTo(bytes, 8);
        for (var i = 0; i < dataLength; i++)
            bytes[8 + header.Length + i] = (byte)(i * 37);
        return bytes;
    }

    private static void AssertRefused(string path, string expected)
    {
        var fault = Assert.Throws<InputDataException>(() => SafetensorsFile.Open(path));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }
}
