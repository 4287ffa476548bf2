using PureSvd.Research.Corpora;
using PureSvd.Storage;

namespace PureSvd.Research.Tests.Corpora;

public class SentEvalFileTests
{
    [Fact]
    public void Parts_labels_and_sentences_are_read_and_other_fields_skipped()
    {
        using var file = new TemporaryFile("past_present.txt", "tr\tPAST\tShe ran .\nva\tPRES\tShe runs .\r\nte\tPAST\textra\tHe sat .\n\ntr\tPRES\tIt is .\n");
        var task = SentEvalFile.Read(file.Path);
        Assert.Equal("past_present", task.Name);
        Assert.Equal([new ProbingExample("PAST", "She ran ."), new ProbingExample("PRES", "It is .")], task.Train);
        Assert.Equal([new ProbingExample("PRES", "She runs .")], task.Dev);
        Assert.Equal([new ProbingExample("PAST", "He sat .")], task.Test);
    }

    [Theory]
    [InlineData("tr\tA\tx\nva\tA\ty\n", "marked te")]
    [InlineData("tr\tA\tx\ntrain\tA\ty\n", "line 2")]
    [InlineData("tr\tA\n", "line 1")]
    [InlineData("tr\t\tx\n", "label is empty")]
    [InlineData("tr\tA\t \n", "sentence is empty")]
    [InlineData("", "empty")]
    public void A_bad_line_is_named(string content, string message)
    {
        using var file = new TemporaryFile("task.txt", content);
        Assert.Contains(message, Assert.Throws<InputDataException>(() => SentEvalFile.Read(file.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_read_in_the_order_of_senteval_then_by_name()
    {
        const string content = "tr\tA\tx\nva\tA\ty\nte\tA\tz\n";
        using var first = new TemporaryFile("subj_number.txt", content);
        var folder = Path.GetDirectoryName(first.Path)!;
        foreach (var name in new[] { "zeta.txt", "sentence_length.txt", "alpha.txt", "notes.md" })
            File.WriteAllText(Path.Combine(folder, name), content);
        Assert.Equal(["sentence_length", "subj_number", "alpha", "zeta"], SentEvalFile.ReadDirectory(folder).Select(t => t.Name));
        Assert.Equal(["alpha"], SentEvalFile.ReadDirectory(Path.Combine(folder, "alpha.txt")).Select(t => t.Name));
    }

    [Fact]
    public void A_folder_without_tasks_and_a_missing_one_are_named()
    {
        using var file = new TemporaryFile("notes.md", "x");
        Assert.Contains("no .txt file", Assert.Throws<InputDataException>(() => SentEvalFile.ReadDirectory(Path.GetDirectoryName(file.Path)!)).Message, StringComparison.Ordinal);
        Assert.Throws<InputDataException>(() => SentEvalFile.ReadDirectory("/nowhere"));
    }
}
