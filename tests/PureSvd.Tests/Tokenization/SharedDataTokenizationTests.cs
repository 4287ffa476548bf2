using PureSvd.Tests.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Tests.Tokenization;

public class SharedDataTokenizationTests
{
    [SharedDataFact]
    public void Both_files_of_bert_base_uncased_give_equal_ids_on_real_text()
    {
        using var folder = new TemporaryFolder();
        var files = Path.Combine(Repository.SharedData, "tokenizers");
        File.Copy(Path.Combine(files, "bert-base-uncased-vocab.txt"), folder["vocab.txt"]);
        var fromText = TokenizerFiles.Load(folder.Name);
        var fromJson = TokenizerFiles.Load(Path.Combine(files, "bert-base-uncased-tokenizer.json"));
        Assert.Equal(30522, fromText.VocabularySize);

        string[] texts = ["nli", "probing"];
        var lines = texts.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.SharedData, folder), "*", SearchOption.AllDirectories)).SelectMany(File.ReadLines).ToArray();
        Assert.NotEmpty(lines);
        Parallel.ForEach(lines, line => Assert.Equal(fromJson.Encode(line).Ids, fromText.Encode(line).Ids));
    }
}
