using System.Buffers;
using System.Text;

namespace PureSvd.Tokenization;

/// <summary>What <c>tokenizer.json</c> does to text before it is cut.</summary>
internal abstract record TextNormalizer
{
    internal abstract string Normalize(string text);

    /// <summary>One after the other.</summary>
    internal sealed record Sequence(IReadOnlyList<TextNormalizer> Parts) : TextNormalizer
    {
        internal override string Normalize(string text) => Parts.Aggregate(text, (current, part) => part.Normalize(current));
    }

    /// <summary>Puts something in front of a text that is not empty.</summary>
    internal sealed record Prepend(string Prefix) : TextNormalizer
    {
        internal override string Normalize(string text) => text.Length == 0 ? text : Prefix + text;
    }

    /// <summary>Puts <paramref name="Content"/> for every match of <paramref name="Pattern"/>.</summary>
    internal sealed record Replace(Pattern Pattern, string Content) : TextNormalizer
    {
        internal override string Normalize(string text)
        {
            var matches = Pattern.Matches(text);
            if (matches.Count == 0)
                return text;
            var result = new StringBuilder(text.Length);
            var done = 0;
            foreach (var match in matches)
            {
                result.Append(text, done, match.Start.Value - done).Append(Content);
                done = match.End.Value;
            }
            return result.Append(text, done, text.Length - done).ToString();
        }
    }

    /// <summary>Lower case, character by character.</summary>
    internal sealed record Lowercase : TextNormalizer
    {
        internal override string Normalize(string text) => new Bert(new BertNormalizer(CleanText: false, IsolateChinese: false, StripAccents: false)).Normalize(text);
    }

    /// <summary>Takes white space off the ends.</summary>
    internal sealed record Strip(bool Left, bool Right) : TextNormalizer
    {
        internal override string Normalize(string text) => (Left, Right) switch
        {
            (true, true) => text.Trim(),
            (true, false) => text.TrimStart(),
            (false, true) => text.TrimEnd(),
            _ => text,
        };
    }

    /// <summary>BERT's clean-up.</summary>
    internal sealed record Bert(BertNormalizer Normalizer) : TextNormalizer
    {
        internal override string Normalize(string text)
        {
            var result = new ArrayBufferWriter<char>(text.Length + 16);
            Normalizer.Normalize(text, result);
            return result.WrittenSpan.ToString();
        }
    }

    /// <summary>One of Unicode's normal forms.</summary>
    internal sealed record Form(NormalForm NormalForm) : TextNormalizer
    {
        internal override string Normalize(string text) => NormalForm.Normalize(text);
    }
}
