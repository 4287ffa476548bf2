using PureSvd.Storage;

namespace PureSvd.Research.Corpora;

/// <summary>Some of the documents of a text file.</summary>
/// <param name="File">The file, in UTF-8.</param>
/// <param name="Separator">What stands between documents, such as <c>&lt;|endoftext|&gt;</c> or a line feed; white space after it is dropped. Empty for a file that is one document.</param>
/// <param name="Skip">How many documents at the start are left out.</param>
/// <param name="Take">How many follow at most; 0 for all.</param>
public sealed record Documents(string File, string Separator = "", int Skip = 0, int Take = 0)
{
    /// <summary>Reads them.</summary>
    /// <exception cref="InputDataException">The file is at fault, or has no such document.</exception>
    public IReadOnlyList<string> Read()
    {
        var text = TextFile.Read(File);
        IEnumerable<string> all = Separator.Length == 0 ? [text] : text.Split(Separator).Select(d => d.TrimStart()).Where(d => d.Length > 0);
        string[] chosen = [.. all.Skip(Skip).Take(Take == 0 ? int.MaxValue : Take)];
        return chosen.Any(d => d.Length > 0) ? chosen : throw new InputDataException(File, Skip == 0 ? "has no text." : $"has no document after the first {Skip}.");
    }
}
