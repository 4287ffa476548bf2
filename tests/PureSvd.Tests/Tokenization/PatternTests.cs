using PureSvd.Tokenization;

namespace PureSvd.Tests.Tokenization;

public class PatternTests
{
    private const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    [Theory]
    [InlineData(Llama3, "I'LL pay 12345 now!\n\n  ok", "I|'LL| pay| |123|45| now|!\n\n| | ok")]
    [InlineData(Llama3, "x'\u017F \U0001D518\U0001D52B\U0001F600", "x|'\u017F| \U0001D518\U0001D52B|\U0001F600")]
    [InlineData(@"\p{N}{1,3}+", "12345", "12345")]
    [InlineData(@"^a", "a\na", "a|a")]
    [InlineData(@"[\p{L}&&[^\p{Han}]]+", "ab\u4E2Dc", "ab|c")]
    [InlineData(@"a++|\S", "aab", "aa|b")]
    [InlineData(@"a*?b|a", "aabaa", "aab|a|a")]
    public void Matches_are_those_of_Oniguruma(string pattern, string text, string expected)
        => Assert.Equal(expected.Split('|'), Pattern.Parse(pattern).Matches(text).Select(range => text[range]));

    [Theory]
    [InlineData(@"(?<=a)b", "look-behind")]
    [InlineData(@"(a)\1", "\\1")]
    [InlineData(@"(?>a)", "atomic")]
    [InlineData(@"\p{Klingon}", "Klingon")]
    [InlineData(@"(a", "does not end")]
    [InlineData(@"[a", "without its ]")]
    public void What_is_not_supported_is_refused_by_name(string pattern, string expected)
        => Assert.Contains(expected, Assert.Throws<FormatException>(() => Pattern.Parse(pattern)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(@"\s+$|\s")]
    [InlineData(@"(\s+)+x|\s")]
    [InlineData(@"\s++x|\s")]
    [InlineData(@"(?=\s*x)\s|\S")]
    [InlineData(Llama3)]
    public void Hostile_repetition_costs_linear_time(string pattern)
        // With quadratic cost this would not end within a day.
        => Assert.NotEmpty(Pattern.Parse(pattern).Matches(new string(' ', 1 << 20) + "x"));
}
