namespace PureSvd.Research.Studies;

/// <summary>One result of a study: a model, compressed in one way.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Method">How a matrix is truncated; <c>dense</c> for none.</param>
/// <param name="Allocation">Which rank each layer gets; empty for the dense model.</param>
/// <param name="Removed">The fraction of the target linears' weights to take away; 0 for the dense model.</param>
/// <param name="Seed">The seed of the calibration sample and of the probes.</param>
public sealed record StudyCell(string Model, string Method, string Allocation, double Removed, ulong Seed)
{
    /// <summary>The method of the uncompressed model.</summary>
    public const string Dense = "dense";

    /// <summary>Whether this is the uncompressed model.</summary>
    public bool IsDense => Method == Dense;

    /// <summary>Such as <c>fragment-bert svd uniform 0.2</c>.</summary>
    public override string ToString() => IsDense ? $"{Model} dense" : $"{Model} {Method} {Allocation} {Number.Text(Removed)}";
}
