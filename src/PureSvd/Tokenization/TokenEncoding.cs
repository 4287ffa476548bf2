namespace PureSvd.Tokenization;

/// <summary>One encoded sentence or pair.</summary>
/// <param name="Ids">Token ids, special tokens included.</param>
/// <param name="TypeIds">0 for the first sentence and its special tokens, 1 for the second and its [SEP].</param>
/// <param name="Special">Whether each token was added as a special one ([CLS], [SEP]).</param>
/// <param name="Truncated">How many tokens were cut off.</param>
public sealed record TokenEncoding(int[] Ids, int[] TypeIds, bool[] Special, int Truncated);
