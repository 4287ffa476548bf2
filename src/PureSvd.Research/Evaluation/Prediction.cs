namespace PureSvd.Research.Evaluation;

/// <summary>What a model said about one test item.</summary>
/// <param name="Index">The item's place in its file, from 0.</param>
/// <param name="Gold">The gold label.</param>
/// <param name="Predicted">The model's label.</param>
/// <param name="Phenomenon">The item's phenomenon; null where the file does not say.</param>
public sealed record Prediction(int Index, string Gold, string Predicted, string? Phenomenon)
{
    /// <summary>Whether the two agree.</summary>
    public bool Correct => Gold == Predicted;
}
