using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Benchmarks.Peers;

/// <summary>Whole models: decoding beside a plain read of its weights, prefill and encoding beside the bare products that they consist of, an encoder beside ONNX Runtime, factored beside dense.</summary>
/// <remarks>The weights are random, which changes no time. Checkpoints are written to the folder for temporary files, mapped, and removed.</remarks>
internal sealed class ModelPeers : PeerGroup, IDisposable
{
    private const int PrefillTokens = 512, BertTokens = 128, Context = 16;

    /// <summary>Blocks of TinyLlama's shape (grouped queries, 32 heads of 64), and a small vocabulary: 0.7 GB as float32, far beyond the caches.</summary>
    private static readonly LlamaConfig s_llama = new()
    {
        VocabularySize = 4096,
        HiddenSize = 2048,
        LayerCount = 4,
        HeadCount = 32,
        KeyValueHeadCount = 4,
        IntermediateSize = 5632,
        MaxPositions = 2048,
    };

    private readonly List<string> _folders = [];

    internal override string Name => "models";

    internal override string Title => "one token of a decoder, prefill, and BERT-base";

    internal override bool ByDefault => false;

    public void Dispose()
    {
        foreach (var folder in _folders)
            Directory.Delete(folder, recursive: true);
        _folders.Clear();
    }

    internal override IEnumerable<PeerRow> Rows() => Works().Select(row => row with { InSteadyState = true });

    private IEnumerable<PeerRow> Works()
    {
        var threads = Environment.ProcessorCount;
        var dense = LlamaModel<float>.CreateRandom(s_llama, 1);
        var factored = dense.WithLinears(Half(dense));
        foreach (var type in (TensorDType[])[TensorDType.F32, TensorDType.BF16])
        {
            var (whole, half) = (Mapped(dense, type), Mapped(factored, type));
            yield return Decode($"decode, {type.FormatName()}", whole, threads, null);
            yield return Decode($"decode, {type.FormatName()}, half removed", half, threads, null);
            yield return Decode($"decode, {type.FormatName()}, half / dense", half, threads, whole) with { Reach = 1.6 };
            yield return Prefill(type, whole, threads);
        }
        Dispose();

        var bert = BertModel<float>.CreateRandom(new BertConfig(), 1);
        var halfBert = bert.WithLinears(Half(bert)).Packed();
        bert = bert.Packed();
        foreach (var batch in (int[])[1, 8, 32])
        {
            yield return Encode(bert, batch, threads);
            using (var peer = OnnxRuntime.Start(batch, BertTokens, threads))
                yield return BesideOnnxRuntime(bert, batch, threads, peer);
            yield return HalfEncode(bert, halfBert, batch, threads);
        }
    }

    private static PeerRow Decode(string work, LlamaModel<float> model, int threads, LlamaModel<float>? than)
    {
        var (ours, theirs) = (Step(model, threads), than is null ? null : Step(than, threads));
        // The head's and the blocks' weights, each once; of the embeddings one row.
        var bytes = model.StoredTensors.Skip(1).Sum(t => (double)t.Matrix.ElementSize * t.Matrix.Rows * t.Matrix.Columns);
        return than is null
            ? new PeerRow(work, "float", threads, ours, "plain read", PlainRead.Of(model.StoredTensors.Skip(1).Select(t => t.Matrix), threads)) { Bytes = bytes, Reach = 0.85 }
            : new PeerRow(work, "float", threads, ours, "dense", theirs);
    }

    private static Action Step(LlamaModel<float> model, int threads)
    {
        var decoder = model.CreateDecoder();
        decoder.Append(Ids(Context, model.VocabularySize), new Parallelism(threads));
        return () =>
        {
            decoder.Truncate(Context);
            decoder.Append([7], new Parallelism(threads));
        };
    }

    private static PeerRow Prefill(TensorDType type, LlamaModel<float> model, int threads)
    {
        var decoder = model.CreateDecoder(PrefillTokens);
        var ids = Ids(PrefillTokens, model.VocabularySize);
        var parallelism = new Parallelism(threads);
        return new PeerRow($"prefill of {PrefillTokens}, {type.FormatName()}", "float", threads,
            () =>
            {
                decoder.Truncate(0);
                decoder.Append(ids, parallelism);
            },
            "its products", Products(model, PrefillTokens, parallelism))
        {
            Flops = Flops(model, PrefillTokens),
            Reach = 0.85,
            Tokens = PrefillTokens,
        };
    }

    private static PeerRow Encode(BertModel<float> model, int sequences, int threads)
    {
        var (session, batch, parallelism) = (model.CreateSession(), Batch(model, sequences), new Parallelism(threads));
        return new PeerRow($"BERT-base, {BertTokens} tokens × {sequences}", "float", threads, () => session.Forward(batch, parallelism), "its products", Products(model, batch.TokenCount, parallelism))
        {
            Flops = Flops(model, batch.TokenCount),
        };
    }

    private static PeerRow BesideOnnxRuntime(BertModel<float> model, int sequences, int threads, OnnxRuntime? peer)
    {
        var (session, batch, parallelism) = (model.CreateSession(), Batch(model, sequences), new Parallelism(threads));
        return new PeerRow($"BERT-base, {BertTokens} tokens × {sequences}", "float", threads, () => session.Forward(batch, parallelism), "ONNX Runtime", peer is null ? null : peer.Run)
        {
            Flops = Flops(model, batch.TokenCount),
            Tokens = batch.TokenCount,
            Reach = 1.05,
        };
    }

    private static PeerRow HalfEncode(BertModel<float> model, BertModel<float> half, int sequences, int threads)
    {
        var (dense, factored, batch, parallelism) = (model.CreateSession(), half.CreateSession(), Batch(model, sequences), new Parallelism(threads));
        return new PeerRow($"BERT-base, {BertTokens} tokens × {sequences}, half removed", "float", threads, () => factored.Forward(batch, parallelism), "dense", () => dense.Forward(batch, parallelism))
        {
            Reach = 1.6,
        };
    }

    /// <summary>Every target linear at the rank that leaves half of its weights.</summary>
    private static Dictionary<string, LinearLayer<float>> Half(TransformerModel<float> model)
        => model.TargetLinears.ToDictionary(t => t.Name, t =>
        {
            var rank = (int)((long)t.Linear.Outputs * t.Linear.Inputs / 2 / (t.Linear.Outputs + t.Linear.Inputs));
            return (LinearLayer<float>)new LowRankLinear<float>(
                t.Name, new Parameter<float>("a", Inputs.Random<float>(rank, t.Linear.Inputs)), new Parameter<float>("b", Inputs.Random<float>(t.Linear.Outputs, rank)), t.Linear.Bias);
        });

    private LlamaModel<float> Mapped(LlamaModel<float> model, TensorDType type)
    {
        var folder = Directory.CreateTempSubdirectory("puresvd-benchmark-").FullName;
        _folders.Add(folder);
        model.Save(folder, type);
        return LlamaModel<float>.Load(folder);
    }

    /// <summary>The products of all target linears, and nothing else.</summary>
    private static Action Products(TransformerModel<float> model, int tokens, Parallelism parallelism)
    {
        var work = model.TargetLinears.Select(t => (t.Linear, X: Inputs.Random<float>(tokens, t.Linear.Inputs), Y: new Matrix<float>(tokens, t.Linear.Outputs))).ToArray();
        var workspace = new Workspace<float>();
        return () =>
        {
            foreach (var (linear, x, y) in work)
                linear.Product(x, y, workspace, parallelism);
        };
    }

    private static double Flops(TransformerModel<float> model, int tokens) => model.TargetLinears.Sum(t => 2.0 * tokens * t.Linear.Inputs * t.Linear.Outputs);

    private static TokenBatch Batch(BertModel<float> model, int sequences)
        => TokenBatch.FromIds([.. Enumerable.Range(0, sequences).Select(_ => Ids(BertTokens, model.VocabularySize))]);

    private static int[] Ids(int count, int bound) => [.. Enumerable.Range(0, count).Select(i => (i * 7919 + 13) % bound)];
}
