using System.Globalization;
using System.Text;

namespace PureSvd.Storage;

/// <summary>Text out of files, made fit for a one-line message: names may be megabytes long or carry terminal escapes.</summary>
internal static class Printable
{
    private const int MaxLength = 120;

    /// <summary><paramref name="name"/> in quotes, shortened, with control characters written as <c>\uXXXX</c>.</summary>
    internal static string Quote(string name)
    {
        var text = new StringBuilder("'");
        foreach (var c in name.AsSpan(0, Math.Min(name.Length, MaxLength)))
        {
            if (char.IsControl(c) || char.IsSurrogate(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else
                text.Append(c);
        }
        return text.Append(name.Length > MaxLength ? "…'" : "'").ToString();
    }

    /// <summary>A shape as text: <c>[768×3072]</c>.</summary>
    internal static string Shape(ReadOnlySpan<long> shape)
    {
        var text = new StringBuilder("[");
        for (var i = 0; i < shape.Length; i++)
        {
            if (i == 8)
            {
                text.Append(CultureInfo.InvariantCulture, $"×… {shape.Length} dimensions");
                break;
            }
            text.Append(i == 0 ? "" : "×").Append(shape[i].ToString(CultureInfo.InvariantCulture));
        }
        return text.Append(']').ToString();
    }
}
