namespace PureSvd.Factorization;

/// <summary>Everything that calibration statistics depend on. Statistics are used again only under an equal key.</summary>
/// <param name="Model">Hash of the model's configuration and weights.</param>
/// <param name="Tokenizer">Hash of the tokenizer's files.</param>
/// <param name="Data">Hash of the data file.</param>
/// <param name="Seed">Seed of the sample.</param>
/// <param name="Count">Examples in the sample.</param>
/// <param name="Kinds">What was measured.</param>
/// <param name="Window">Tokens of a window of running text; 0 where examples have lengths of their own.</param>
/// <param name="BeginsWithBos">Whether every window begins with the token that begins a text.</param>
public sealed record CalibrationKey(string Model, string Tokenizer, string Data, ulong Seed, int Count, StatisticsKinds Kinds, int Window = 0, bool BeginsWithBos = false);
