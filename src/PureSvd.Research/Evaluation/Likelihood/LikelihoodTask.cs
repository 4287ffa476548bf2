using System.Text.Json;
using PureSvd.Storage;

namespace PureSvd.Research.Evaluation;

/// <summary>One of the answers that a task compares.</summary>
/// <param name="Text">The answer, with placeholders if it differs from item to item.</param>
/// <param name="Labels">What the data calls it, in any case.</param>
public sealed record LikelihoodChoice(string Text, IReadOnlyList<string> Labels);

/// <summary>A task as data: what is asked about a row of a table, and which answers are compared. Users write their own as JSON.</summary>
/// <remarks>
/// A placeholder <c>{name}</c> is a column, <c>{name:trim}</c> without white space around it, <c>{name:sentence}</c> also with a full stop behind it if it has none.
/// The built-in templates are those of lm-evaluation-harness 0.4; it has none for SNLI and SICK, which take MNLI's with the name of their columns.
/// </remarks>
public sealed record LikelihoodTask
{
    private const string Between = " True, False or Neither?\nAnswer:";

    private static readonly Dictionary<string, IReadOnlyList<string>> PairColumns = new(StringComparer.Ordinal)
    {
        ["premise"] = ["premise", "sentence1", "sentence_A", "s1"],
        ["hypothesis"] = ["hypothesis", "sentence2", "sentence_B", "s2"],
        ["label"] = ["gold_label", "label", "entailment_label", "entailment_judgment", "gold"],
    };

    private static readonly LikelihoodChoice[] ThreeWay =
        [new("True", ["entailment", "0"]), new("Neither", ["neutral", "1"]), new("False", ["contradiction", "2"])];

    /// <summary>What results call it.</summary>
    public required string Name { get; init; }

    /// <summary>What stands before the answer.</summary>
    public required string Context { get; init; }

    /// <summary>The answers, in the order in which a tie is decided.</summary>
    public required IReadOnlyList<LikelihoodChoice> Choices { get; init; }

    /// <summary>The column of the right answer.</summary>
    public string Label { get; init; } = "label";

    /// <summary>Other names that a column may have in the data: the first that is there.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Columns { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>Between the context and an answer.</summary>
    public string Delimiter { get; init; } = " ";

    /// <summary>Between one example and the next.</summary>
    public string FewShotDelimiter { get; init; } = "\n\n";

    /// <summary>The tasks that come with the library.</summary>
    public static IReadOnlyList<LikelihoodTask> BuiltIn { get; } =
    [
        new()
        {
            Name = "rte", Columns = PairColumns, Context = "{premise}\nQuestion: {hypothesis} True or False?\nAnswer:",
            Choices = [new("True", ["entailment", "0"]), new("False", ["not_entailment", "1"])],
        },
        new() { Name = "mnli", Columns = PairColumns, Context = "{premise}\nQuestion: {hypothesis:sentence}" + Between, Choices = ThreeWay },
        new() { Name = "snli", Columns = PairColumns, Context = "{premise}\nQuestion: {hypothesis:sentence}" + Between, Choices = ThreeWay },
        new() { Name = "sick", Columns = PairColumns, Context = "{premise}\nQuestion: {hypothesis:sentence}" + Between, Choices = ThreeWay },
        new() { Name = "anli", Columns = PairColumns, Context = "{premise}\nQuestion: {hypothesis} True, False, or Neither?\nAnswer:", Choices = ThreeWay },
        new()
        {
            Name = "cb", Columns = PairColumns, Context = "{premise}\nQuestion: {hypothesis}. True, False, or Neither?\nAnswer:",
            Choices = [new("True", ["entailment", "0"]), new("False", ["contradiction", "1"]), new("Neither", ["neutral", "2"])],
        },
    ];

    /// <summary>The built-in task of that name, or the one in the JSON file of that name.</summary>
    /// <exception cref="InputDataException">There is neither, or the file is at fault.</exception>
    public static LikelihoodTask Find(string nameOrFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFile);
        return BuiltIn.FirstOrDefault(task => task.Name == nameOrFile) ?? (File.Exists(nameOrFile) ? Read(nameOrFile)
            : throw new InputDataException(nameOrFile, $"is neither a file nor one of the tasks {string.Join(", ", BuiltIn.Select(task => task.Name))}.", remedy: "Check the path."));
    }

    /// <summary>Reads a task: <c>{"name", "context", "choices": [{"text", "labels": […]}, …], "label", "columns": {"premise": ["sentence1", …]}, "delimiter", "fewshot_delimiter"}</c>.</summary>
    /// <exception cref="InputDataException">The file is at fault.</exception>
    public static LikelihoodTask Read(string path)
    {
        const string Remedy = "See the README of Evaluation for the form of a task.";
        try
        {
            using var json = JsonDocument.Parse(InputFile.ReadAllText(path, 1 << 20));
            var root = json.RootElement;
            string Text(string name, string? absent) => root.TryGetProperty(name, out var value) ? value.GetString()! : absent ?? throw new InputDataException(path, $"lacks \"{name}\".", remedy: Remedy);
            if (!root.TryGetProperty("choices", out var choices))
                throw new InputDataException(path, "lacks \"choices\".", remedy: Remedy);
            var task = new LikelihoodTask
            {
                Name = Text("name", Path.GetFileNameWithoutExtension(path)),
                Context = Text("context", null),
                Label = Text("label", "label"),
                Delimiter = Text("delimiter", " "),
                FewShotDelimiter = Text("fewshot_delimiter", "\n\n"),
                Choices = [.. choices.EnumerateArray().Select(choice => new LikelihoodChoice(choice.GetProperty("text").GetString()!, [.. choice.GetProperty("labels").EnumerateArray().Select(label => label.ToString())]))],
                Columns = root.TryGetProperty("columns", out var columns)
                    ? columns.EnumerateObject().ToDictionary(c => c.Name, c => (IReadOnlyList<string>)[.. c.Value.EnumerateArray().Select(name => name.GetString()!)], StringComparer.Ordinal)
                    : new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal),
            };
            if (task.Choices.Count < 2 || task.Choices.Any(choice => choice.Text.Length == 0 || choice.Labels.Count == 0))
                throw new InputDataException(path, "needs at least two choices, each with a text and labels.", "choices", Remedy);
            return task;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new InputDataException(path, $"is no task: {e.Message.ReplaceLineEndings(" ")}", remedy: Remedy, inner: e);
        }
    }
}
