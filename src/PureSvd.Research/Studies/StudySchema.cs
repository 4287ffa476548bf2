namespace PureSvd.Research.Studies;

/// <summary>The JSON schema of <c>study.json</c>, for editors; <see cref="StudyConfigReader"/> and <see cref="StudyConfig.Validate"/> decide.</summary>
public static class StudySchema
{
    /// <summary>The schema, draft 2020-12.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(StudySchema).Assembly.GetManifestResourceStream("study.schema.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
