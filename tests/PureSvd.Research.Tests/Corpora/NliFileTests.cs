using System.Text;
using PureSvd.Research.Corpora;
using PureSvd.Storage;

namespace PureSvd.Research.Tests.Corpora;

public class NliFileTests
{
    [Fact]
    public void Glue_tsv_is_read_by_column_name_and_keeps_quotes_as_they_are()
    {
        using var file = new TemporaryFile("rte.tsv", "index\tsentence1\tsentence2\tlabel\n0\tHe said \"no\".\tA, b\tentailment\n1\tx\t\"y\tnot_entailment\n");
        var corpus = NliFile.Read(file.Path);
        Assert.Equal([new NliExample("He said \"no\".", "A, b", "entailment"), new NliExample("x", "\"y", "not_entailment")], corpus);
        Assert.Equal(3, corpus.LineOf(1));
    }

    [Fact]
    public void Mnli_tsv_takes_the_gold_label_and_not_an_annotators()
    {
        const string header = "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\tsentence1\tsentence2\tlabel1\tlabel2\tgold_label";
        using var file = new TemporaryFile("dev_matched.tsv", header + "\n0\t1\t1e\tslate\t( a )\t( b )\t(R a)\t(R b)\ta\tb\tneutral\tneutral\tcontradiction\n");
        var corpus = NliFile.Read(file.Path);
        Assert.Equal([new NliExample("a", "b", "contradiction", "slate")], corpus);
        Assert.Equal("genre", corpus.PhenomenonColumn);
    }

    [Fact]
    public void Qnli_pairs_the_question_with_the_sentence()
    {
        using var file = new TemporaryFile("dev.tsv", "index\tquestion\tsentence\tlabel\n0\tWho?\tShe.\tentailment\n");
        Assert.Equal([new NliExample("Who?", "She.", "entailment")], NliFile.Read(file.Path));
    }

    [Fact]
    public void Snli_jsonl_drops_and_counts_pairs_without_a_gold_label()
    {
        using var file = new TemporaryFile("snli.jsonl",
            """
            {"annotator_labels": ["neutral"], "gold_label": "neutral", "sentence1": "A \"man\"\tsits.", "sentence2": "B", "pairID": "1"}
            {"gold_label": "-", "sentence1": "A", "sentence2": "B"}

            {"gold_label": "entailment", "sentence1": "Naïve — é", "sentence2": "日本"}
            """);
        var corpus = NliFile.Read(file.Path);
        Assert.Equal([new NliExample("A \"man\"\tsits.", "B", "neutral"), new NliExample("Naïve — é", "日本", "entailment")], corpus);
        Assert.Equal(1, corpus.Dropped);
        Assert.Equal(4, corpus.LineOf(1));
    }

    [Fact]
    public void Jsonl_takes_numbers_as_labels()
    {
        using var file = new TemporaryFile("hf.jsonl", "{\"premise\":\"a\",\"hypothesis\":\"b\",\"label\":2}\n{\"premise\":\"a\",\"hypothesis\":\"c\",\"label\":-1}\n");
        var corpus = NliFile.Read(file.Path);
        Assert.Equal([new NliExample("a", "b", "2")], corpus);
        Assert.Equal(1, corpus.Dropped);
    }

    [Fact]
    public void Csv_has_quotes_doubled_quotes_commas_and_newlines_inside_quotes()
    {
        using var file = new TemporaryFile("a.csv", "premise,hypothesis,label\r\n\"One,\r\n\"\"two\"\"\",three,entailment\r\nfour,\"\",neutral\r\n");
        var corpus = NliFile.Read(file.Path);
        Assert.Equal([new NliExample("One,\r\n\"two\"", "three", "entailment"), new NliExample("four", "", "neutral")], corpus);
        Assert.Equal(4, corpus.LineOf(1));
    }

    [Theory]
    [InlineData("a,b\n", "a|b")]
    [InlineData("a,b", "a|b")]
    [InlineData("a,b\r\n", "a|b")]
    [InlineData("a,b\r", "a|b")]
    [InlineData("a,\"b\"\r\n", "a|b")]
    [InlineData("a,\"b\"", "a|b")]
    [InlineData("a,\"\"\"\"", "a|\"")]
    [InlineData("a,", "a|")]
    [InlineData(",b\n", "|b")]
    [InlineData("\"\",\"\"\n\n\n", "|")]
    [InlineData("a b\"c,d\n", "a b\"c|d")]
    public void Csv_records_end_in_any_way(string record, string fields)
        => Assert.Equal(fields, string.Join('|', DelimitedTable.Parse("x.csv", "p,q\n" + record).Rows.Single().Fields));

    [Fact]
    public void Sick_is_split_by_its_own_column_with_crlf_ends()
    {
        const string text = "pair_ID\tsentence_A\tsentence_B\tentailment_label\tSemEval_set\r\n1\ta\tb\tNEUTRAL\tTRAIN\r\n2\tc\td\tENTAILMENT\tTEST\r\n";
        using var file = new TemporaryFile("SICK.txt", text);
        Assert.Equal([new NliExample("c", "d", "ENTAILMENT")], NliFile.Read(file.Path, "test"));
        Assert.Equal(2, NliFile.Read(file.Path).Count);
        var e = Assert.Throws<InputDataException>(() => NliFile.Read(file.Path, "DEV"));
        Assert.Contains("TEST, TRAIN", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fragment_tsv_has_phenomena()
    {
        using var file = new TemporaryFile("test.tsv", "premise\thypothesis\tlabel\tphenomenon\na\tb\tneutral\tpassive\n");
        Assert.Equal([new NliExample("a", "b", "neutral", "passive")], NliFile.Read(file.Path));
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_the_first_name()
    {
        using var file = new TemporaryFile("a.tsv", [0xEF, 0xBB, 0xBF, .. "premise\thypothesis\tlabel\na\tb\tneutral\n"u8]);
        Assert.Single(NliFile.Read(file.Path));
    }

    [Theory]
    [InlineData("empty.tsv", "", "empty")]
    [InlineData("blank.tsv", " \r\n\n", "empty")]
    [InlineData("header.tsv", "premise\thypothesis\tlabel\n", "no pair after the header")]
    [InlineData("columns.tsv", "left\tright\tlabel\na\tb\tc\n", "premise + hypothesis")]
    [InlineData("nolabel.csv", "premise,hypothesis\na,b\n", "a column of labels")]
    [InlineData("ragged.tsv", "premise\thypothesis\tlabel\na\tb\tneutral\na\tb\n", "line 3")]
    [InlineData("ragged.csv", "premise,hypothesis,label\na,b,c,d\n", "line 2")]
    [InlineData("label.tsv", "premise\thypothesis\tlabel\na\tb\t\n", "line 2")]
    [InlineData("open.csv", "premise,hypothesis,label\na,\"b,c\nd,e,f\n", "never closed")]
    [InlineData("after.csv", "premise,hypothesis,label\na,\"b\"c,d\n", "closing quote")]
    [InlineData("bad.jsonl", "{\"premise\":\"a\"\n", "line 1")]
    [InlineData("array.json", "[{\"premise\":\"a\"}]", "JSONL")]
    [InlineData("second.jsonl", "{\"premise\":\"a\",\"hypothesis\":\"b\",\"label\":\"neutral\"}\n{\"premise\":\"a\"}\n", "line 2")]
    [InlineData("gold.jsonl", "{\"premise\":\"a\",\"hypothesis\":\"b\",\"label\":\"-\"}\n", "none of the 1 pairs")]
    [InlineData("nul.tsv", "premise\thypothesis\tlabel\na\0\tb\tneutral\n", "line 2")]
    public void A_bad_file_is_named_with_the_place(string name, string content, string message)
    {
        using var file = new TemporaryFile(name, content);
        var e = Assert.Throws<InputDataException>(() => NliFile.Read(file.Path));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_utf8_is_named_with_its_line()
    {
        using var file = new TemporaryFile("latin1.tsv", [.. "premise\thypothesis\tlabel\nna"u8, 0xEF, .. "ve\tb\tneutral\n"u8]);
        Assert.Contains("line 2", Assert.Throws<InputDataException>(() => NliFile.Read(file.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Utf16_is_recognized()
    {
        using var file = new TemporaryFile("utf16.tsv", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("premise\thypothesis\tlabel\n")]);
        Assert.Contains("UTF-16", Assert.Throws<InputDataException>(() => NliFile.Read(file.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_named()
    {
        Assert.Throws<InputDataException>(() => NliFile.Read("/nowhere/x.tsv"));
        Assert.Contains("folder", Assert.Throws<InputDataException>(() => NliFile.Read(Path.GetTempPath())).Message, StringComparison.Ordinal);
    }

    [SharedDataFact("nli/mnli-dev.csv")]
    public void The_multinli_csv_is_read_whole() => Assert.Equal(19_647, NliFile.Read(SharedDataFactAttribute.PathOf("nli/mnli-dev.csv")).Count);

    [SharedDataFact("nli/SICK.txt")]
    public void The_parts_of_sick_have_their_official_sizes()
    {
        var path = SharedDataFactAttribute.PathOf("nli/SICK.txt");
        Assert.Equal([4439, 495, 4906], new[] { "TRAIN", "TRIAL", "TEST" }.Select(s => NliFile.Read(path, s).Count));
    }

    [SharedDataFact("nli/rte-dev.tsv")]
    public void The_rte_dev_set_has_277_pairs() => Assert.Equal(277, NliFile.Read(SharedDataFactAttribute.PathOf("nli/rte-dev.tsv")).Count);
}
