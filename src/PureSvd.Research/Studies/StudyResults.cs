using System.Text.Json.Serialization;

namespace PureSvd.Research.Studies;

/// <summary>Everything that a study found: what its files and its report are written from.</summary>
/// <param name="Config">What was run.</param>
/// <param name="Models">The models, in the order of the configuration.</param>
/// <param name="Items">The inference test items.</param>
/// <param name="Cells">The results, in the order of the grid.</param>
/// <param name="Manifest">With what it was run.</param>
public sealed record StudyResults(
    StudyConfig Config, IReadOnlyList<ModelFacts> Models, IReadOnlyList<NliItem> Items, IReadOnlyList<CellResult> Cells, StudyManifest Manifest);

/// <summary>A test item of the inference task, without its text.</summary>
/// <param name="Gold">The gold label.</param>
/// <param name="Phenomenon">What the item tests; null where the file does not say.</param>
public sealed record NliItem(string Gold, string? Phenomenon);

/// <summary>What is known of a model before anything is compressed.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Family">Models of one family differ only in their training seed.</param>
/// <param name="TrainingSeed">The seed it was trained with; null if unknown.</param>
/// <param name="IsCausal">Whether it is a decoder.</param>
/// <param name="Layers">Transformer blocks.</param>
/// <param name="Hidden">Width of the hidden states.</param>
/// <param name="Intermediate">Width of the MLP.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Vocabulary">Token ids.</param>
/// <param name="ParameterCount">All weights.</param>
/// <param name="TargetWeightCount">The weights of the target linears, without biases.</param>
/// <param name="Spectra">The singular values of each target linear.</param>
public sealed record ModelFacts(
    string Name, string Family, ulong? TrainingSeed, bool IsCausal, int Layers, int Hidden, int Intermediate, int Heads, int Vocabulary,
    long ParameterCount, long TargetWeightCount, IReadOnlyList<Spectrum> Spectra);

/// <summary>The singular values of one target linear, descending.</summary>
/// <param name="Layer">The block, from 0.</param>
/// <param name="Kind">The matrix type.</param>
/// <param name="Outputs">Rows of W.</param>
/// <param name="Inputs">Columns of W.</param>
/// <param name="Values">σ₁ ≥ σ₂ ≥ ….</param>
public sealed record Spectrum(int Layer, string Kind, int Outputs, int Inputs, double[] Values)
{
    /// <summary>r* = out·in / (out + in): at or above this rank the factors are no smaller than W.</summary>
    [JsonIgnore]
    public double BreakEvenRank => (double)Outputs * Inputs / (Outputs + Inputs);

    /// <summary>exp(−Σ pᵢ ln pᵢ) with pᵢ = σᵢ/Σσ: the effective rank of O. Roy and M. Vetterli (2007); NaN for a zero matrix.</summary>
    [JsonIgnore]
    public double EffectiveRank
    {
        get
        {
            var sum = Values.Sum();
            return Math.Exp(-Values.Where(s => s > 0).Sum(s => s / sum * Math.Log(s / sum))) * (sum > 0 ? 1 : double.NaN);
        }
    }
}

/// <summary>The result of one cell. Only <see cref="Timing"/> may differ from run to run.</summary>
/// <param name="Cell">Which one.</param>
/// <param name="Size">What was removed.</param>
/// <param name="Layers">What became of each target linear.</param>
/// <param name="Predicted">The predicted label of each test item.</param>
/// <param name="Text">How it foresees the documents; null for encoders, and where there are none.</param>
/// <param name="Truncated">Test items that were longer than the model takes.</param>
/// <param name="Probes">Probing results, task by task, vector by vector, layer by layer.</param>
/// <param name="Cka">Linear CKA with the dense model, of each hidden state; 0 is the embedding output.</param>
/// <param name="Timing">How long things took.</param>
/// <param name="Recovered">The same model after training on; null where the study or the cell has none.</param>
public sealed record CellResult(
    StudyCell Cell, SizeResult Size, IReadOnlyList<LayerResult> Layers, IReadOnlyList<string> Predicted, TextResult? Text, int Truncated,
    IReadOnlyList<CellProbe> Probes, IReadOnlyList<double> Cka, TimingResult Timing, RecoveredResult? Recovered = null);

/// <summary>A compressed model after training on.</summary>
/// <param name="Predicted">The predicted label of each test item.</param>
/// <param name="Text">How it foresees the documents; null for encoders, and where there are none.</param>
/// <param name="Steps">Updates.</param>
/// <param name="FirstLoss">The mean training loss over the first tenth of them.</param>
/// <param name="LastLoss">The same over the last tenth.</param>
/// <param name="Seconds">What the training took.</param>
public sealed record RecoveredResult(IReadOnlyList<string> Predicted, TextResult? Text, int Steps, double FirstLoss, double LastLoss, double Seconds);

/// <summary>How a decoder foresees each document.</summary>
/// <param name="Losses">−Σ log p over the document's tokens, in nats.</param>
/// <param name="Tokens">Tokens predicted.</param>
public sealed record TextResult(IReadOnlyList<double> Losses, IReadOnlyList<int> Tokens)
{
    /// <summary>The mean of −log p over all tokens, in nats.</summary>
    [JsonIgnore]
    public double MeanLoss => Losses.Sum() / Tokens.Sum(t => (double)t);

    /// <summary>exp of the mean of −log p over all tokens.</summary>
    [JsonIgnore]
    public double Perplexity => Math.Exp(MeanLoss);
}

/// <summary>The three size figures.</summary>
/// <param name="RemovedTargets">The fraction removed of the target linears' weights; where these are encoded, of their bytes.</param>
/// <param name="RemovedModel">The fraction removed of all the model's weights; where some are encoded, of its bytes.</param>
/// <param name="Bytes">The tensors of the checkpoint on disk, with every index and scale.</param>
public sealed record SizeResult(double RemovedTargets, double RemovedModel, long Bytes);

/// <summary>What became of one target linear.</summary>
/// <param name="Name">Its name in the checkpoint.</param>
/// <param name="Layer">The block.</param>
/// <param name="Kind">The matrix type.</param>
/// <param name="Rank">The rank of its factors; 0 if it stayed dense.</param>
/// <param name="Error">‖W − B·A‖_F / ‖W‖_F; 0 if it stayed dense.</param>
public sealed record LayerResult(string Name, int Layer, string Kind, int Rank, double Error);

/// <summary>A probe of one task on one layer.</summary>
/// <param name="Task">The task.</param>
/// <param name="Layer">The hidden state: 0 is the embedding output.</param>
/// <param name="Vector">The sentence vector: <c>mean</c>, <c>cls</c> or <c>last</c>.</param>
/// <param name="Accuracy">Test accuracy, the mean over the probe seeds.</param>
/// <param name="Sd">Standard deviation over the probe seeds.</param>
/// <param name="DevAccuracy">Dev accuracy, the mean over the probe seeds.</param>
/// <param name="Majority">The rate of the most frequent test label.</param>
/// <param name="RandomEncoder">The same probe on an untrained encoder's same layer.</param>
/// <param name="Static">The same probe on the mean of the model's word embeddings.</param>
/// <param name="Control">The same probe on the control task; NaN where there is none.</param>
/// <param name="TestCount">Test sentences.</param>
/// <param name="Correct">Whether the probe of the first seed is right, a bit a test sentence: for paired intervals. Empty if the vectors have a NaN.</param>
/// <param name="Code">The length of the online code of the training labels, in bits and without the vectors; null where it was not asked for.</param>
public sealed record CellProbe(
    string Task, int Layer, string Vector, double Accuracy, double Sd, double DevAccuracy, double Majority, double RandomEncoder, double Static, double Control, int TestCount, byte[] Correct,
    CodeLength? Code = null)
{
    /// <summary>Accuracy on the task less accuracy on its control task (J. Hewitt and P. Liang, 2019).</summary>
    [JsonIgnore]
    public double Selectivity => Accuracy - Control;
}

/// <summary>The online code of a task's training labels (E. Voita and I. Titov, 2020).</summary>
/// <param name="Bits">Its length, given the sentence vectors.</param>
/// <param name="UniformBits">What the labels cost without them.</param>
public sealed record CodeLength(double Bits, double UniformBits)
{
    /// <summary>UniformBits/Bits: 1 where the vectors say nothing.</summary>
    [JsonIgnore]
    public double Compression => UniformBits / Bits;
}

/// <summary>What is measured by the clock, and so differs from run to run.</summary>
/// <param name="MsPerExample">Median time of a test pair, in milliseconds.</param>
/// <param name="Speedup">Median over interleaved pairs of runs of dense time / own time.</param>
/// <param name="Seconds">What the cell took to measure.</param>
/// <param name="CompressionSeconds">What its compression takes from nothing: statistics, decompositions and trial truncations are counted in every cell that uses them.</param>
public sealed record TimingResult(double MsPerExample, double Speedup, double Seconds, double CompressionSeconds = 0);
