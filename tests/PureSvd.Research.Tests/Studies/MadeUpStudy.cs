using PureSvd.LinearAlgebra;
using PureSvd.Research.Studies;

namespace PureSvd.Research.Tests.Studies;

/// <summary>Results with known losses, as if a study had found them: what the report says of them can be checked.</summary>
internal static class MadeUpStudy
{
    internal static readonly string[] Tasks =
    [
        "sentence_length", "word_content", "tree_depth", "top_constituents", "bigram_shift",
        "past_present", "subj_number", "obj_number", "odd_man_out", "coordination_inversion",
    ];

    private static readonly string[] Labels = ["entailment", "neutral", "contradiction"];
    private static readonly string[] Phenomena = ["lexical_overlap", "subject_object_swap", "monotone_up", "monotone_down", "quantifier_scope", "negation_scope", "modifiers", "passive", "coordination", "relative_clauses"];

    /// <summary>A study of <paramref name="models"/> training seeds whose inference accuracy is 0.94 less <paramref name="loss"/>(method, allocation, removed), and whose probes lose <paramref name="probeLoss"/>.</summary>
    internal static StudyResults Create(
        Func<string, string, double, double> loss, Func<string, double, double>? probeLoss = null, int models = 3, int items = 3000, double[]? removed = null, string name = "made up")
    {
        probeLoss ??= (_, r) => 0.15 * r;
        var config = new StudyConfig
        {
            Name = name,
            Models = [.. Enumerable.Range(1, models).Select(s => new StudyModel($"tiny-{s}", $"/models/tiny-{s}", "tiny", (ulong)s))],
            Grid = [new GridPart(["svd", "fwsvd"], ["uniform", "selective"], removed ?? [0.1, 0.2, 0.4, 0.6])],
            Nli = new NliSettings { Test = "test.tsv", Train = "train.tsv" },
            Statistics = new StatisticsSettings { Resamples = 400 },
        };
        var random = new SeededRandom(7);
        var gold = Enumerable.Range(0, items).Select(i => new NliItem(Labels[i % 3], Phenomena[random.Next(Phenomena.Length)])).ToList();
        var difficulty = gold.Select((g, i) => 0.75 * random.NextDouble() + 0.25 * Array.IndexOf(Phenomena, g.Phenomenon) / Phenomena.Length).ToArray();
        var order = difficulty.Order().ToArray();
        var cells = StudyGrid.Cells(config).Select(cell =>
        {
            var seed = (ulong)cell.Model[^1];
            var accuracy = 0.94 - (cell.IsDense ? 0 : loss(cell.Method, cell.Allocation, cell.Removed)) + 0.004 * (seed % 3 - 1.0);
            var noise = SeededRandom.ForStream(seed, 5);
            var threshold = order[Math.Clamp((int)(accuracy * items), 0, items - 1)];
            var predicted = gold.Select((g, i) => difficulty[i] + 0.02 * noise.NextGaussian() <= threshold ? g.Gold : Labels[(Array.IndexOf(Labels, g.Gold) + 1) % 3]).ToList();
            var layers = Enumerable.Range(0, 4).SelectMany(l => new[] { "query", "key", "value", "attention.output", "intermediate", "output" }
                .Select(kind => new LayerResult($"bert.encoder.layer.{l}.{kind}", l, kind, cell.IsDense ? 0 : (int)(64 * (1 - cell.Removed)), cell.Removed / 2))).ToList();
            var probes = Tasks.SelectMany((task, t) => Enumerable.Range(0, 5).Select(layer =>
            {
                var lost = cell.IsDense || layer == 0 ? 0 : probeLoss(task, cell.Removed) * layer / 4;
                var own = 0.55 + 0.03 * t + 0.02 * (4 - Math.Abs(layer - 3)) - lost + 0.004 * noise.NextGaussian();
                return new CellProbe(task, layer, "mean", own, 0.004, own + 0.002 * noise.NextGaussian(), 0.2 + 0.03 * t, 0.4, 0.35, 0.3, 1000, Bits.Pack([.. Enumerable.Range(0, 1000).Select(i => (i + 0.5) / 1000 < own + 0.02 * Math.Sin(i * (1 + layer) + t))]));
            })).ToList();
            var cka = Enumerable.Range(0, 5).Select(l => 1 - cell.Removed * l / 5).ToList();
            return new CellResult(cell, new SizeResult(cell.Removed, 0.72 * cell.Removed, (long)(4e6 * (1 - 0.72 * cell.Removed))), layers, predicted, null, 0, probes, cka,
                new TimingResult(0.4 * (1 - 0.5 * cell.Removed), 1 / (1 - 0.5 * cell.Removed), 2.5));
        }).ToList();
        var facts = config.Models.Select(m => new ModelFacts(m.Name, m.Family, m.TrainingSeed, false, 4, 128, 512, 4, 800, 1_000_000, 786_432, Spectra())).ToList();
        var manifest = new StudyManifest([new NameAndText("PureSvd", "0.1.0")], "A processor", 512, 2, 2, 24_000_000_000, ".NET 10.0", "Linux x64", "puresvd study",
            new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero), 170, cells.Count, [new NameAndText("test.tsv", "sha256:00")], []);
        return new StudyResults(config, facts, gold, cells, manifest);
    }

    /// <summary>The same without questions: decoders whose mean −log p rises by <paramref name="rise"/>(method, allocation, removed), more or less from document to document.</summary>
    internal static StudyResults OfText(Func<string, string, double, double> rise, int documents = 40)
    {
        var results = Create((_, _, _) => 0, items: 30);
        return results with
        {
            Items = [],
            Cells = [.. results.Cells.Select(c =>
            {
                var noise = SeededRandom.ForStream((ulong)c.Cell.ToString().Length, 8);
                var loss = 1.2 + (c.Cell.IsDense ? 0 : rise(c.Cell.Method, c.Cell.Allocation, c.Cell.Removed));
                return c with { Predicted = [], Text = new TextResult([.. Enumerable.Range(0, documents).Select(d => (50 + d) * (loss + 0.2 * Math.Sin(d) + 0.01 * noise.NextGaussian()))], [.. Enumerable.Range(0, documents).Select(d => 50 + d)]) };
            })],
        };
    }

    private static List<Spectrum> Spectra()
        => [.. Enumerable.Range(0, 4).SelectMany(l => new[] { ("query", 128, 128), ("key", 128, 128), ("value", 128, 128), ("attention.output", 128, 128), ("intermediate", 512, 128), ("output", 128, 512) }
            .Select(k => new Spectrum(l, k.Item1, k.Item2, k.Item3, [.. Enumerable.Range(0, 128).Select(i => 3 * Math.Exp(-i / (30.0 + 10 * l)))])))];
}
