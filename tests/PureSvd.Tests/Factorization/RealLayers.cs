using PureSvd.Factorization;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Tokenization;

namespace PureSvd.Tests.Factorization;

/// <summary>A trained weight with what it read of real text and the gradients of a real loss.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Weight">W [out×in].</param>
/// <param name="X">Its inputs [tokens×in].</param>
/// <param name="Statistics">Every kind that a method may ask for.</param>
internal sealed record RealLayer(string Name, Matrix<double> Weight, Matrix<double> X, LayerStatistics Statistics);

/// <summary>Layers of trained models, in float64: of the embedded BERT, and of stories260K where it is at hand.</summary>
internal static class RealLayers
{
    /// <summary>A square, a tall and a wide layer of the embedded BERT, its embedding's readers among them.</summary>
    internal static IEnumerable<RealLayer> OfBert(int sentences)
    {
        var directory = Path.Combine(Repository.Root, "data", "models", "fragment-bert");
        var model = BertModel<double>.Load(directory);
        var tokenizer = TokenizerFiles.Load(directory);
        var pairs = File.ReadLines(Path.Combine(Repository.Root, "data", "fragment", "nli-test.tsv")).Skip(1).Take(sentences).Select(l => l.Split('\t')).ToArray();
        LabelledSequence[] examples = [.. pairs.Select(p => new LabelledSequence(
            TokenBatch.Pack([tokenizer.Encode(p[0], p[1], model.Config.MaxPositions)]), Array.IndexOf([.. model.Config.Labels], p[2])))];
        var fisher = FisherCalibration.Measure(model, new LabelledSample(examples[..Math.Min(4, examples.Length)]), Parallelism.All, kinds: StatisticsKinds.Fisher | StatisticsKinds.ElementFisher | StatisticsKinds.KroneckerFisher);
        return Read(model, [.. examples.Select(e => e.Batch)], fisher, ["bert.encoder.layer.0.attention.self.query", "bert.encoder.layer.2.intermediate.dense", "bert.encoder.layer.3.output.dense"]);
    }

    /// <summary>Every target linear of stories260K on a story.</summary>
    internal static IEnumerable<RealLayer> OfStories(int windows, StatisticsKinds fisherKinds)
    {
        var directory = Path.Combine(Repository.SharedData, "models", "stories260K");
        var model = LlamaModel<double>.Load(directory);
        var batches = Stories(directory, windows);
        var fisher = fisherKinds == StatisticsKinds.None
            ? model.TargetLinears.ToDictionary(t => t.Name, _ => new LayerStatistics(null))
            : FisherCalibration.Measure(model, new TextSample([.. batches.Take(4)]), Parallelism.All, kinds: fisherKinds);
        return Read(model, batches, fisher, [.. model.TargetLinears.Select(t => t.Name)]);
    }

    /// <summary>Windows of the stories' text, all of the context long.</summary>
    internal static IReadOnlyList<TokenBatch> Stories(string directory, int windows)
    {
        var tokenizer = TokenizerFiles.Load(directory);
        using var text = new StreamReader(Path.Combine(Repository.SharedData, "text", "tinystories-sample.txt"));
        var buffer = new char[400_000];
        return TokenWindows.Choose(tokenizer.EncodeText(new string(buffer, 0, text.ReadBlock(buffer))), 256, windows, tokenizer.BosId, 1);
    }

    private static List<RealLayer> Read(TransformerModel<double> model, IReadOnlyList<TokenBatch> batches, IReadOnlyDictionary<string, LayerStatistics> fisher, string[] names)
    {
        var seen = names.ToDictionary(n => n, _ => new List<double[]>());
        var observed = model.WithLinears(model.TargetLinears.Where(t => seen.ContainsKey(t.Name)).ToDictionary(t => t.Name, t => (LinearLayer<double>)new ObservedLinear<double>(t.Linear, (x, _) =>
        {
            for (var i = 0; i < x.Rows; i++)
                seen[t.Name].Add(x.Row(i).ToArray());
        })));
        Action<TokenBatch, Parallelism> forward = observed is BertModel<double> bert ? bert.CreateSession().Forward : ((LlamaModel<double>)observed).CreateSession().Forward;
        foreach (var batch in batches)
            forward(batch, Parallelism.Serial);
        return [.. names.Select(name =>
        {
            var rows = seen[name];
            var x = Matrix<double>.Create(rows.Count, rows[0].Length, (t, i) => rows[t][i]);
            var weight = model.TargetLinears.First(t => t.Name == name).Linear.ToDense();
            return new RealLayer(name, weight, x, fisher[name].WithInputs(InputStatistics.Of<double>(x, Parallelism.Serial)));
        })];
    }
}
