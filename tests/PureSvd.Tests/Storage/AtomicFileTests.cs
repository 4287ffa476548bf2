using PureSvd.Storage;

namespace PureSvd.Tests.Storage;

public class AtomicFileTests
{
    [Fact]
    public void The_folder_is_created_and_the_file_replaces_the_old_one()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Name, "new", "deep", "f.txt");
        AtomicFile.WriteAllText(path, "first");
        AtomicFile.WriteAllText(path, "é");
        Assert.Equal([0xC3, 0xA9], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_write_that_throws_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("f.txt", "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Name));
    }

    [Fact]
    public void A_full_disk_is_one_clear_line_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var path = folder["f.bin"];
        using (var file = new AtomicFile(path, name => new FullDisk(name, capacity: 100)))
        {
            file.Stream.Write(new byte[100]);
            var fault = Assert.Throws<InputDataException>(() => file.Stream.Write(new byte[1]));
            Assert.Contains("f.bin", fault.Message, StringComparison.Ordinal);
            Assert.Contains("No space left", fault.Message, StringComparison.Ordinal);
        }
        Assert.Empty(Directory.GetFiles(folder.Name));

        using (var file = new AtomicFile(path, name => new FullDisk(name, capacity: 100, failsWhenFlushed: true)))
        {
            file.Stream.Write(new byte[50]);
            Assert.Throws<InputDataException>(file.Commit);
        }
        Assert.Empty(Directory.GetFiles(folder.Name));
    }

    [Fact]
    public void What_cannot_be_a_file_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("is a directory", Assert.Throws<InputDataException>(() => AtomicFile.WriteAllText(folder.Name, "x")).Message, StringComparison.Ordinal);
        var file = folder.Write("f", "x");
        Assert.Contains("cannot be written", Assert.Throws<InputDataException>(() => AtomicFile.WriteAllText(Path.Combine(file, "g"), "x")).Message, StringComparison.Ordinal);
        Assert.Equal(["f"], Directory.GetFiles(folder.Name).Select(Path.GetFileName));
    }

    [NotRootFact]
    public void A_read_only_folder_is_one_clear_line()
    {
        using var folder = new TemporaryFolder();
        var inner = Directory.CreateDirectory(folder["inner"]).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(inner, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Contains("permissions", Assert.Throws<InputDataException>(() => AtomicFile.WriteAllText(Path.Combine(inner, "f"), "x")).Message, StringComparison.Ordinal);
    }

    /// <summary>A test that file permissions must hold back: they do not hold back root.</summary>
    private sealed class NotRootFactAttribute : FactAttribute
    {
        public NotRootFactAttribute()
        {
            if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
                Skip = "Permissions do not hold back root, nor are they Windows's.";
        }
    }

    private sealed class FullDisk(string path, int capacity, bool failsWhenFlushed = false) : Stream
    {
        private readonly FileStream _file = new(path, FileMode.CreateNew);

        public override bool CanRead => false;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => _file.Length;

        public override long Position { get => _file.Position; set => _file.Position = value; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Position + buffer.Length > capacity)
                throw new IOException("No space left on device");
            _file.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
            if (failsWhenFlushed)
                throw new IOException("No space left on device");
            _file.Flush();
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => _file.Seek(offset, origin);

        public override void SetLength(long value) => _file.SetLength(value);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _file.Dispose();
            base.Dispose(disposing);
        }
    }
}
