using PureSvd.Research.Corpora;
using PureSvd.Storage;

namespace PureSvd.Research.Tests.Corpora;

public class LabelMapTests
{
    [Fact]
    public void Names_match_in_any_case_and_any_order()
    {
        var map = LabelMap.Create(["CONTRADICTION", "ENTAILMENT", "NEUTRAL"], ["Neutral", "entailment", "contradiction"]);
        Assert.Equal([2, 1, 0], new[] { "Neutral", "entailment", "contradiction" }.Select(map.ClassOfGold));
        Assert.Equal("NEUTRAL", map.Classes[map.ClassOfOutput(2)]);
        Assert.False(map.Folded);
    }

    [Fact]
    public void Numbers_are_the_models_ids()
    {
        var map = LabelMap.Create(["entailment", "neutral", "contradiction"], ["2", "0"]);
        Assert.Equal(2, map.ClassOfGold("2"));
    }

    [Fact]
    public void A_three_way_model_folds_for_two_way_gold()
    {
        var map = LabelMap.Create(["neutral", "contradiction", "entailment"], ["entailment", "not_entailment"]);
        Assert.Equal(["not_entailment", "not_entailment", "entailment"], Enumerable.Range(0, 3).Select(i => map.Classes[map.ClassOfOutput(i)]));
        Assert.Equal("not_entailment", map.Classes[map.ClassOfGold("not_entailment")]);
        Assert.True(map.Folded);
    }

    [Fact]
    public void Hans_spells_it_with_a_hyphen()
        => Assert.True(LabelMap.Create(["neutral", "contradiction", "entailment"], ["non-entailment"]).Folded);

    [Fact]
    public void Three_way_gold_folds_for_a_two_way_model()
    {
        var map = LabelMap.Create(["entailment", "not_entailment"], ["ENTAILMENT", "NEUTRAL", "CONTRADICTION"]);
        Assert.Equal([0, 1, 1], new[] { "ENTAILMENT", "NEUTRAL", "CONTRADICTION" }.Select(map.ClassOfGold));
        Assert.True(map.Folded);
    }

    [Fact]
    public void An_unknown_label_names_line_and_remedy()
    {
        using var file = new TemporaryFile("a.tsv", "premise\thypothesis\tlabel\na\tb\tentailment\na\tb\tmaybe\n");
        var corpus = NliFile.Read(file.Path);
        var e = Assert.Throws<InputDataException>(() => LabelMap.Create(["entailment", "neutral", "contradiction"], corpus));
        Assert.Contains("line 3", e.Message, StringComparison.Ordinal);
        Assert.Contains("\"maybe\"", e.Message, StringComparison.Ordinal);
        Assert.Contains("entailment, neutral, contradiction", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nameless_outputs_ask_for_the_labels()
    {
        var e = Assert.Throws<InputDataException>(() => LabelMap.Create(["LABEL_0", "LABEL_1", "LABEL_2"], ["entailment"]));
        Assert.Contains("--labels", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, LabelMap.Create(["LABEL_0", "LABEL_1", "LABEL_2"], ["1"]).ClassOfGold("1"));
    }

    [Fact]
    public void A_number_that_is_no_id_is_unknown()
        => Assert.Throws<InputDataException>(() => LabelMap.Create(["entailment", "not_entailment"], ["2"]));
}
