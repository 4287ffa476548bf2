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
            ("Seeds of the study", string.Join(", ", c.Seeds.Select(s => s.ToString(CultureInfo.InvariantCulture))) + $"; {c.Probing.ProbeSeeds} probe seeds; calibration on {c.Calibration.Examples} training {Unit(results)}, selection on {c.Selection.Examples} {((c.Nli.Test.Length > 0 ? c.Nli.Dev.Length > 0 : c.Text.Dev is not null) ? "dev" : "training")} {Unit(results)}"),
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

    internal const string Limits = """
<ul>
<li>It is not a replication. The study follows the question and the claims of S. Pletenev, <i>Probing the Pitfalls: Understanding SVD’s Shortcomings in Language Model Compression</i> (Journal of Language and Education, 2024), of which only the abstract was at hand; no figure here is comparable with a figure there.</li>
<li>Models and data of the default study come from a generated fragment of English with exact labels. What a small model loses there need not be what a large one loses on text that people wrote.</li>
<li>A probe shows what can be read from a hidden state, not what the model uses. A loss in a probe is not a cause of a loss in inference.</li>
<li>Nothing was trained after compression. Fine-tuning recovers much of what truncation loses, and levels many differences between methods.</li>
<li>Intervals count the test items as chance; training seeds are shown beside them, and are few.</li>
<li>Speed is that of this machine and this engine.</li>
</ul>
""";

    internal const string Glossary = """
<dl>
<dt>Linear layer, block</dt><dd>A linear layer computes <i>y = W·x + b</i>. A transformer block holds several of them: query, key, value and output of its attention, and those of its MLP, two in BERT and three in Llama.</dd>
<dt>Low-rank factorization</dt><dd><i>W</i> of shape out × in is replaced by a product <i>B·A</i> with <i>r</i> columns in <i>B</i> and <i>r</i> rows in <i>A</i>. It stores <i>r·(out + in)</i> numbers, which is fewer than before if <i>r</i> is below the break-even rank <i>out·in / (out + in)</i>.</dd>
<dt>Removed</dt><dd>The fraction of the blocks’ linear weights that is taken away. Embeddings, norms and classifier stay as they are, so the whole model shrinks by less.</dd>
<dt>svd</dt><dd>The product of rank <i>r</i> nearest to <i>W</i>, every weight counting alike (Eckart and Young, 1936).</dd>
<dt>fwsvd</dt><dd>The same with each input weighted by its Fisher information: how much the task’s loss depends on it (Hsu et al., 2022).</dd>
<dt>uniform, selective</dt><dd>Where the weights are taken from: the same fraction of every matrix, or first from those whose truncation, tried one by one, raises the loss least.</dd>
<dt>Inference (NLI)</dt><dd>Given two sentences, whether the first entails the second, contradicts it, or neither.</dd>
<dt>Answer by likelihood</dt><dd>A decoder is asked in words, and the answer that it finds likeliest counts.</dd>
<dt>Perplexity</dt><dd>exp of the mean −log p that a decoder gives to the next token: of how many equally likely tokens it would have to choose.</dd>
<dt>Probe</dt><dd>A logistic regression that predicts a property of a sentence, such as its tense, from a hidden state. What it can predict is there to be read.</dd>
<dt>Control task, selectivity</dt><dd>A task whose labels were drawn at random for each word, so that it can only be memorised; a probe’s accuracy beyond its accuracy on that is its selectivity (Hewitt and Liang, 2019).</dd>
<dt>Linear CKA</dt><dd>How alike two sets of vectors of the same sentences are, whatever their rotation and scale: 1 for the same, 0 for unrelated (Kornblith et al., 2019).</dd>
<dt>McNemar’s test, Holm’s correction</dt><dd>Whether two models differ on the same items, judged by the items that only one of them gets right; and the price for asking many such questions at once.</dd>
<dt>95 % interval</dt><dd>From resampling the test items: a range that, in repetitions of such a test, would hold the true value 95 times in 100.</dd>
</dl>
""";
}
