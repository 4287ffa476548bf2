using PureSvd.LinearAlgebra;
using static PureSvd.Research.Corpora.EnglishFragment.Build;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Paragraphs of the fragment for masked-language-model pre-training: a few protagonists, facts about them, and what follows from these.</summary>
internal sealed class RunningText
{
    private readonly Sampler _s;
    private readonly SentenceSampler _sentences;

    /// <param name="seed">Seed of the corpora.</param>
    /// <param name="held">Whether these are paragraphs to be foreseen, of a stream of their own, and not those that models are trained on.</param>
    internal RunningText(ulong seed, bool held = false)
    {
        _s = new Sampler(SeededRandom.ForStream(seed, held ? 2001UL : 2000UL));
        _sentences = new SentenceSampler(_s);
    }

    /// <summary>The paragraphs, one a line. None has a word combination that is held out of training.</summary>
    internal IReadOnlyList<string> Generate(int paragraphs, CancellationToken cancellationToken)
    {
        var lines = new List<string>(paragraphs);
        while (lines.Count < paragraphs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lines.Add(string.Join(' ', Paragraph().Select(sentence => Realizer.Realize(sentence).Text)));
        }
        return lines;
    }

    private List<Sentence> Paragraph()
    {
        var tense = _s.Tense();
        var sentences = new List<Sentence>();
        var count = 3 + _s.Random.Next(4);
        while (sentences.Count < count)
        {
            var clause = _s.Chance(0.15) ? Kind() : _sentences.Clause();
            var sentence = new Sentence(clause, tense);
            if (!Combinations.In(sentence).Any(Combinations.IsHeldOut))
                sentences.Add(sentence);
        }
        return sentences;
    }

    /// <summary>A fact of the lattice: "every poodle is a dog", "no cat is a dog".</summary>
    private Clause Kind()
    {
        while (true)
        {
            var low = _s.Pick(_s.Lexicon.Nouns.Where(noun => noun.Parent is not null).ToList());
            if (_s.Chance(0.6))
            {
                var high = _s.Pick(_s.Lexicon.Nouns.Where(noun => noun != low && low.IsA(noun)).ToList());
                return Says(Np(_s.OneOf(Determiner.Every, Determiner.Each), low), new PredicateNoun(high));
            }
            var other = _s.Pick(low.Parent!.Children);
            if (_s.Lexicon.Exclude(low, other))
                return Says(Np(Determiner.No, low), new PredicateNoun(other));
        }
    }
}
