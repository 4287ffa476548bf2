namespace PureSvd.Cli;

/// <summary>Orders names as people do: <c>layer.2</c> before <c>layer.10</c>.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    private NaturalOrder()
    {
    }

    internal static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        x ??= "";
        y ??= "";
        var i = 0;
        var j = 0;
        while (i < x.Length && j < y.Length)
        {
            var a = Digits(x, i);
            var b = Digits(y, j);
            var order = a.IsEmpty || b.IsEmpty ? x[i] - y[j] : CompareNumbers(a.TrimStart('0'), b.TrimStart('0'));
            if (order != 0)
                return order;
            i += Math.Max(1, a.Length);
            j += Math.Max(1, b.Length);
        }
        var rest = (x.Length - i) - (y.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    private static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b) => a.Length != b.Length ? a.Length - b.Length : a.SequenceCompareTo(b);

    private static ReadOnlySpan<char> Digits(string text, int start)
    {
        var end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return text.AsSpan(start, end - start);
    }
}
