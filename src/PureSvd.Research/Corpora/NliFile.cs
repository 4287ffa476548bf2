using PureSvd.Storage;

namespace PureSvd.Research.Corpora;

/// <summary>Reads premise–hypothesis pairs from the files that users have: GLUE TSV, SNLI and MNLI JSONL or TSV, CSV, SICK, HANS, and the English fragment's TSV.</summary>
/// <remarks>Columns are found by name, so their order and their number do not matter. Pairs without a gold label are left out and counted.</remarks>
public static class NliFile
{
    private static readonly (string Premise, string Hypothesis)[] Pairs =
    [
        ("premise", "hypothesis"), ("sentence1", "sentence2"), ("sentence_A", "sentence_B"), ("question", "sentence"),
        ("question1", "question2"), ("text_a", "text_b"), ("text1", "text2"), ("s1", "s2"),
    ];

    private static readonly string[] LabelColumns = ["gold_label", "label", "entailment_label", "entailment_judgment", "gold"];
    private static readonly string[] PhenomenonColumns = ["phenomenon", "heuristic", "category", "genre"];
    private static readonly string[] SplitColumns = ["SemEval_set", "split"];

    /// <summary>Reads a file of labelled pairs.</summary>
    /// <param name="path">.jsonl, .csv, .tsv or .txt; what it really is decides.</param>
    /// <param name="split">Only the rows whose column <c>SemEval_set</c> or <c>split</c> says so, such as TRAIN, TRIAL or TEST in SICK; null for all.</param>
    /// <exception cref="InputDataException">The file is missing, empty or malformed, lacks a column, has no labelled pair, or no such split.</exception>
    public static NliCorpus Read(string path, string? split = null)
    {
        var text = TextFile.Read(path);
        var rows = text.AsSpan().TrimStart()[0] switch
        {
            '{' => JsonPairs(path, text),
            '[' => throw new InputDataException(path, "the file is one JSON array.", remedy: "Write one object a line (JSONL)."),
            _ => DelimitedPairs(path, text),
        };
        var examples = new List<NliExample>();
        var lines = new List<int>();
        var splits = new SortedSet<string>(StringComparer.Ordinal);
        var dropped = 0;
        string? phenomenonColumn = null;
        foreach (var row in rows)
        {
            if (split is not null)
            {
                var part = row.Split ?? throw new InputDataException(path, "there is no column SemEval_set or split to choose by.", remedy: "Leave the split out.");
                splits.Add(part);
                if (!part.Equals(split, StringComparison.OrdinalIgnoreCase))
                    continue;
            }
            if (row.Label is "-" or "-1")
            {
                dropped++;
                continue;
            }
            if (row.Label.Length == 0)
                throw new InputDataException(path, "the label is empty.", $"line {row.Line}");
            phenomenonColumn ??= row.PhenomenonColumn;
            examples.Add(new NliExample(row.Premise, row.Hypothesis, row.Label, row.Phenomenon));
            lines.Add(row.Line);
        }

        if (examples.Count == 0)
        {
            throw new InputDataException(path, split is not null && !splits.Contains(split, StringComparer.OrdinalIgnoreCase)
                ? $"no row belongs to the split \"{split}\"; there are {Excerpt.Of(splits)}."
                : dropped > 0 ? $"none of the {dropped} pairs has a gold label." : "there is no pair after the header.");
        }
        return new NliCorpus(path, examples, lines, dropped, phenomenonColumn);
    }

    private readonly record struct PairRow(int Line, string Premise, string Hypothesis, string Label, string? Phenomenon, string? PhenomenonColumn, string? Split);

    private static IEnumerable<PairRow> DelimitedPairs(string path, string text)
    {
        var table = DelimitedTable.Parse(path, text);
        var (premise, hypothesis) = Pairs.Select(p => (table.Find(p.Premise), table.Find(p.Hypothesis))).FirstOrDefault(p => p.Item1 >= 0 && p.Item2 >= 0, (-1, -1));
        if (premise < 0)
            throw MissingColumns(path, "two columns of sentences", string.Join(", ", Pairs.Select(p => $"{p.Premise} + {p.Hypothesis}")), table.Columns);
        var label = table.Find(LabelColumns);
        if (label < 0)
            throw MissingColumns(path, "a column of labels", string.Join(", ", LabelColumns), table.Columns);
        var phenomenon = table.Find(PhenomenonColumns);
        var split = table.Find(SplitColumns);
        foreach (var (line, fields) in table.Rows)
        {
            yield return new PairRow(line, fields[premise].Trim(), fields[hypothesis].Trim(), fields[label].Trim(),
                phenomenon < 0 ? null : fields[phenomenon].Trim(), phenomenon < 0 ? null : table.Columns[phenomenon], split < 0 ? null : fields[split].Trim());
        }
    }

    private static IEnumerable<PairRow> JsonPairs(string path, string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
                continue;
            var fields = TableRows.JsonFields(path, lines[i], i + 1);
            var pair = Pairs.FirstOrDefault(p => fields.ContainsKey(p.Premise) && fields.ContainsKey(p.Hypothesis));
            if (pair.Premise is null)
                throw MissingColumns(path, "two sentences", string.Join(", ", Pairs.Select(p => $"{p.Premise} + {p.Hypothesis}")), fields.Keys, i + 1);
            var label = LabelColumns.FirstOrDefault(fields.ContainsKey) ?? throw MissingColumns(path, "a label", string.Join(", ", LabelColumns), fields.Keys, i + 1);
            var phenomenon = PhenomenonColumns.FirstOrDefault(fields.ContainsKey);
            var split = SplitColumns.FirstOrDefault(fields.ContainsKey);
            yield return new PairRow(i + 1, fields[pair.Premise].Trim(), fields[pair.Hypothesis].Trim(), fields[label].Trim(),
                phenomenon is null ? null : fields[phenomenon], phenomenon, split is null ? null : fields[split]);
        }
    }

    private static InputDataException MissingColumns(string path, string what, string names, IEnumerable<string> found, int line = 1)
        => new(path, $"{what} expected ({names}), found {Excerpt.Of(found)}.", $"line {line}", "Name the columns in the first line.");
}
