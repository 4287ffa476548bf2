namespace PureSvd.Cli.Tests;

/// <summary>A folder of its own for one test.</summary>
internal sealed class CommandFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("puresvd-cli-tests-");

    internal string Name => _folder.FullName;

    internal string this[string file] => Path.Combine(_folder.FullName, file);

    internal string Write(string file, string text)
    {
        File.WriteAllText(this[file], text);
        return this[file];
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
