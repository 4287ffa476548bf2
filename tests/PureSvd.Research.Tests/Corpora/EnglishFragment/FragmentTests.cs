using System.Security.Cryptography;
using PureSvd.LinearAlgebra;
using PureSvd.Research.Corpora;
using PureSvd.Research.Corpora.EnglishFragment;
using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Tests.Corpora.EnglishFragment;

/// <summary>A small corpus that the tests below share.</summary>
public sealed class SmallFragment
{
    public SmallFragment() => (Train, Dev, Test) = new NliGenerator(7).Generate(1170, 117, 1170, CancellationToken.None);

    internal IReadOnlyList<NliPair> Train { get; }
    internal IReadOnlyList<NliPair> Dev { get; }
    internal IReadOnlyList<NliPair> Test { get; }
    internal IEnumerable<NliPair> All => [.. Train, .. Dev, .. Test];
}

public class FragmentTests(SmallFragment fragment) : IClassFixture<SmallFragment>
{
    [Fact]
    public void Finite_models_confirm_the_labels()
    {
        var random = new SeededRandom(1);
        foreach (var pair in fragment.Test.Take(400))
            Assert.True(LabelChecker.Agrees(pair.Premise, pair.Hypothesis, pair.Relation, random), $"{pair.PremiseTree.Text} / {pair.HypothesisTree.Text} is not {pair.Label}");
    }

    [Fact]
    public void Finite_models_refuse_every_other_label()
    {
        var random = new SeededRandom(2);
        foreach (var pair in fragment.Train.Take(150))
            foreach (var wrong in Enum.GetValues<Relation>().Where(relation => relation != pair.Relation))
                Assert.False(LabelChecker.Agrees(pair.Premise, pair.Hypothesis, wrong, random), $"{pair.PremiseTree.Text} / {pair.HypothesisTree.Text} passes for {wrong}");
    }

    [Fact]
    public void Labels_are_balanced_in_every_phenomenon()
    {
        foreach (var part in new[] { fragment.Train, fragment.Dev, fragment.Test })
            foreach (var phenomenon in part.GroupBy(pair => pair.Phenomenon))
                Assert.Single(Enum.GetValues<Relation>().Select(relation => phenomenon.Count(pair => pair.Relation == relation)).Distinct());
        Assert.Equal(Phenomenon.All.Count, fragment.Train.Select(pair => pair.Phenomenon).Distinct().Count());
    }

    [Fact]
    public void Training_has_no_held_out_combination_or_structure_and_every_test_pair_has_one()
    {
        foreach (var pair in fragment.All)
        {
            var combination = Combinations.In(pair.Premise).Union(Combinations.In(pair.Hypothesis)).Any(Combinations.IsHeldOut);
            var structure = Combinations.IsHeldOutStructure(Combinations.Structure(pair.PremiseTree, pair.HypothesisTree));
            Assert.Equal(pair.Novelty is Novelty.Combination or Novelty.Both, combination);
            Assert.Equal(pair.Novelty is Novelty.Structure or Novelty.Both, structure);
        }
        Assert.All(fragment.Train, pair => Assert.Equal(Novelty.Seen, pair.Novelty));
        Assert.All(fragment.Test, pair => Assert.NotEqual(Novelty.Seen, pair.Novelty));
    }

    [Fact]
    public void No_pair_occurs_twice()
    {
        var texts = fragment.All.Select(pair => (pair.PremiseTree.Text, pair.HypothesisTree.Text)).ToList();
        Assert.Equal(texts.Count, texts.Distinct().Count());
    }

    [Fact]
    public void Subjects_and_finite_verbs_agree()
    {
        foreach (var clause in fragment.All.SelectMany(pair => new[] { pair.PremiseTree, pair.HypothesisTree }).SelectMany(tree => tree.Nodes).Where(node => node.Label == "S" && node.Children[0].Label == "NP" && node.Children[1].Label == "VP"))
        {
            var verb = clause.Children[1].Leaves.First(leaf => leaf.Label is "VBZ" or "VBP" or "VBD");
            var plural = IsPlural(clause.Children[0]);
            if (verb.Label == "VBZ" || verb.Word == "was")
                Assert.False(plural, clause.ToString());
            if (verb.Label == "VBP" || verb.Word == "were")
                Assert.True(plural, clause.ToString());
        }
    }

    private static bool IsPlural(Tree np)
    {
        if (np.Children.Any(child => child.Word == "and"))
            return true;
        var inner = np.Children.LastOrDefault(child => child.Word == "or") is null ? np.Children[0] : np.Children[^1];
        return inner.Label == "NP" ? IsPlural(inner) : np.Children.Any(child => child.Label == "NNS");
    }

    [Fact]
    public void Every_word_of_the_corpora_is_one_piece()
    {
        var pieces = Vocabulary.Pieces().ToHashSet();
        Assert.Equal(Vocabulary.Pieces().Count, pieces.Count);
        var text = new RunningText(3).Generate(200, CancellationToken.None).SelectMany(line => line.Split(' '));
        var pairs = fragment.All.SelectMany(pair => pair.PremiseTree.Leaves.Concat(pair.HypothesisTree.Leaves)).Select(leaf => leaf.Word!);
        Assert.DoesNotContain(text.Concat(pairs).Distinct(), word => !pieces.Contains(word));
    }

    [Fact]
    public void Running_text_has_no_held_out_combination_and_the_same_seed_gives_it_again() =>
        Assert.Equal(new RunningText(5).Generate(50, CancellationToken.None), new RunningText(5).Generate(50, CancellationToken.None));

    [Fact]
    public void Short_cuts_fail_on_the_shipped_corpus()
    {
        var train = NliFile.Read(Path.Combine(ShippedFragment.Directory, "nli-train.tsv"));
        var test = NliFile.Read(Path.Combine(ShippedFragment.Directory, "nli-test.tsv"));
        Assert.True(test.Count >= 3000);
        var hypothesisOnly = HypothesisOnlyBaseline.Run(train, test).Score;
        Assert.InRange(hypothesisOnly.Accuracy, 0, hypothesisOnly.MajorityRate + 0.05);
        var overlap = OverlapBaseline.Run(train, test).Score;
        Assert.InRange(overlap.Accuracy, 0, overlap.MajorityRate + 0.20);
    }

    [Fact]
    public void The_default_options_give_the_shipped_files_bit_for_bit()
    {
        foreach (var (name, content) in FragmentWriter.Files(new FragmentOptions(), null, CancellationToken.None))
            Assert.True(SHA256.HashData(content).AsSpan().SequenceEqual(SHA256.HashData(File.ReadAllBytes(Path.Combine(ShippedFragment.Directory, name)))), $"{name} differs");
    }
}

internal static class ShippedFragment
{
    internal static string Directory { get; } = Find();

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "PureSvd.sln")))
                return Path.Combine(directory.FullName, "data", "fragment");
        throw new DirectoryNotFoundException("PureSvd.sln");
    }
}
