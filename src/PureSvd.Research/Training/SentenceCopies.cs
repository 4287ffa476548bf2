using PureSvd.LinearAlgebra;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Research.Training;

/// <summary>What was done to the copy of a sentence.</summary>
internal enum CopyChange
{
    /// <summary>Nothing.</summary>
    Same,

    /// <summary>Words are missing.</summary>
    Dropped,

    /// <summary>There are words that the sentence does not have.</summary>
    Added,

    /// <summary>Words gave way to others that the sentence does not have.</summary>
    Replaced,
}

/// <summary>The sentences of running text, and changed copies of them: pairs whose label is known without an annotator.</summary>
/// <remarks>
/// One to three words change, and half of the copies begin in the middle of the sentence and go on with its start, so that the position of a word says nothing.
/// To tell the four changes apart a model must match the words of one segment with those of the other, which is where every pair task begins
/// and what a few thousand labelled pairs are too few to teach.
/// </remarks>
internal sealed class SentenceCopies
{
    /// <summary>The labels of the task, in the order of <see cref="CopyChange"/>.</summary>
    internal static readonly string[] Labels = [.. Enum.GetNames<CopyChange>().Select(name => name.ToLowerInvariant())];

    private const int FewestWords = 5, MostWords = 24, MostChanges = 3, MostPiecesOfWord = 4;

    private readonly List<int[]> _pieces = []; // of each distinct word
    private readonly List<int[]> _sentences = []; // as numbers of words
    private readonly PairFrame _frame;

    private SentenceCopies(PairFrame frame) => _frame = frame;

    /// <summary>How many sentences there are.</summary>
    internal int Count => _sentences.Count;

    /// <summary>Cuts <paramref name="text"/> into sentences of 5 to 24 words of which a pair fits <paramref name="maxLength"/> tokens; the others are left out.</summary>
    /// <exception cref="InputDataException">No sentence is left; <paramref name="file"/> is named.</exception>
    internal static SentenceCopies Of(IEnumerable<string> text, ITokenizer tokenizer, int maxLength, string file)
    {
        var copies = new SentenceCopies(PairFrame.Of(tokenizer));
        var longest = (maxLength - copies._frame.Length - MostChanges * MostPiecesOfWord) / 2;
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in text)
        {
            foreach (var part in line.Split('.', '!', '?', ';'))
            {
                var sentence = WordsOf(part).Select(word => copies.NumberOf(word, numbers, tokenizer)).ToArray();
                if (sentence.Length is >= FewestWords and <= MostWords && sentence.Sum(word => copies._pieces[word].Length) <= longest)
                    copies._sentences.Add(sentence);
            }
        }
        return copies.Count > 1
            ? copies
            : throw new InputDataException(file, $"there are no sentences of {FewestWords} to {MostWords} words that fit {maxLength} tokens twice.", remedy: "Give running text, or a larger max_length.");
    }

    /// <summary>Sentence <paramref name="index"/> with itself: as long as its pairs are, about.</summary>
    internal TokenEncoding Unchanged(int index) => _frame.Encode(Flatten(_sentences[index]), Flatten(_sentences[index]));

    /// <summary>Sentence <paramref name="index"/> and a copy changed at random.</summary>
    internal (TokenEncoding Pair, CopyChange Change) Draw(int index, SeededRandom random)
    {
        var sentence = _sentences[index];
        var change = (CopyChange)random.Next(Labels.Length);
        var copy = sentence.ToList();
        for (var left = Math.Min(1 + random.Next(MostChanges), sentence.Length - FewestWords + 1); left > 0 && change != CopyChange.Same; left--)
            ChangeOne(copy, sentence, change, random);
        if (random.Next(2) == 0)
        {
            var cut = 1 + random.Next(copy.Count - 1);
            copy = [.. copy[cut..], .. copy[..cut]];
        }
        return (_frame.Encode(Flatten(sentence), Flatten(copy)), change);
    }

    private void ChangeOne(List<int> copy, int[] sentence, CopyChange change, SeededRandom random)
    {
        switch (change)
        {
            case CopyChange.Dropped:
                copy.RemoveAt(random.Next(copy.Count));
                break;
            case CopyChange.Added:
                copy.Insert(random.Next(copy.Count + 1), ForeignWord(sentence, random));
                break;
            default:
                copy[random.Next(copy.Count)] = ForeignWord(sentence, random);
                break;
        }
    }

    // Any word of the text, the frequent ones more often; if the text is so small that none turns up, the last one drawn.
    private int ForeignWord(int[] sentence, SeededRandom random)
    {
        var word = 0;
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var other = _sentences[random.Next(Count)];
            word = other[random.Next(other.Length)];
            if (!sentence.Contains(word) && _pieces[word].Length <= MostPiecesOfWord)
                break;
        }
        return word;
    }

    private int[] Flatten(IEnumerable<int> words) => [.. words.SelectMany(word => _pieces[word])];

    private int NumberOf(string word, Dictionary<string, int> numbers, ITokenizer tokenizer)
    {
        if (!numbers.TryGetValue(word, out var number))
        {
            numbers.Add(word, number = _pieces.Count);
            var encoding = tokenizer.Encode(word);
            _pieces.Add([.. encoding.Ids.Where((_, i) => !encoding.Special[i])]);
        }
        return number;
    }

    private static IEnumerable<string> WordsOf(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inside = i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] is '\'' or '’');
            if (inside && start < 0)
                start = i;
            if (!inside && start >= 0)
            {
                yield return text[start..i].ToLowerInvariant();
                start = -1;
            }
        }
    }

    /// <summary>The special tokens around and between two segments.</summary>
    private sealed record PairFrame(int[] Before, int[] Between, int[] After)
    {
        internal int Length => Before.Length + Between.Length + After.Length;

        internal static PairFrame Of(ITokenizer tokenizer)
        {
            var probe = tokenizer.Encode("a", "a");
            var first = Array.IndexOf(probe.Special, false);
            var last = Array.LastIndexOf(probe.Special, false);
            return new PairFrame(probe.Ids[..first], [.. probe.Ids[first..last].Where((_, i) => probe.Special[first + i])], probe.Ids[(last + 1)..]);
        }

        internal TokenEncoding Encode(int[] first, int[] second)
        {
            int[] ids = [.. Before, .. first, .. Between, .. second, .. After];
            var (types, special) = (new int[ids.Length], new bool[ids.Length]);
            var start = Before.Length + first.Length + Between.Length;
            types.AsSpan(start).Fill(1);
            special.AsSpan(0, Before.Length).Fill(true);
            special.AsSpan(start - Between.Length, Between.Length).Fill(true);
            special.AsSpan(start + second.Length).Fill(true);
            return new TokenEncoding(ids, types, special, 0);
        }
    }
}
