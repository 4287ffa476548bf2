using System.Text.Json.Serialization;

namespace PureSvd.Research.Studies;

/// <summary>Fisher weights of each target linear, one an input.</summary>
internal sealed record FisherStage(IReadOnlyList<LayerFisher> Layers, double Seconds = 0);

/// <summary>One layer's.</summary>
internal sealed record LayerFisher(string Name, double[] InputFisher);

/// <summary>What truncating each layer alone does to the loss.</summary>
internal sealed record SensitivityStage(double Baseline, IReadOnlyList<LayerSensitivity> Layers, double Seconds = 0);

/// <summary>One layer's: ranks, and the loss added at each.</summary>
internal sealed record LayerSensitivity(string Name, int[] Ranks, double[] Increases);

/// <summary>Test accuracies of probes that do not depend on compression.</summary>
internal sealed record BaselineStage(IReadOnlyList<BaselineProbe> Probes);

/// <summary>One of them.</summary>
internal sealed record BaselineProbe(string Task, int Layer, string Vector, double Accuracy);

/// <summary>A cell without its probes.</summary>
internal sealed record CellStage(SizeResult Size, IReadOnlyList<LayerResult> Layers, IReadOnlyList<string> Predicted, TextResult? Text, int Truncated, IReadOnlyList<double> Cka, TimingResult Timing);

/// <summary>A cell trained on; null where nothing of it is trained.</summary>
internal sealed record RecoveryStage(RecoveredResult? Result);

/// <summary>A cell's probes.</summary>
internal sealed record ProbesStage(IReadOnlyList<CellProbe> Probes, double Seconds);

[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ModelFacts))]
[JsonSerializable(typeof(FisherStage))]
[JsonSerializable(typeof(SensitivityStage))]
[JsonSerializable(typeof(BaselineStage))]
[JsonSerializable(typeof(CellStage))]
[JsonSerializable(typeof(ProbesStage))]
[JsonSerializable(typeof(RecoveryStage))]
internal sealed partial class StageJson : JsonSerializerContext;
