using PureSvd.Factorization;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;
using PureSvd.Tests.Storage;

namespace PureSvd.Tests.Factorization;

/// <summary>Statistics that are measured block by block are those of a whole model at once.</summary>
public sealed class StreamedCalibrationTests : IDisposable
{
    private static readonly LlamaConfig Config = new()
    {
        VocabularySize = 40,
        HiddenSize = 16,
        LayerCount = 3,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        IntermediateSize = 36,
        MaxPositions = 32,
        InitializerRange = 0.3,
        AttentionBias = true,
    };

    private readonly TemporaryFolder _folder = new();
    private readonly IReadOnlyList<TokenBatch> _windows = TokenWindows.Choose([.. Enumerable.Range(0, 900).Select(i => i * i * 7 % 40)], 20, 40, 1, 5);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Sums_over_the_inputs_of_a_llama_have_the_same_bits(int threads)
    {
        var model = Llama(TensorDType.BF16);
        AssertSameInputs(model, new TextSample(_windows), new Parallelism(threads));
    }

    [Fact]
    public void Sums_over_the_inputs_of_a_bert_have_the_same_bits()
    {
        LabelledSequence[] examples = [.. Enumerable.Range(0, 40).Select(i => new LabelledSequence(TestModels.Sequence((ulong)i), i % 3))];
        AssertSameInputs(TestModels.Random<float>(), new LabelledSample(examples), Parallelism.All);
    }

    [Theory]
    [InlineData(StatisticsKinds.Fisher, TensorDType.F32)]
    [InlineData(StatisticsKinds.Fisher, TensorDType.BF16)]
    [InlineData(StatisticsKinds.ElementFisher, TensorDType.BF16)]
    [InlineData(StatisticsKinds.KroneckerFisher, TensorDType.F32)]
    [InlineData(StatisticsKinds.KroneckerFisher, TensorDType.F16)]
    public void Fisher_information_of_weights_that_stay_in_their_file_is_that_of_copies(StatisticsKinds kinds, TensorDType type)
    {
        var mapped = Llama(type);
        var copied = LlamaModel<float>.Load(_folder["source"], WeightStorage.Copied);
        var sample = new TextSample([.. _windows.Take(5)]);
        var expected = FisherCalibration.Measure(copied, sample, Parallelism.All, kinds);
        // A layer at a time: the budget is below what one takes.
        var streamed = new StreamedCalibration(Key(kinds), mapped, sample) { GradientBytes = 1 };
        var steps = streamed.Read(Names(mapped), _folder.Name, Parallelism.All, null, CancellationToken.None).Select(s => s.ToArray()).ToArray();
        Assert.Equal(kinds == StatisticsKinds.Fisher ? 1 : mapped.TargetLinears.Count, steps.Length);
        Assert.Equal(mapped.TargetLinears.Count, steps.Sum(s => s.Length));
        foreach (var (name, actual) in steps.SelectMany(s => s))
        {
            Close([.. expected[name].InputFisher!], [.. actual.InputFisher!]);
            if (kinds == StatisticsKinds.ElementFisher)
                Close(expected[name].ElementFisher!.Span.ToArray(), actual.ElementFisher!.Span.ToArray());
            if (kinds == StatisticsKinds.KroneckerFisher)
            {
                Close(expected[name].Kronecker!.Inputs.Span.ToArray(), actual.Kronecker!.Inputs.Span.ToArray());
                Close(expected[name].Kronecker!.Outputs.Span.ToArray(), actual.Kronecker!.Outputs.Span.ToArray());
            }
        }
    }

    [Theory]
    [InlineData("svd-llm")]
    [InlineData("asvd")]
    [InlineData("afm")]
    [InlineData("fwsvd")]
    [InlineData("gfwsvd")]
    [InlineData("wanda")]
    public void A_model_that_is_compressed_block_by_block_is_the_same_even_if_it_was_interrupted(string name)
    {
        var scheme = CompressionScheme.ByName(name);
        var model = Llama(TensorDType.F32);
        var sample = new TextSample(_windows);
        var targets = CheckpointCompressor.ReadTargets(_folder["source"]);
        var plan = scheme.Method is null ? RankPlan.Dense(targets) : UniformAllocation.Allocate(targets, 0.4);
        var compression = new CheckpointCompression { Method = scheme.Method ?? new PlainSvd(), Encoder = scheme.Encoder, EncoderRemoves = scheme.Encoder is null ? 0 : 0.4, Statistics = new StreamedCalibration(Key(scheme.Needs), model, sample) };
        var atOnce = compression with { Statistics = new CalibrationStatistics(Key(scheme.Needs), SampleStatistics.Measure(model, sample, scheme.Needs, Parallelism.All)) };
        CheckpointCompressor.Compress(_folder["source"], plan, atOnce, _folder["whole"]);

        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => CheckpointCompressor.Compress(_folder["source"], plan, compression, _folder["out"], new Immediate(p =>
        {
            // At the first report from the ninth on: a thread may be held up between its count and its report, until all are done.
            if (p is { Stage: "factorize", Done: >= 9 })
                stop.Cancel();
        }), stop.Token));
        Assert.InRange(CheckpointCompressor.Compress(_folder["source"], plan, compression, _folder["out"]).Run!.LayersResumed, 9, 14);
        CheckpointCompressorTests.AssertSame(_folder["whole"], _folder["out"]);
        Assert.DoesNotContain(Directory.GetFileSystemEntries(_folder["out"]), f => f.Contains("partial", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_the_layers_that_are_asked_for_are_measured()
    {
        var model = Llama(TensorDType.F32);
        var source = new StreamedCalibration(Key(StatisticsKinds.Inputs), model, new TextSample(_windows));
        var layers = new HashSet<string> { "model.layers.1.self_attn.k_proj", "model.layers.1.mlp.down_proj" };
        var stages = new List<CompressionProgress>();
        var read = source.Read(layers, _folder.Name, Parallelism.All, new Immediate(stages.Add), CancellationToken.None).SelectMany(s => s).ToDictionary();
        Assert.Equal(layers.Order(), read.Keys.Order());
        Assert.Equal(2 * _windows.Count, stages.Count);
        var whole = InputCalibration.Measure(model, _windows, Parallelism.All);
        Assert.All(layers, l => Assert.True(whole[l].SecondMoment.Span.SequenceEqual(read[l].Inputs!.SecondMoment.Span)));
        Assert.Empty(source.Read(new HashSet<string>(), _folder.Name, Parallelism.All, null, CancellationToken.None));
    }

    [Fact]
    public void The_largest_sums_of_a_block_are_given_up_first_so_that_only_smaller_ones_wait()
    {
        var model = LlamaModel<float>.CreateRandom(Config with { IntermediateSize = ShardCompressor.LargeSide + 4, LayerCount = 2 }, 3);
        var source = new StreamedCalibration(Key(StatisticsKinds.Inputs), model, new TextSample([.. _windows.Take(3)]));
        var steps = source.Read(Names(model), _folder.Name, Parallelism.All, null, CancellationToken.None).Select(s => s.Keys.ToArray()).ToArray();
        Assert.Equal([1, 6, 1, 6], steps.Select(s => s.Length));
        Assert.Equal(["model.layers.0.mlp.down_proj", "model.layers.1.mlp.down_proj"], steps.Where(s => s.Length == 1).Select(s => s[0]));
    }

    [Fact]
    public void A_weight_that_is_not_finite_is_told_by_the_first_layer_that_reads_it()
    {
        var model = LlamaModel<float>.CreateRandom(Config, 3);
        ((Linear<float>)model.TargetLinears.First(t => t.Name == "model.layers.0.self_attn.v_proj").Linear).Weight.Value[0, 0] = float.NaN;
        var sample = new TextSample(_windows);
        var source = new StreamedCalibration(Key(StatisticsKinds.Inputs), model, sample);
        var expected = "An input of model.layers.0.self_attn.o_proj is not finite";
        Assert.Contains(expected, Assert.Throws<ArithmeticException>(() => source.Read(Names(model), _folder.Name, Parallelism.All, null, CancellationToken.None).Count()).Message, StringComparison.Ordinal);
        Assert.Contains(expected, Assert.Throws<ArithmeticException>(() => InputCalibration.Measure(model, _windows, Parallelism.All)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Name, "*.partial"));
    }

    private void AssertSameInputs(TransformerModel<float> model, LossSample sample, Parallelism parallelism)
    {
        var whole = InputCalibration.Measure(model, sample.Examples, parallelism);
        var source = new StreamedCalibration(Key(StatisticsKinds.Inputs), model, sample);
        var read = source.Read(Names(model), _folder.Name, parallelism, null, CancellationToken.None).SelectMany(s => s).ToDictionary();
        Assert.Equal(whole.Keys.Order(), read.Keys.Order());
        foreach (var (name, expected) in whole)
        {
            var actual = read[name].Inputs!;
            Assert.True(expected.SecondMoment.Span.SequenceEqual(actual.SecondMoment.Span), name);
            Assert.True(expected.GroupSums.Span.SequenceEqual(actual.GroupSums.Span), name);
            Assert.Equal(expected.AbsoluteSum, actual.AbsoluteSum);
            Assert.Equal(expected.AbsoluteMax, actual.AbsoluteMax);
            Assert.Equal(expected.GroupTokens, actual.GroupTokens);
        }
        Assert.Empty(Directory.GetFiles(_folder.Name, "*.partial"));
    }

    private TransformerModel<float> Llama(TensorDType type)
    {
        LlamaModel<float>.CreateRandom(Config, 3).Save(_folder["source"], type);
        return TransformerModel<float>.Load(_folder["source"]);
    }

    private static HashSet<string> Names(TransformerModel<float> model) => [.. model.TargetLinears.Select(t => t.Name)];

    private static CalibrationKey Key(StatisticsKinds kinds) => new("m", "t", "d", 5, 40, kinds, 20, true);

    private static void Close(double[] expected, double[] actual)
    {
        var scale = expected.Max(Math.Abs);
        Assert.True(scale > 0);
        Assert.True(expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max() <= 1e-5 * scale);
    }

    private sealed class Immediate(Action<CompressionProgress> report) : IProgress<CompressionProgress>
    {
        public void Report(CompressionProgress value)
        {
            lock (report)
                report(value);
        }
    }
}
