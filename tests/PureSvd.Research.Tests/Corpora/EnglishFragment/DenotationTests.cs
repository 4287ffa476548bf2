using PureSvd.Research.Corpora.EnglishFragment;
using static PureSvd.Research.Corpora.EnglishFragment.Build;

namespace PureSvd.Research.Tests.Corpora.EnglishFragment;

public class DenotationTests
{
    private static readonly Lexicon Words = Lexicon.Default;

    private static Sentence Past(Clause clause) => new(clause, Tense.Past);

    private static Clause Ran(Determiner determiner, string noun, bool negative = false, string verb = "run") =>
        Says(Np(determiner, Words.Noun(noun)), new Intransitive(Words.Verb(verb)), negative);

    private static string? Decide(Clause premise, Clause hypothesis) => new EntailmentOracle().Decide(Past(premise), Past(hypothesis))?.ToString();

    [Fact]
    public void Every_is_downward_in_its_noun_and_upward_in_its_verb()
    {
        Assert.Equal("Entailment", Decide(Ran(Determiner.Every, "dog"), Ran(Determiner.Every, "poodle")));
        Assert.Equal("Neutral", Decide(Ran(Determiner.Every, "poodle"), Ran(Determiner.Every, "dog")));
        Assert.Equal("Entailment", Decide(Ran(Determiner.Every, "dog"), Ran(Determiner.Every, "dog", verb: "move")));
        Assert.Equal("Neutral", Decide(Ran(Determiner.Every, "dog", verb: "move"), Ran(Determiner.Every, "dog")));
    }

    [Fact]
    public void An_existential_over_a_universal_entails_the_converse_but_not_conversely()
    {
        var see = Words.Verb("see");
        var everyOverSome = Says(Np(Determiner.Every, Words.Noun("boy")), new Transitive(see, Np(Determiner.A, Words.Noun("dog"))));
        var someOverEvery = Says(Np(Determiner.A, Words.Noun("dog")), new Passive(see, Np(Determiner.Every, Words.Noun("boy"))));
        Assert.Equal("Entailment", Decide(someOverEvery, everyOverSome));
        Assert.Equal("Neutral", Decide(everyOverSome, someOverEvery));
    }

    [Fact]
    public void A_factive_complement_survives_negation_and_a_pretended_one_is_false()
    {
        var ran = Ran(Determiner.The, "dog");
        Clause Holder(string verb, bool negative) => Says(Np(Determiner.The, Words.Noun("boy")), new Embedding(Words.Verb(verb), ran), negative);
        Assert.Equal("Entailment", Decide(Holder("know", false), ran));
        Assert.Equal("Entailment", Decide(Holder("know", true), ran));
        Assert.Equal("Neutral", Decide(Holder("believe", false), ran));
        Assert.Equal("Contradiction", Decide(Holder("pretend", true), ran));
    }

    [Fact]
    public void Negation_stays_below_its_subject()
    {
        Assert.Equal("Entailment", Decide(Ran(Determiner.Every, "dog", negative: true), Ran(Determiner.No, "dog")));
        Assert.Equal("Neutral", Decide(Ran(Determiner.NotEvery, "dog"), Ran(Determiner.No, "dog")));
        Assert.Equal("Contradiction", Decide(Ran(Determiner.NotEvery, "dog"), Ran(Determiner.Every, "dog")));
        Assert.Equal("Contradiction", Decide(Ran(Determiner.ExactlyOne, "dog"), Ran(Determiner.AtLeastTwo, "dog")));
    }

    [Fact]
    public void A_tree_yields_its_sentence_with_agreement_and_tense()
    {
        var goose = Np(Determiner.Two, new Nominal(Words.Noun("goose"), [Words.Adjective("angry")]));
        var clause = Says(goose, new Transitive(Words.Verb("chase"), Np(Determiner.A, Words.Noun("ant"))), negative: true);
        Assert.Equal("two angry geese do not chase an ant .", Realizer.Realize(new Sentence(clause, Tense.Present)).Text);
        var tree = Realizer.Realize(new Sentence(Ran(Determiner.Every, "mouse"), Tense.Past));
        Assert.Equal("(S (NP (DT every) (NN mouse)) (VP (VBD ran)) (. .))", tree.ToString());
        Assert.Equal("NP VP .", tree.Production);
        Assert.Equal(3, tree.Depth);
    }
}
