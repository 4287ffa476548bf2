using PureSvd.Factorization;

namespace PureSvd.Research.Studies;

/// <summary>One result of a study: a model, compressed in one way.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Method">How a matrix is compressed, as in <see cref="CompressionScheme.ByName"/>; <c>dense</c> for not at all.</param>
/// <param name="Allocation">Which rank each layer gets; empty for the dense model, <c>uniform</c> for an encoding of whole matrices.</param>
/// <param name="Removed">The fraction of the target linears' weights to take away, for pruning of their bytes; 0 for the dense model, and where the method has a size of its own.</param>
/// <param name="Seed">The seed of the samples that compression learns from; the study's first where no sample decides.</param>
public sealed record StudyCell(string Model, string Method, string Allocation, double Removed, ulong Seed)
{
    /// <summary>The method of the uncompressed model.</summary>
    public const string Dense = "dense";

    /// <summary>Whether this is the uncompressed model.</summary>
    public bool IsDense => Method == Dense;

    /// <summary>Whether the weights are factored and nothing else: the cells that a study's claims are about.</summary>
    public bool IsFactorization => !IsDense && Scheme.Encoder is null;

    /// <summary>Whether a sample decides what becomes of the weights, and so the seed.</summary>
    internal bool IsSampled => !IsDense && (Scheme.Needs != StatisticsKinds.None || Scheme.Method is not null && Allocations.NeedsLoss(Allocation));

    /// <summary>What is done to the weights; nothing for the dense model.</summary>
    internal CompressionScheme Scheme => IsDense ? new CompressionScheme(null, null) : CompressionScheme.ByName(Method);

    /// <summary>Such as <c>fragment-bert svd uniform 0.2</c> or <c>fragment-bert rtn-int8</c>.</summary>
    public override string ToString() => IsDense ? $"{Model} dense" : Removed == 0 ? $"{Model} {Method}" : $"{Model} {Method} {Allocation} {Number.Text(Removed)}";
}
