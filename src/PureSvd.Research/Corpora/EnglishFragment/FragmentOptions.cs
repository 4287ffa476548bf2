namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>How much of the fragment to make, and from which seed.</summary>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Train">Training pairs, about.</param>
/// <param name="Dev">Development pairs, about.</param>
/// <param name="Test">Test pairs, about.</param>
/// <param name="Paragraphs">Paragraphs of running text.</param>
/// <param name="Probing">Training sentences of each probing task; dev and test have a fifth of that each.</param>
public sealed record FragmentOptions(ulong Seed = 1, int Train = 48_000, int Dev = 1_560, int Test = 3_744, int Paragraphs = 9_000, int Probing = 5_000);
