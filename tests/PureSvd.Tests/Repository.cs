namespace PureSvd.Tests;

/// <summary>Where the repository and the data beside it are.</summary>
internal static class Repository
{
    /// <summary>The folder of PureSvd.sln.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>Real data for trying, which not every machine has: <c>../shared/data</c>.</summary>
    internal static string SharedData { get; } = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data"));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PureSvd.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException("PureSvd.sln is above none of the folders of the tests.");
    }
}

/// <summary>A test that needs <c>../shared/data</c>, and is skipped where that is absent.</summary>
public sealed class SharedDataFactAttribute : FactAttribute
{
    /// <summary>Skips, and says so, where the data is absent.</summary>
    public SharedDataFactAttribute()
    {
        if (!Directory.Exists(Repository.SharedData))
            Skip = $"{Repository.SharedData} is absent.";
    }
}
