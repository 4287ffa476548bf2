using System.Globalization;
using System.Text;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>With what the study was run, what it does not show, and its words.</summary>
internal static class RunSection
{
    internal static string Html(StudyResults results)
    {
        var (m, c) = (results.Manifest, results.Config);
        var facts = new List<(string, string)>
        {
            ("Command", m.CommandLine),
            ("Tool", string.Join(", ", m.Tool.Select(t => $"{t.Name} {t.Text}"))),
            ("Hardware", $"{m.Processor}, {m.Cores} logical processors, {m.Threads} used; vectors of {m.VectorBits} bits; {Phrase.Fixed(m.MemoryBytes / 1e9, 1)} GB of memory"),
            ("Software", $"{m.Runtime} on {m.OperatingSystem}"),
            ("When", $"{m.Started.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)}; this run took {Phrase.Fixed(m.Seconds, 0)} s and computed {m.CellsComputed} of {results.Cells.Count} cells"),
            ("Models", string.Join("; ", results.Models.Select(x => $"{x.Name}{(x.TrainingSeed is { } s ? $" (training seed {s.ToString(CultureInfo.InvariantCulture)})" : "")}: {x.Layers} blocks, width {x.Hidden}, {x.Heads} heads, {Phrase.Count(x.ParameterCount)} weights, of them {Phrase.Count(x.TargetWeightCount)} in the blocks' linear layers"))),
            ("Seeds of the study", string.Join(", ", c.Seeds.Select(s => s.ToString(CultureInfo.InvariantCulture))) + $"; {c.Probing.ProbeSeeds} probe seeds; calibration on {c.Calibration.Examples} training {Unit(results)}, selection on {c.Selection.Examples} {((c.Nli.Test.Length > 0 ? c.Nli.Dev.Length > 0 : c.Text.Dev is not null) ? "dev" : "training")} {Unit(results)}; what no sample decides is there once for all seeds"),
        };
        var html = new StringBuilder("<dl class=\"facts\">");
        foreach (var (name, text) in facts)
            html.Append(CultureInfo.InvariantCulture, $"<dt>{Page.Escape(name)}</dt><dd>{Page.Escape(text)}</dd>");
        html.Append("</dl>\n");
        foreach (var note in m.Notes)
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Page.Escape(note)}</p>\n");
        var files = new ReportTable("table-files", "<b>Files read</b>, with their SHA-256.", ["file", "SHA-256"], [.. m.Files.Select(f => (IReadOnlyList<TableCell>)[TableCell.Text(f.Name), TableCell.Text(f.Text)])], 2);
        html.Append(Page.Details("Files and hashes", files.Html()));
        return html.ToString();
    }

    private static string Unit(StudyResults results) => results.Items.Count > 0 ? "pairs" : "windows of text";

    internal static string Limits(StudyConfig config) => $"""
<ul>
<li>It is not a replication. The study follows the question and the claims of S. Pletenev, <i>Probing the Pitfalls: Understanding SVD’s Shortcomings in Language Model Compression</i> (Journal of Language and Education, 2024), of which only the abstract was at hand; no figure here is comparable with a figure there.</li>
<li>Models and data of the default study come from a generated fragment of English with exact labels. What a small model loses there need not be what a large one loses on text that people wrote.</li>
<li>A probe shows what can be read from a hidden state, not what the model uses. A loss in a probe is not a cause of a loss in inference.</li>
<li>{(config.Recover is null
        ? "Nothing was trained after compression. Fine-tuning recovers much of what truncation loses, and levels many differences between methods."
        : "Training after compression had one budget for all. Another length or another rate may rank the methods otherwise, and what is pruned or rounded was not trained at all.")}</li>
<li>Intervals count the test items as chance; seeds are shown beside them, and are few.</li>
<li>Speed is that of this machine and this engine, which decodes pruned and rounded weights before it uses them.</li>
</ul>

""";

    /// <summary>The words of the report; of methods and allocations, those of the study.</summary>
    internal static string Glossary(StudyConfig config)
    {
        var methods = config.Grid.SelectMany(g => g.Methods).Select(m => m.Split('+', ':')[0]).ToHashSet();
        var names = methods.Concat(config.Grid.SelectMany(g => g.Allocations)).ToHashSet();
        var html = new StringBuilder("<dl>\n");
        foreach (var (word, meaning) in Before.Concat(Compressions.Where(c => names.Contains(c.Word))).Concat(After))
            html.Append(CultureInfo.InvariantCulture, $"<dt>{Page.Escape(word)}</dt><dd>{meaning}</dd>\n");
        return html.Append("</dl>\n").ToString();
    }

    private static readonly (string Word, string Meaning)[] Before =
    [
        ("Linear layer, block", "A linear layer computes <i>y = W·x + b</i>. A transformer block holds several of them: query, key, value and output of its attention, and those of its MLP, two in BERT and three in Llama."),
        ("Low-rank factorization", "<i>W</i> of shape out × in is replaced by a product <i>B·A</i> with <i>r</i> columns in <i>B</i> and <i>r</i> rows in <i>A</i>. It stores <i>r·(out + in)</i> numbers, which is fewer than before if <i>r</i> is below the break-even rank <i>out·in / (out + in)</i>."),
        ("Removed", "The fraction of the blocks’ linear weights that is taken away; of their bytes, where weights are pruned. Embeddings, norms and classifier stay as they are, so the whole model shrinks by less."),
    ];

    private static readonly (string Word, string Meaning)[] Compressions =
    [
        ("svd", "The product of rank <i>r</i> nearest to <i>W</i>, every weight counting alike (Eckart and Young, 1936)."),
        ("fwsvd", "The same with each input weighted by its Fisher information: how much the task’s loss depends on it (Hsu et al., 2022)."),
        ("tfwsvd", "The same with a weight for each single element of <i>W</i>, found by iteration (Hua et al., 2022)."),
        ("gfwsvd", "The same with the Fisher information of inputs and outputs, as a Kronecker product (Chekalina et al., 2025)."),
        ("asvd", "Inputs are weighted by the mean of their absolute values, to the power ½ (Yuan et al., 2023)."),
        ("asvd-max", "The same by the largest absolute value."),
        ("svd-llm", "The product that changes the outputs of the calibration sample least: <i>W</i> is truncated in the metric of its inputs’ second moments (Wang et al., 2024; DRONE, Chen et al., 2021)."),
        ("svd-llm-cholesky", "The same by a Cholesky factor of the second moments, which must not be singular."),
        ("afm", "The same about the mean output, which a bias keeps (Yu and Wu, 2023)."),
        ("afm-pooled", "The same from covariances pooled over groups of the sample (Ji et al., 2024)."),
        ("basis-sharing", "Neighbouring layers share one <i>A</i> (Wang et al., 2024)."),
        ("magnitude", "The weights with the smallest absolute values become zero; a bit for each weight says which (Han et al., 2015)."),
        ("wanda", "The same by |weight| × the norm of its input, row by row (Sun et al., 2023)."),
        ("rtn-int8", "Every weight is rounded to one of 255 multiples of a scale that 64 neighbours share: round-to-nearest. After a method’s name, +int8: its factors are."),
        ("rtn-int4", "The same with 15 multiples."),
        ("uniform", "The same fraction of every matrix is removed."),
        ("selective", "Weights are removed first from the matrices whose truncation, tried one by one, raises the loss least."),
        ("spectrum", "Every matrix keeps the same fraction of the energy of its singular values."),
        ("strs", "Every matrix is tried at several ratios alone, and the trials that raise the loss least are taken together (Yuan et al., 2023)."),
        ("svd-llm-v2", "Ratios follow from the truncation losses within each type of matrix (Wang et al., 2025)."),
        ("global", "The ranks that cost least by the measured truncation losses of all matrices at once, staying dense among the choices."),
        ("bayes", "Ratios by type of matrix, searched by Bayesian optimization (Ji et al., 2024)."),
        ("bayes-grouped", "The same by type of matrix and group of layers."),
    ];

    private static readonly (string Word, string Meaning)[] After =
    [
        ("Pareto front", "What nothing else beats at the same size or a smaller one."),
        ("Inference (NLI)", "Given two sentences, whether the first entails the second, contradicts it, or neither."),
        ("Answer by likelihood", "A decoder is asked in words, and the answer that it finds likeliest counts."),
        ("Perplexity", "exp of the mean −log p that a decoder gives to the next token: of how many equally likely tokens it would have to choose."),
        ("Probe", "A logistic regression that predicts a property of a sentence, such as its tense, from a hidden state. What it can predict is there to be read."),
        ("Control task, selectivity", "A task whose labels were drawn at random for each word, so that it can only be memorised; a probe’s accuracy beyond its accuracy on that is its selectivity (Hewitt and Liang, 2019)."),
        ("Online code, MDL", "How few bits the labels of a task take when a probe predicts each from those before it; compression is their plain length over that (Voita and Titov, 2020)."),
        ("Linear CKA", "How alike two sets of vectors of the same sentences are, whatever their rotation and scale: 1 for the same, 0 for unrelated (Kornblith et al., 2019)."),
        ("McNemar’s test, Holm’s correction", "Whether two models differ on the same items, judged by the items that only one of them gets right; and the price for asking many such questions at once."),
        ("95 % interval", "From resampling the test items: a range that, in repetitions of such a test, would hold the true value 95 times in 100."),
    ];
}
