namespace PureSvd.Research.Tests.Corpora;

/// <summary>A file that lives as long as its test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    internal TemporaryFile(string name, byte[] content)
    {
        var folder = Directory.CreateTempSubdirectory("puresvd-test-");
        Path = System.IO.Path.Combine(folder.FullName, name);
        File.WriteAllBytes(Path, content);
    }

    internal TemporaryFile(string name, string content)
        : this(name, System.Text.Encoding.UTF8.GetBytes(content))
    {
    }

    internal string Path { get; }

    public void Dispose() => Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
}
