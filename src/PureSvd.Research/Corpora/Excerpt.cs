using System.Text;

namespace PureSvd.Research.Corpora;

/// <summary>Text from a file in an error message: one line, and not a long one.</summary>
internal static class Excerpt
{
    private const int MaxLength = 60;

    internal static string Of(string text)
    {
        var excerpt = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
            excerpt.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? '·' : c);
        return text.Length <= MaxLength ? excerpt.ToString() : excerpt.Append('…').ToString();
    }

    /// <summary>The first few, separated by commas.</summary>
    internal static string Of(IEnumerable<string> texts)
    {
        var list = texts.Take(13).Select(Of).ToArray();
        return list.Length <= 12 ? string.Join(", ", list) : string.Join(", ", list[..12]) + ", …";
    }
}
