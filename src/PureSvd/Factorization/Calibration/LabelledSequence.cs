using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>One calibration example: a batch of one sequence and its label id.</summary>
public readonly record struct LabelledSequence(TokenBatch Batch, int Label);
