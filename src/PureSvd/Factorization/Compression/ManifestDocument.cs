using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>The shape of <c>puresvd.json</c>: a plan's layers and their reports side by side, as one reads them.</summary>
internal sealed record ManifestDocument(
    int Format, string Tool, string Method, string Stored, string Allocation, double? RemovedRequested, ManifestSizes Sizes,
    CalibrationKey? Calibration, IReadOnlyDictionary<string, string> Source, IReadOnlyList<ManifestLayer> Layers, CompressionRun? Run = null, string? Remark = null)
{
    private static readonly (StoredForm Form, string Name)[] s_forms =
        [(StoredForm.Factored, "factored"), (StoredForm.Dense, "dense"), (StoredForm.Encoded, "encoded"), (StoredForm.EncodedFactors, "encoded factors")];

    internal static ManifestDocument Of(CompressionManifest m, int format) => new(
        format, m.Tool, m.Method, s_forms.First(f => f.Form == m.Stored).Name, m.Plan.Allocation, m.Plan.RemovedRequested, ManifestSizes.Of(m.Sizes), m.Calibration,
        new SortedDictionary<string, string>(m.Source.ToDictionary(), StringComparer.Ordinal),
        [.. m.Plan.Layers.Select(l => ManifestLayer.Of(l, m.Reports.GetValueOrDefault(l.Target.Name)))], m.Run, m.Plan.Remark);

    /// <summary>Checks what the JSON's types do not.</summary>
    internal CompressionManifest ToManifest(string path)
    {
        var stored = Array.FindIndex(s_forms, f => f.Name == Stored);
        if (stored < 0)
            throw new InputDataException(path, $"is {Printable.Quote(Stored)}, and must be one of {string.Join(", ", s_forms.Select(f => f.Name))}.", "stored");
        if (Layers.Any(l => l is null))
            throw new InputDataException(path, "holds null.", "layers");
        foreach (var layer in Layers)
            layer.Check(path);
        try
        {
            var plan = new RankPlan(Allocation, RemovedRequested, [.. Layers.Select(l => l.ToPlan())]) { Remark = Remark };
            var reports = Layers.Where(l => l.Fit is not null).ToDictionary(l => l.Name, l => l.Fit!, StringComparer.Ordinal);
            return new CompressionManifest(Method, s_forms[stored].Form, plan, Sizes.ToFigures(), Calibration, Source, reports) { Tool = Tool, Run = Run };
        }
        catch (ArgumentException e)
        {
            throw new InputDataException(path, e.Message, "layers", "Compress the original checkpoint again.", e);
        }
    }
}

/// <summary>The sizes, with the fractions written out for who reads the file.</summary>
internal sealed record ManifestSizes(
    long TargetWeights, long TargetWeightsStored, double TargetsRemoved, long ModelParameters, long ModelParametersStored, double ModelRemoved,
    long Bytes, long BytesStored, double BytesRemoved)
{
    internal static ManifestSizes Of(SizeFigures s) => new(
        s.TargetWeights, s.TargetWeightsStored, s.RemovedFromTargets, s.ModelParameters, s.ModelParametersStored, s.RemovedFromModel, s.Bytes, s.BytesStored, s.RemovedFromBytes);

    internal SizeFigures ToFigures() => new(TargetWeights, TargetWeightsStored, ModelParameters, ModelParametersStored, Bytes, BytesStored);
}

/// <summary>One target linear.</summary>
internal sealed record ManifestLayer(string Name, int Layer, string Kind, int Outputs, int Inputs, LayerStorage Storage, int Rank, string? Note, TruncationReport? Fit, string? Basis = null)
{
    internal static ManifestLayer Of(LayerPlan plan, TruncationReport? report)
    {
        var (target, storage, rank, note, basis) = plan;
        return new ManifestLayer(target.Name, target.Layer, target.Kind, target.Outputs, target.Inputs, storage, rank, note, report, basis);
    }

    internal LayerPlan ToPlan() => new(new TargetShape(Name, Layer, Kind, Outputs, Inputs), Storage, Rank, Note, Basis);

    internal void Check(string path)
    {
        if (Outputs < 1 || Inputs < 1 || Layer < 0 || !Enum.IsDefined(Storage))
            throw new InputDataException(path, $"has the shape {Outputs}×{Inputs} in block {Layer}, which cannot be.", $"layer {Printable.Quote(Name)}", "Compress the original checkpoint again.");
    }
}
