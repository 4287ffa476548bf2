using System.Globalization;
using PureSvd.Factorization;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Benchmarks.Peers;

/// <summary>What factorizing BERT-base takes: its 72 matrices at the ranks of 40 % removed, and the passes over text that the weighted methods learn from, beside the plain forward pass.</summary>
/// <remarks>Weights are random with the spectrum σ_i = i^−½, inputs random: no time depends on more than that.</remarks>
internal sealed class MethodPeers : PeerGroup
{
    private const double Removed = 0.4;
    private const int Tokens = 128, Sequences = 8, Batches = 16, Examples = 16;

    internal override string Name => "methods";

    internal override string Title => "factorizing BERT-base, and the statistics for it";

    internal override bool ByDefault => false;

    internal override IEnumerable<PeerRow> Rows()
    {
        var parallelism = new Parallelism(Environment.ProcessorCount);
        var bert = PowerLaw(parallelism);
        var plan = UniformAllocation.Allocate(TargetShape.Of(bert), Removed);
        var statistics = new[] { 768, 3072 }.ToDictionary(n => n, n => new LayerStatistics([.. Enumerable.Range(0, n).Select(i => 1.0 / (1 + i % 100))])
        {
            Inputs = InputStatistics.Of<float>(Inputs.Random<float>(4096, n), parallelism),
        });
        yield return Factorize("svd", 8, bert, plan, statistics, parallelism);
        yield return Factorize("fwsvd", 0, bert, plan, statistics, parallelism);
        yield return Factorize("svd-llm", 15, bert, plan, statistics, parallelism);
        yield return Factorize("afm", 0, bert, plan, statistics, parallelism);
        yield return Calibrate(bert, parallelism);
        yield return Fisher(bert, parallelism);
    }

    private static PeerRow Factorize(string name, double seconds, BertModel<float> bert, RankPlan plan, Dictionary<int, LayerStatistics> statistics, Parallelism parallelism)
    {
        var method = FactorizationMethods.ByName(name);
        var layers = plan.Layers.Zip(bert.TargetLinears, (l, t) => (l.Rank, Weight: ((Linear<float>)t.Linear).Weight.Value, Statistics: statistics[t.Linear.Inputs])).ToArray();
        var asked = seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $", {seconds} s asked") : "";
        return new PeerRow($"{name}, 72 matrices{asked}", "float", parallelism.Threads,
            // As a checkpoint is compressed: matrices of this size one a thread.
            () => parallelism.For(layers.Length, i => method.Decompose<float>(layers[i].Weight, layers[i].Statistics, layers[i].Rank, Parallelism.Serial).Truncate(layers[i].Rank)), "none", null)
        {
            Note = () => Excess(method, layers, parallelism),
        };
    }

    /// <summary>How far above the optimum the first layers end, as stored.</summary>
    private static string Excess(IFactorizationMethod method, (int Rank, Matrix<float> Weight, LayerStatistics Statistics)[] layers, Parallelism parallelism)
    {
        var worst = 0.0;
        foreach (var (rank, weight, statistics) in layers.Take(6))
        {
            var factorization = method.Decompose<float>(weight, statistics, rank, parallelism);
            var report = factorization.Measure(factorization.Truncate(rank), parallelism);
            worst = Math.Max(worst, report.RelativeResidual - report.RelativeOptimum);
        }
        return string.Create(CultureInfo.InvariantCulture, $"residual above the optimum {worst:E1} of the norm");
    }

    private static PeerRow Calibrate(BertModel<float> bert, Parallelism parallelism)
    {
        TokenBatch[] batches = [.. Enumerable.Range(0, Batches).Select(b => Batch(bert, b, Sequences))];
        var session = bert.CreateSession();
        return new PeerRow($"all statistics, {Batches * Sequences * Tokens} tokens", "float", parallelism.Threads, () => InputCalibration.Measure(bert, batches, parallelism), "plain forward", () =>
        {
            foreach (var batch in batches)
                session.Forward(batch, parallelism);
        })
        {
            Reach = 1 / 2.2,
        };
    }

    private static PeerRow Fisher(BertModel<float> bert, Parallelism parallelism)
    {
        LabelledSequence[] examples = [.. Enumerable.Range(0, Examples).Select(e => new LabelledSequence(Batch(bert, e, 1), e % 2))];
        var sessions = new System.Collections.Concurrent.ConcurrentBag<BertSession<float>>();
        return new PeerRow($"Fisher, {Examples} × {Tokens} tokens", "float", parallelism.Threads, () => FisherCalibration.Measure(bert, new LabelledSample(examples), parallelism), "plain forward", () =>
            parallelism.For(examples.Length, e =>
            {
                if (!sessions.TryTake(out var session))
                    session = bert.CreateSession();
                session.Forward(examples[e].Batch, Parallelism.Serial);
                sessions.Add(session);
            }))
        {
            Reach = 1 / 4.0,
        };
    }

    private static BertModel<float> PowerLaw(Parallelism parallelism)
    {
        var bert = BertModel<float>.CreateRandom(new BertConfig { Labels = ["no", "yes"] }, 1);
        foreach (var target in bert.TargetLinears)
        {
            var weight = ((Linear<float>)target.Linear).Weight.Value;
            var k = Math.Min(weight.Rows, weight.Columns);
            var (left, right) = (Inputs.Random<float>(weight.Rows, k), Inputs.Random<float>(k, weight.Columns));
            for (var i = 0; i < k; i++)
            {
                foreach (ref var element in right.Row(i))
                    element *= 0.02f / MathF.Sqrt((1 + i) * (float)k);
            }
            Gemm.Multiply(left, Operand.AsIs, right, Operand.AsIs, 1f, 0f, weight, parallelism);
        }
        return bert;
    }

    private static TokenBatch Batch(BertModel<float> bert, int first, int sequences)
        => TokenBatch.FromIds([.. Enumerable.Range(0, sequences).Select(s => Enumerable.Range(0, Tokens).Select(i => (i * 7919 + 13 + 31 * (first * sequences + s)) % bert.VocabularySize).ToArray())]);
}
