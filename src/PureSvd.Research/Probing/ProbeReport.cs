namespace PureSvd.Research.Probing;

/// <summary>A model's probes beside those of what knows less.</summary>
/// <param name="Model">The model.</param>
/// <param name="RandomEncoder">A model of the same sizes with random weights: what the architecture and the word identities give. Empty if left out.</param>
/// <param name="StaticEmbeddings">The mean of the model's static word embeddings, one result a task: what the words give without their order. Empty if left out.</param>
public sealed record ProbeReport(IReadOnlyList<ProbeResult> Model, IReadOnlyList<ProbeResult> RandomEncoder, IReadOnlyList<ProbeResult> StaticEmbeddings)
{
    /// <summary>The random encoder's result for the same task, layer and vector; null if left out.</summary>
    public ProbeResult? RandomFor(ProbeResult result) => RandomEncoder.FirstOrDefault(r => r.Task == result.Task && r.Layer == result.Layer && r.Vector == result.Vector);

    /// <summary>The static embeddings' result for the same task; null if left out.</summary>
    public ProbeResult? StaticFor(ProbeResult result) => StaticEmbeddings.FirstOrDefault(r => r.Task == result.Task);

    /// <summary>For each task and vector, the result of the layer that is best on dev, the lowest of equals.</summary>
    public IEnumerable<ProbeResult> BestLayers()
        => Model.GroupBy(r => (r.Task, r.Vector)).Select(g => g.OrderBy(r => r.Layer).MaxBy(r => double.IsNaN(r.Score.Dev) ? double.NegativeInfinity : r.Score.Dev)!);
}
