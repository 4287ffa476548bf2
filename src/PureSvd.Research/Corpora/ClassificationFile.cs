using PureSvd.Storage;

namespace PureSvd.Research.Corpora;

/// <summary>Reads labelled single sentences: TSV or CSV with columns <c>sentence</c> (or <c>text</c>) and <c>label</c>, or without a header a sentence and an integer label, as SST-2 is found.</summary>
public static class ClassificationFile
{
    private static readonly string[] SentenceColumns = ["sentence", "text"];
    private static readonly string[] LabelColumns = ["label", "gold_label"];

    /// <summary>Reads a file of labelled sentences.</summary>
    /// <exception cref="InputDataException">The file is missing, empty or malformed, or lacks a column.</exception>
    public static IReadOnlyList<ProbingExample> Read(string path)
    {
        var text = TextFile.Read(path);
        var table = DelimitedTable.Parse(path, text);
        var (sentence, label) = (table.Find(SentenceColumns), table.Find(LabelColumns));
        if (sentence < 0 && label < 0 && table.Columns.Length == 2 && table.Columns[1].All(char.IsAsciiDigit))
        {
            table = DelimitedTable.Parse(path, text, ["sentence", "label"]);
            (sentence, label) = (0, 1);
        }
        if (sentence < 0 || label < 0)
        {
            throw new InputDataException(path, $"columns {string.Join(" or ", SentenceColumns)} and {string.Join(" or ", LabelColumns)} expected, found {Excerpt.Of(table.Columns)}.",
                "line 1", "Name the columns in the first line.");
        }
        var examples = new List<ProbingExample>(table.Rows.Count);
        foreach (var (line, fields) in table.Rows)
        {
            var gold = fields[label].Trim();
            if (gold.Length == 0)
                throw new InputDataException(path, "the label is empty.", $"line {line}");
            examples.Add(new ProbingExample(gold, fields[sentence].Trim()));
        }
        return examples.Count > 0 ? examples : throw new InputDataException(path, "there is no sentence after the header.");
    }
}
