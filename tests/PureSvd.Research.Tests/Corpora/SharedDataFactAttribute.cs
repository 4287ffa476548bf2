namespace PureSvd.Research.Tests.Corpora;

/// <summary>A test on a file of <c>../shared/data</c>; skipped, and says so, where that is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute
{
    /// <summary>Skips the test unless <paramref name="file"/> exists.</summary>
    public SharedDataFactAttribute(string file)
    {
        if (Find(file) is null)
            Skip = $"../shared/data/{file} is not here.";
    }

    internal static string PathOf(string file) => Find(file) ?? throw new FileNotFoundException(file);

    private static string? Find(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "PureSvd.sln")))
                continue;
            var path = Path.Combine(folder.FullName, "..", "shared", "data", file);
            return File.Exists(path) || Directory.Exists(path) ? path : null;
        }
        return null;
    }
}
