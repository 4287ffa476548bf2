namespace PureSvd.Cli.Tests.Architecture;

/// <summary>Habits that a compiler does not check.</summary>
public class SourceTests
{
    [Fact]
    public void No_source_is_unfinished()
    {
        string[] marks = ["NotImplemented" + "Exception", "TO" + "DO", "FIX" + "ME", "HA" + "CK"];
        var unfinished =
            from file in new[] { "src", "tests", "benchmarks" }.SelectMany(Repository.Sources)
            let text = File.ReadAllText(file)
            from mark in marks
            where text.Contains(mark, StringComparison.Ordinal)
            select $"{Path.GetRelativePath(Repository.Root, file)}: {mark}";
        Assert.Empty(unfinished);
    }

    [Fact]
    public void A_library_has_no_public_mutable_static_state()
    {
        var assemblies = new[] { typeof(LinearAlgebra.Gemm), typeof(Models.BertConfig), typeof(Research.Corpora.NliExample) }.Select(type => type.Assembly);
        var mutable =
            from assembly in assemblies
            from type in assembly.GetExportedTypes()
            from field in type.GetFields(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public)
            where !field.IsInitOnly && !field.IsLiteral
            select $"{type}.{field.Name}";
        Assert.Empty(mutable);
    }

    [Fact]
    public void Every_folder_of_the_libraries_has_its_chapter()
    {
        var missing = new[] { "src/PureSvd.LinearAlgebra", "src/PureSvd", "src/PureSvd.Research", "src/PureSvd.Cli" }
            .SelectMany(project => Directory.EnumerateDirectories(Path.Combine(Repository.Root, project)))
            .Where(folder => Path.GetFileName(folder) is not ("bin" or "obj"))
            .Where(folder => !File.Exists(Path.Combine(folder, "README.md")))
            .Select(folder => Path.GetRelativePath(Repository.Root, folder));
        Assert.Empty(missing);
    }
}
