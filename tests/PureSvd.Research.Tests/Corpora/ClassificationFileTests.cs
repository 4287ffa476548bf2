using PureSvd.Research.Corpora;
using PureSvd.Storage;

namespace PureSvd.Research.Tests.Corpora;

public class ClassificationFileTests
{
    [Theory]
    [InlineData("sst2.tsv", "sentence\tlabel\na film\t1\ndull\t0\n")]
    [InlineData("sst2-bare.tsv", "a film\t1\ndull\t0\n")]
    [InlineData("reviews.csv", "label,text\n1,a film\n0,\"dull\"\n")]
    public void Sentences_are_read_with_and_without_a_header(string name, string content)
    {
        using var file = new TemporaryFile(name, content);
        Assert.Equal([new ProbingExample("1", "a film"), new ProbingExample("0", "dull")], ClassificationFile.Read(file.Path));
    }

    [Theory]
    [InlineData("a\tb\tc\n", "sentence or text")]
    [InlineData("sentence\tlabel\n", "no sentence")]
    [InlineData("sentence\tlabel\nx\t\n", "line 2")]
    public void A_bad_file_is_named(string content, string message)
    {
        using var file = new TemporaryFile("a.tsv", content);
        Assert.Contains(message, Assert.Throws<InputDataException>(() => ClassificationFile.Read(file.Path)).Message, StringComparison.Ordinal);
    }

    [SharedDataFact("probing/sst2-dev.tsv")]
    public void Sst2_as_found_is_read_whole() => Assert.Equal(872, ClassificationFile.Read(SharedDataFactAttribute.PathOf("probing/sst2-dev.tsv")).Count);
}
