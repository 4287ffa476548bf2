namespace PureSvd.Tests.Storage;

/// <summary>A folder of its own for one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("puresvd-tests-");

    internal string Name => _folder.FullName;

    internal string this[string file] => Path.Combine(_folder.FullName, file);

    internal string Write(string file, string text)
    {
        File.WriteAllText(this[file], text);
        return this[file];
    }

    internal string Write(string file, byte[] bytes)
    {
        File.WriteAllBytes(this[file], bytes);
        return this[file];
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
