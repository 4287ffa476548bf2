using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Probing;

/// <summary>
/// A task that has nothing to do with language: a sentence's label is that of its designated word, and a word's label is random but fixed.
/// A probe that does well on it has the capacity to memorize words, so a high accuracy on a real task may mean no more than that.
/// </summary>
/// <remarks>
/// Source: J. Hewitt and P. Liang, <i>Designing and Interpreting Probes with Control Tasks</i> (EMNLP 2019), where a token's own word type decides; a sentence needs a rule for which of its words does.
/// The designated word is the sentence's most specific one that can be learned: of its words (lower case, at least one letter or digit) that occur in at least
/// max(5, ½ %) of the training sentences and in some dev and some test sentence, the one that occurs in the fewest training sentences, ties by ordinal order.
/// A sentence without such a word takes its most frequent one. The rule sees the text alone.
/// Words take their labels in a random order, each the label that is furthest below its share in the real task, counted in training sentences:
/// so the control has the classes of the task and nearly its label distribution.
/// </remarks>
internal sealed class ControlTask
{
    private readonly string[] _words;
    private readonly int[] _wordOfSentence;
    private readonly long[] _trainCounts;

    /// <summary>Finds the designated words.</summary>
    /// <param name="train">Training sentences.</param>
    /// <param name="dev">Dev sentences.</param>
    /// <param name="test">Test sentences.</param>
    internal ControlTask(IReadOnlyList<string> train, IReadOnlyList<string> dev, IReadOnlyList<string> test)
    {
        string[][] words = [.. train.Concat(dev).Concat(test).Select(Words)];
        var frequency = Count(words.AsSpan(0, train.Count));
        var inDev = Count(words.AsSpan(train.Count, dev.Count));
        var inTest = Count(words.AsSpan(train.Count + dev.Count));
        var threshold = Math.Max(5, (train.Count + 199) / 200);

        string Designated(string[] sentence)
        {
            var learnable = sentence.Where(w => frequency.GetValueOrDefault(w) >= threshold && inDev.ContainsKey(w) && inTest.ContainsKey(w)).ToArray();
            return learnable.Length > 0
                ? learnable.MinBy(w => (frequency[w], w), WordOrder.Instance)!
                : sentence.MinBy(w => (-frequency.GetValueOrDefault(w), w), WordOrder.Instance) ?? "";
        }

        var designated = words.Select(Designated).ToArray();
        _words = [.. designated.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var id = _words.Select((w, i) => (w, i)).ToDictionary(p => p.w, p => p.i, StringComparer.Ordinal);
        _wordOfSentence = [.. designated.Select(w => id[w])];
        _trainCounts = new long[_words.Length];
        foreach (var w in _wordOfSentence.AsSpan(0, train.Count))
            _trainCounts[w]++;
    }

    /// <summary>The designated words, in ordinal order.</summary>
    internal IReadOnlyList<string> DesignatedWords => _words;

    /// <summary>The label of every sentence, train then dev then test.</summary>
    /// <param name="seed">Decides which word gets which label.</param>
    /// <param name="shares">The share of each class in the real task's training part.</param>
    internal int[] Labels(ulong seed, IReadOnlyList<double> shares)
    {
        var order = Enumerable.Range(0, _words.Length).ToArray();
        new SeededRandom(seed).Shuffle(order.AsSpan());
        var total = (double)_trainCounts.Sum();
        var missing = shares.Select(s => s * total).ToArray();
        var labelOfWord = new int[_words.Length];
        foreach (var word in order)
        {
            var label = Array.IndexOf(missing, missing.Max());
            labelOfWord[word] = label;
            missing[label] -= _trainCounts[word];
        }
        return [.. _wordOfSentence.Select(w => labelOfWord[w])];
    }

    private static string[] Words(string sentence)
        => [.. sentence.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(w => w.Any(char.IsLetterOrDigit)).Distinct(StringComparer.Ordinal)];

    private static Dictionary<string, int> Count(ReadOnlySpan<string[]> sentences)
    {
        var count = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var sentence in sentences)
            foreach (var word in sentence)
                count[word] = count.GetValueOrDefault(word) + 1;
        return count;
    }

    private sealed class WordOrder : IComparer<(int Frequency, string Word)>
    {
        internal static readonly WordOrder Instance = new();

        public int Compare((int Frequency, string Word) x, (int Frequency, string Word) y)
            => x.Frequency != y.Frequency ? x.Frequency.CompareTo(y.Frequency) : string.CompareOrdinal(x.Word, y.Word);
    }
}
