using PureSvd.Factorization;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;
using PureSvd.Tests.Storage;

namespace PureSvd.Tests.Factorization;

public class InputCalibrationTests
{
    private static readonly LlamaConfig Small = new()
    {
        VocabularySize = 40,
        HiddenSize = 16,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        IntermediateSize = 36,
        MaxPositions = 32,
    };

    [Fact]
    public void The_sums_are_those_of_what_the_layers_of_a_bert_read()
    {
        var model = TestModels.Random<double>();
        var batches = Enumerable.Range(0, 40).Select(i => TestModels.Sequence((ulong)i)).ToArray();
        var measured = InputCalibration.Measure(model, batches, Parallelism.All);
        Assert.Equal(model.TargetLinears.Count, measured.Count);
        for (var block = 0; block < 2; block++)
        {
            var states = States(batches, session: model.CreateSession(), block);
            var expected = InputStatistics.Of<double>(states, Parallelism.Serial);
            var actual = measured[$"bert.encoder.layer.{block}.attention.self.query"];
            AssertClose(expected, actual);
            Assert.Same(actual, measured[$"bert.encoder.layer.{block}.attention.self.value"]);
            Assert.NotSame(actual, measured[$"bert.encoder.layer.{block}.attention.output.dense"]);
            Assert.Equal(60, measured[$"bert.encoder.layer.{block}.output.dense"].Inputs);
        }
    }

    [Fact]
    public void The_sums_of_a_llama_are_those_of_its_normalized_states_and_shared_as_its_layers_share_them()
    {
        var model = LlamaModel<double>.CreateRandom(Small, 3);
        var windows = TokenWindows.Choose([.. Enumerable.Range(0, 400).Select(i => i * 7 % 40)], 20, 12, 1, 5);
        var measured = InputCalibration.Measure(model, windows, Parallelism.All);
        var session = model.CreateSession();
        var rows = new List<double[]>();
        foreach (var window in windows)
        {
            session.Forward(window, Parallelism.Serial);
            for (var t = 0; t < window.TokenCount; t++)
            {
                var state = session.Hidden(0).Row(t).ToArray();
                var size = Math.Sqrt(state.Sum(x => x * x) / state.Length + Small.RmsNormEpsilon);
                rows.Add(Array.ConvertAll(state, x => x / size));
            }
        }
        AssertClose(InputStatistics.Of<double>(Matrix<double>.Create(rows.Count, 16, (t, i) => rows[t][i]), Parallelism.Serial), measured["model.layers.0.self_attn.q_proj"]);
        Assert.Same(measured["model.layers.1.self_attn.q_proj"], measured["model.layers.1.self_attn.k_proj"]);
        Assert.Same(measured["model.layers.1.mlp.gate_proj"], measured["model.layers.1.mlp.up_proj"]);
        Assert.Equal(36, measured["model.layers.1.mlp.down_proj"].Inputs);
        Assert.Equal(240, measured["model.layers.1.mlp.down_proj"].Tokens);
    }

    [Fact]
    public void The_sums_have_the_same_bits_for_any_number_of_threads()
    {
        var model = LlamaModel<float>.CreateRandom(Small, 3);
        var windows = TokenWindows.Choose([.. Enumerable.Range(0, 400).Select(i => i * 7 % 40)], 20, 12, null, 5);
        var one = InputCalibration.Measure(model, windows, Parallelism.Serial);
        var many = InputCalibration.Measure(model, windows, new Parallelism(5));
        foreach (var (name, statistics) in one)
        {
            Assert.True(statistics.SecondMoment.Span.SequenceEqual(many[name].SecondMoment.Span), name);
            Assert.Equal(statistics.Sum, many[name].Sum);
        }
    }

    [Fact]
    public void Statistics_of_every_kind_are_read_back_as_they_were_written_and_shared_ones_are_written_once()
    {
        using var folder = new TemporaryFolder();
        var model = TestModels.Random<float>();
        LabelledSequence[] examples = [.. Enumerable.Range(0, 5).Select(i => new LabelledSequence(TestModels.Sequence((ulong)i), i % 3))];
        const StatisticsKinds Kinds = StatisticsKinds.Fisher | StatisticsKinds.ElementFisher | StatisticsKinds.KroneckerFisher | StatisticsKinds.Inputs;
        var inputs = InputCalibration.Measure(model, [.. examples.Select(e => e.Batch)], Parallelism.All);
        var layers = FisherCalibration.Measure(model, new LabelledSample(examples), Parallelism.All, kinds: Kinds).ToDictionary(l => l.Key, l => l.Value.WithInputs(inputs[l.Key]));
        var key = new CalibrationKey("m", "t", "d", 1, 5, Kinds, 128, true);
        new CalibrationStatistics(key, layers).Save(folder["cache"]);

        Assert.Null(CalibrationStatistics.TryLoad(folder["cache"], key with { Window = 64 }));
        Assert.Null(CalibrationStatistics.TryLoad(folder["cache"], key with { BeginsWithBos = false }));
        var read = CalibrationStatistics.TryLoad(folder["cache"], key)!.Layers;
        Assert.Equal(layers.Keys.Order(), read.Keys.Order());
        foreach (var (name, layer) in layers)
        {
            Assert.Equal(Kinds, read[name].Kinds);
            Assert.Equal(layer.InputFisher, read[name].InputFisher);
            Assert.True(layer.ElementFisher!.Span.SequenceEqual(read[name].ElementFisher!.Span));
            Assert.True(layer.Kronecker!.Outputs.Span.SequenceEqual(read[name].Kronecker!.Outputs.Span));
            Assert.True(layer.Inputs!.SecondMoment.Span.SequenceEqual(read[name].Inputs!.SecondMoment.Span));
            Assert.Equal(layer.Inputs.Sum, read[name].Inputs!.Sum);
            Assert.Equal(layer.Inputs.Tokens, read[name].Inputs!.Tokens);
        }
        Assert.Same(read["bert.encoder.layer.0.attention.self.query"].Inputs, read["bert.encoder.layer.0.attention.self.key"].Inputs);
    }

    [Fact]
    public void The_fisher_information_of_a_llama_is_that_of_its_windows()
    {
        var model = LlamaModel<double>.CreateRandom(Small, 3);
        var windows = TokenWindows.Choose([.. Enumerable.Range(0, 300).Select(i => i * 11 % 40)], 15, 6, 1, 2);
        var measured = FisherCalibration.Measure(model, new TextSample(windows), Parallelism.All, kinds: StatisticsKinds.Fisher | StatisticsKinds.ElementFisher);
        var inputsOnly = FisherCalibration.Measure(model, new TextSample(windows), Parallelism.All);
        var target = (Linear<double>)model.TargetLinears[9].Linear;
        var expected = new Matrix<double>(target.Outputs, target.Inputs);
        var session = model.CreateSession();
        foreach (var window in windows)
        {
            var gradients = new Gradients<double>([target.Weight]);
            session.LossAndGradients(window, window.NextIds(), [], 1.0 / 14, gradients, Parallelism.Serial);
            for (var o = 0; o < target.Outputs; o++)
                for (var i = 0; i < target.Inputs; i++)
                    expected[o, i] += gradients[target.Weight]![o, i] * gradients[target.Weight]![o, i] / 6;
        }
        for (var i = 0; i < target.Inputs; i++)
        {
            var sum = Enumerable.Range(0, target.Outputs).Sum(o => expected[o, i]);
            Assert.True(sum > 0);
            Assert.Equal(1, measured[target.Name].InputFisher![i] / sum, 1e-10);
            Assert.Equal(1, inputsOnly[target.Name].InputFisher![i] / sum, 1e-10);
            Assert.Equal(expected[0, i], measured[target.Name].ElementFisher![0, i], 1e-12 * sum);
        }
    }

    [Fact]
    public void Windows_are_seeded_do_not_overlap_and_begin_as_asked()
    {
        int[] ids = [.. Enumerable.Range(100, 95)];
        var windows = TokenWindows.Choose(ids, 10, 5, 1, 3);
        Assert.All(windows, w => Assert.Equal((1, 10), (w.Ids[0], w.TokenCount)));
        Assert.Equal(45, windows.SelectMany(w => w.Ids[1..]).Distinct().Count());
        Assert.Equal(windows.Select(w => w.Ids[1]), TokenWindows.Choose(ids, 10, 5, 1, 3).Select(w => w.Ids[1]));
        Assert.NotEqual(windows.Select(w => w.Ids[1]), TokenWindows.Choose(ids, 10, 5, 1, 4).Select(w => w.Ids[1]));
        Assert.Equal(9, TokenWindows.Choose(ids, 10, 50, null, 3).Count);
        Assert.Throws<ArgumentException>(() => TokenWindows.Choose(ids[..5], 10, 1, null, 1));
    }

    [Fact]
    public void Afm_writes_biases_that_a_llama_without_any_loads()
    {
        using var folder = new TemporaryFolder();
        var model = LlamaModel<float>.CreateRandom(Small, 3);
        model.Save(folder["source"]);
        var windows = TokenWindows.Choose([.. Enumerable.Range(0, 400).Select(i => i * 7 % 40)], 20, 12, null, 5);
        var inputs = InputCalibration.Measure(model, windows, Parallelism.All);
        var statistics = new CalibrationStatistics(new CalibrationKey("", "", "", 5, 12, StatisticsKinds.Inputs), inputs.ToDictionary(i => i.Key, i => new LayerStatistics(null) { Inputs = i.Value }));
        var plan = UniformAllocation.Allocate(CheckpointCompressor.ReadTargets(folder["source"]), 0.3);
        var compression = new CheckpointCompression { Method = new AtomicFeatureMimicking(), Statistics = statistics };
        var sizes = CheckpointCompressor.Compress(folder["source"], plan, compression, folder["out"]).Sizes;
        using (var written = Checkpoint.Open(folder["out"]))
            Assert.Equal(written.Tensors.Values.Sum(t => t.ElementCount), sizes.ModelParametersStored);
        var inMemory = new ModelFactorization<float>(model, compression.Method, statistics.Layers).Compress(plan, Parallelism.All).Model;
        var loaded = TransformerModel<float>.Load(folder["out"]);
        foreach (var (expected, actual) in inMemory.TargetLinears.Zip(loaded.TargetLinears))
        {
            Assert.Equal(expected.Linear.IsFactored, actual.Linear.IsFactored);
            Assert.Equal(expected.Linear.Bias is null, actual.Linear.Bias is null);
            if (expected.Linear.Bias is { } bias)
                for (var j = 0; j < bias.Value.Columns; j++)
                    Assert.Equal(bias.Value[0, j], actual.Linear.Bias!.Value[0, j], 1e-6);
        }
        Assert.Contains("can only be stored as factors", Assert.Throws<ArgumentException>(() => CheckpointCompressor.Compress(folder["source"], plan, compression with { StoreDense = true }, folder["dense"])).Message, StringComparison.Ordinal);
    }

    private static Matrix<double> States(TokenBatch[] batches, BertSession<double> session, int block)
    {
        var rows = new List<double[]>();
        foreach (var batch in batches)
        {
            session.Forward(batch, Parallelism.Serial);
            for (var t = 0; t < batch.TokenCount; t++)
                rows.Add(session.Hidden(block).Row(t).ToArray());
        }
        return Matrix<double>.Create(rows.Count, rows[0].Length, (t, i) => rows[t][i]);
    }

    private static void AssertClose(InputStatistics expected, InputStatistics actual)
    {
        Assert.Equal(expected.Tokens, actual.Tokens);
        var scale = Norms.Frobenius<double>(expected.SecondMoment);
        for (var i = 0; i < expected.Inputs; i++)
        {
            Assert.Equal(expected.Sum[i], actual.Sum[i], 1e-10 * expected.Tokens);
            Assert.Equal(expected.AbsoluteSum[i], actual.AbsoluteSum[i], 1e-10 * expected.Tokens);
            Assert.Equal(expected.AbsoluteMax[i], actual.AbsoluteMax[i], 1e-12);
            for (var j = 0; j < expected.Inputs; j++)
                Assert.Equal(expected.SecondMoment[i, j], actual.SecondMoment[i, j], 1e-12 * scale);
        }
    }
}
