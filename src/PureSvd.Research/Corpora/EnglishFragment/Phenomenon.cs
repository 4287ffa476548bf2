namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>A phenomenon and a source of pairs that show it. A pair comes without a label: <see cref="EntailmentOracle"/> decides that.</summary>
/// <param name="Name">As in the corpus.</param>
/// <param name="Propose">Draws a premise and a hypothesis.</param>
/// <param name="Lattice">Whether the label turns on how general words are, so that selection must balance that.</param>
internal sealed record Phenomenon(string Name, Func<Sampler, (Clause Premise, Clause Hypothesis)?> Propose, bool Lattice = false)
{
    /// <summary>Every phenomenon, in the order of the corpus.</summary>
    internal static IReadOnlyList<Phenomenon> All { get; } =
    [
        new("lexical_overlap", ArgumentPhenomena.LexicalOverlap),
        new("subject_object_swap", ArgumentPhenomena.SubjectObjectSwap),
        new("passive", ArgumentPhenomena.Passive),
        new("dative", ArgumentPhenomena.Dative),
        new("monotone_up", QuantifierPhenomena.MonotoneUp, Lattice: true),
        new("monotone_down", QuantifierPhenomena.MonotoneDown, Lattice: true),
        new("quantifier_scope", QuantifierPhenomena.QuantifierScope),
        new("negation_scope", QuantifierPhenomena.NegationScope),
        new("modifiers_dropped", ModifierPhenomena.Dropped),
        new("modifiers_added", ModifierPhenomena.Added),
        new("coordination", ClausePhenomena.Coordination),
        new("relative_clauses", ClausePhenomena.RelativeClauses),
        new("embedding_verbs", ClausePhenomena.EmbeddingVerbs),
    ];
}
