using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>
/// Checks a label against models alone, without a proof: it looks for models of the premise that satisfy the hypothesis and for such that refute it, by
/// random draws and by <see cref="ModelSearch"/>, and believes a model only after <see cref="SetSemantics"/> has evaluated both sentences in it.
/// An entailment must have no model of the second kind, a contradiction none of the first, a neutral pair one of each.
/// </summary>
internal static class LabelChecker
{
    private const int LargestDomain = 6;
    private const int Budget = 50_000;

    /// <summary>Whether the models found agree with <paramref name="relation"/>.</summary>
    internal static bool Agrees(Sentence premise, Sentence hypothesis, Relation relation, SeededRandom random, int randomModels = 20)
    {
        var p = Denotation.Of(premise);
        var h = Denotation.Of(hypothesis);
        var (satisfied, refuted) = (Witness(p, h), Witness(p, new Not(h)));
        var theory = Theory.Of(p, h);
        for (var i = 0; i < randomModels && !(satisfied && refuted); i++)
        {
            var model = ModelSearch.Random(theory, 1 + random.Next(5), random);
            if (model is null || !Holds(model, p))
                continue;
            satisfied |= Holds(model, h);
            refuted |= !Holds(model, h);
        }
        return relation switch
        {
            Relation.Entailment => satisfied && !refuted,
            Relation.Contradiction => refuted && !satisfied,
            _ => satisfied && refuted,
        };
    }

    private static bool Witness(Formula premise, Formula other) =>
        ModelSearch.Find([premise, other], 1, LargestDomain, Budget) is { } model && Holds(model, premise) && Holds(model, other);

    private static bool Holds(Model model, Formula formula) => new SetSemantics(model).IsTrue(formula);
}
