namespace PureSvd.Layers;

/// <summary>How rotary frequencies are stretched beyond the context that a model was first trained on.</summary>
public enum RotaryScalingKind
{
    /// <summary>All frequencies divided by the factor: positions interpolated. S. Chen et al., <i>Extending Context Window of Large Language Models via Positional Interpolation</i> (2023).</summary>
    Linear,

    /// <summary>Llama 3.1's: low frequencies divided by the factor, high ones kept, a ramp between.</summary>
    Llama3,
}

/// <summary><c>rope_scaling</c> of a <c>config.json</c>.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Factor">What low frequencies are divided by.</param>
/// <param name="LowFrequencyFactor">Llama 3: wavelengths above <paramref name="OriginalPositions"/> ÷ this are low frequencies.</param>
/// <param name="HighFrequencyFactor">Llama 3: wavelengths below <paramref name="OriginalPositions"/> ÷ this are high frequencies.</param>
/// <param name="OriginalPositions">Llama 3: the context that the model was first trained on.</param>
public sealed record RotaryScaling(RotaryScalingKind Kind, double Factor, double LowFrequencyFactor = 1, double HighFrequencyFactor = 4, int OriginalPositions = 8192);
