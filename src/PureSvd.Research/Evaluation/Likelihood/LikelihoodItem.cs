using System.Text;
using PureSvd.Research.Corpora;
using PureSvd.Storage;

namespace PureSvd.Research.Evaluation;

/// <summary>A row of the data, put as its task says.</summary>
/// <param name="Context">What stands before the answer.</param>
/// <param name="Choices">The answers, without what stands before them.</param>
/// <param name="Gold">The right one.</param>
/// <param name="Line">Where it stands in the file.</param>
public sealed record LikelihoodItem(string Context, IReadOnlyList<string> Choices, int Gold, int Line)
{
    /// <summary>Reads the rows of a table (tab- or comma-separated, or JSON lines) and puts each as <paramref name="task"/> says; rows without a gold label (<c>-</c> or −1) are left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="task">The task.</param>
    /// <param name="split">Only the rows whose column <c>SemEval_set</c> or <c>split</c> says so; null for all.</param>
    /// <exception cref="InputDataException">The file is at fault, lacks a column, or has a label that no choice has.</exception>
    public static IReadOnlyList<LikelihoodItem> Read(string path, LikelihoodTask task, string? split = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        var items = new List<LikelihoodItem>();
        foreach (var (line, fields) in TableRows.Read(path))
        {
            string Field(string column)
            {
                foreach (var name in task.Columns.TryGetValue(column, out var names) ? names : [column])
                    if (fields.TryGetValue(name, out var value))
                        return value;
                throw new InputDataException(path, $"there is no column for {{{column}}} of the task {task.Name}; found {Excerpt.Of(fields.Keys)}.", $"line {line}", "Name the column in the task's \"columns\".");
            }

            if (split is not null)
            {
                var part = fields.GetValueOrDefault("SemEval_set") ?? fields.GetValueOrDefault("split") ?? throw new InputDataException(path, "there is no column SemEval_set or split to choose by.", remedy: "Leave the split out.");
                if (!part.Trim().Equals(split, StringComparison.OrdinalIgnoreCase))
                    continue;
            }
            var label = Field(task.Label).Trim();
            if (label is "-" or "-1")
                continue;
            var gold = task.Choices.ToList().FindIndex(choice => choice.Labels.Contains(label, StringComparer.OrdinalIgnoreCase));
            if (gold < 0)
                throw new InputDataException(path, $"no choice of the task {task.Name} has the label \"{label}\"; there are {string.Join(", ", task.Choices.SelectMany(choice => choice.Labels))}.", $"line {line}");
            items.Add(new LikelihoodItem(Fill(task.Context, Field), [.. task.Choices.Select(choice => Fill(choice.Text, Field))], gold, line));
        }
        return items.Count > 0 ? items : throw new InputDataException(path, split is null ? "there is no row with a gold label." : $"no row with a gold label belongs to the split \"{split}\".");
    }

    /// <summary>A pair, put as <paramref name="task"/> says: its placeholders are {premise} and {hypothesis}. Which choice is right, it does not say.</summary>
    /// <exception cref="ArgumentException">The task asks for another column.</exception>
    internal static LikelihoodItem Of(NliExample pair, LikelihoodTask task)
    {
        string Field(string column) => column switch
        {
            "premise" => pair.Premise,
            "hypothesis" => pair.Hypothesis,
            _ => throw new ArgumentException($"The task {task.Name} asks for {{{column}}}, and a pair has {{premise}} and {{hypothesis}}."),
        };
        return new LikelihoodItem(Fill(task.Context, Field), [.. task.Choices.Select(choice => Fill(choice.Text, Field))], 0, 0);
    }

    /// <summary>Puts columns into their placeholders.</summary>
    internal static string Fill(string template, Func<string, string> field)
    {
        var text = new StringBuilder();
        for (var at = 0; at < template.Length;)
        {
            var open = template.IndexOf('{', at);
            var close = open < 0 ? -1 : template.IndexOf('}', open);
            if (close < 0)
                return text.Append(template, at, template.Length - at).ToString();
            text.Append(template, at, open - at);
            var parts = template[(open + 1)..close].Split(':', 2);
            var value = field(parts[0]);
            if (parts.Length > 1)
                value = parts[1] switch
                {
                    "trim" => value.Trim(),
                    "sentence" => value.Trim() is var sentence && sentence.EndsWith('.') ? sentence : sentence + ".",
                    _ => throw new ArgumentException($"The placeholder {{{parts[0]}:{parts[1]}}} is unknown; there are :trim and :sentence."),
                };
            text.Append(value);
            at = close + 1;
        }
        return text.ToString();
    }
}
