namespace PureSvd.Cli.Tests.Architecture;

/// <summary>The checkout that the tests run in.</summary>
internal static class Repository
{
    /// <summary>The directory of <c>PureSvd.sln</c>.</summary>
    internal static string Root { get; } = Find();

    /// <summary>Every C# source below <paramref name="folder"/>, build output left out.</summary>
    internal static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "PureSvd.sln")))
                return directory.FullName;
        }
        throw new InvalidOperationException("PureSvd.sln is in no directory above the tests.");
    }
}
