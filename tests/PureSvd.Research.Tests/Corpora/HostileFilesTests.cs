using System.Text;
using PureSvd.LinearAlgebra;
using PureSvd.Research.Corpora;
using PureSvd.Storage;

namespace PureSvd.Research.Tests.Corpora;

/// <summary>Whatever the bytes are, a reader returns or says what is wrong; it never throws anything else.</summary>
public class HostileFilesTests
{
    private static readonly (string Name, string Content, Func<string, object> Read)[] Files =
    [
        ("a.tsv", "index\tsentence1\tsentence2\tlabel\n0\tHe \"said\" it.\tNo\tentailment\n1\tx y\tz\tneutral\n", path => NliFile.Read(path)),
        ("a.csv", "premise,hypothesis,label\r\n\"a,\r\n\"\"b\"\"\",c,entailment\r\nd,\"\",neutral\r\n", path => NliFile.Read(path)),
        ("a.jsonl", "{\"gold_label\": \"neutral\", \"sentence1\": \"A\\u00e9\", \"sentence2\": \"B\"}\n{\"gold_label\": \"-\", \"sentence1\": \"A\", \"sentence2\": \"B\"}\n", path => NliFile.Read(path, "TEST")),
        ("a.jsonl", "{\"premise\": \"A\\ud83d\\ude00\", \"hypothesis\": \"B\", \"label\": 1}\n", path => NliFile.Read(path)),
        ("a.txt", "tr\tA\tx é\nva\tB\ty\nte\tA\tz\n", path => SentEvalFile.Read(path)),
        ("b.tsv", "sentence\tlabel\na film\t1\ndull\t0\n", path => ClassificationFile.Read(path)),
    ];

    [Fact]
    public void Random_bytes_changed_removed_doubled_and_cut_give_only_the_typed_exception()
    {
        var random = new SeededRandom(11);
        var refused = 0;
        for (var trial = 0; trial < 3000; trial++)
        {
            var (name, content, read) = Files[trial % Files.Length];
            var bytes = Encoding.UTF8.GetBytes(content).ToList();
            for (var change = random.Next(4); change >= 0; change--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(5))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                    case 2: bytes.RemoveAt(at); break;
                    case 3: bytes.Insert(at, bytes[random.Next(bytes.Count)]); break;
                    default: bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(40))); break;
                }
                if (bytes.Count == 0)
                    bytes.Add((byte)'\n');
            }
            using var file = new TemporaryFile(name, bytes.ToArray());
            try
            {
                read(file.Path);
            }
            catch (InputDataException e)
            {
                Assert.DoesNotContain("\n", e.Message, StringComparison.Ordinal);
                refused++;
            }
        }
        Assert.InRange(refused, 300, 2900);
    }
}
