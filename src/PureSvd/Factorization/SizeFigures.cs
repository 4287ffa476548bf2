namespace PureSvd.Factorization;

/// <summary>The size of a model before and after, counted three ways that are always reported together: papers differ in what they divide by.</summary>
/// <param name="TargetWeights">Weights of the target linears before.</param>
/// <param name="TargetWeightsStored">The numbers that they are stored in after.</param>
/// <param name="ModelParameters">All parameters before.</param>
/// <param name="ModelParametersStored">All parameters after.</param>
/// <param name="Bytes">Bytes before: of the weight files where there are files, else of the tensors.</param>
/// <param name="BytesStored">Bytes after.</param>
public sealed record SizeFigures(long TargetWeights, long TargetWeightsStored, long ModelParameters, long ModelParametersStored, long Bytes, long BytesStored)
{
    /// <summary>The fraction of the target linears' weights that is removed.</summary>
    public double RemovedFromTargets => Removed(TargetWeights, TargetWeightsStored);

    /// <summary>The fraction of all parameters that is removed.</summary>
    public double RemovedFromModel => Removed(ModelParameters, ModelParametersStored);

    /// <summary>The fraction of the bytes that is removed.</summary>
    public double RemovedFromBytes => Removed(Bytes, BytesStored);

    private static double Removed(long before, long after) => before == 0 ? 0 : 1 - (double)after / before;
}
