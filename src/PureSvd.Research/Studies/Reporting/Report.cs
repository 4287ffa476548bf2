using System.Globalization;
using System.Text;

namespace PureSvd.Research.Studies.Reporting;

/// <summary><c>report.html</c>: one page that needs nothing beside itself.</summary>
public static class Report
{
    private const string Contents = "<!-- contents -->";

    /// <summary>The page for <paramref name="summary"/>.</summary>
    public static string Html(StudySummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var results = summary.Results;
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<title>What low-rank factorization costs: {Page.Escape(results.Config.Name)}</title>\n<style>{ReportStyle.Css}</style>\n</head>\n<body>\n<main>\n");
        WriteHeader(html, summary);
        var numbers = new FigureNumbers();
        foreach (var family in summary.Families)
        {
            WriteFamily(html, summary, family, numbers);
            numbers.Family++;
        }
        Section(html, "run", "What was run", RunSection.Html(results));
        Section(html, "limits", "What this does not show", RunSection.Limits(results.Config));
        Section(html, "words", "Words", RunSection.Glossary(results.Config));
        Section(html, "data", "All of it as data",
            $"<p>{Page.Download("results.csv", ResultsCsv.Results(summary), "results.csv")} has a row a cell, {Page.Download("probes.csv", ResultsCsv.Probes(results), "probes.csv")} a row a probe, {Page.Download("comparisons.csv", ResultsCsv.Comparisons(summary), "comparisons.csv")} a row a test; they travel inside this page. <code>predictions.jsonl</code>, beside it, has every prediction of every cell, and <code>documents.csv</code> every loss on text, so that every paired test can be done again, and <code>manifest.json</code> everything else that is needed to run the study again.</p>\n");
        html.Append("</main>\n</body>\n</html>\n");
        return html.Replace(Contents, Navigation(html.ToString(), summary)).ToString();
    }

    /// <summary>Links to the sections of the first family and to what follows all; to each further family's answer.</summary>
    private static string Navigation(string html, StudySummary summary)
    {
        (string Id, string Text)[] sections =
        [
            ("answer-0", "Answer"), ("claims-0", "Claims"), ("accuracy-0", "Accuracy"), ("perplexity-0", "Perplexity"), ("bytes-0", "Bytes"), ("pairs-0", "Methods"), ("recovery-0", "Training on"), ("phenomena-0", "Phenomena"), ("probes-0", "Probes"), ("weights-0", "Weights"),
            ("likeness-0", "Hidden states"), ("association-0", "Probes and inference"), ("speed-0", "Size and speed"),
            .. summary.Families.Skip(1).Select((family, i) => ($"answer-{Number.Text(i + 1)}", family.Name)),
            ("run", "What was run"), ("limits", "Limits"), ("words", "Words"), ("data", "Data"),
        ];
        return $"<nav aria-label=\"Contents\">{string.Concat(sections.Where(s => html.Contains($"<section id=\"{s.Id}\"", StringComparison.Ordinal)).Select(s => $"<a href=\"#{s.Id}\">{Page.Escape(s.Text)}</a>"))}</nav>\n";
    }

    private static void WriteHeader(StringBuilder html, StudySummary summary)
    {
        var results = summary.Results;
        html.Append("<header>\n<p class=\"kicker\">PureSvd study</p>\n<h1>What does low-rank factorization cost a language model?</h1>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"byline\">Study “{Page.Escape(results.Config.Name)}”: {Phrase.Plural(results.Models.Count, "model")}, {results.Cells.Count} cells, {TestSize(results)}, {results.Manifest.Started.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}.</p>\n");
        // The sections are known once they are written.
        html.Append(Contents).Append("</header>\n");
        Section(html, "question", "The question",
            "<p>The matrices of a trained transformer can be replaced by products of two thinner ones. That makes the model smaller and, on a processor, faster. What does it take away: from the task that the model was tuned for, and from the linguistic knowledge that can be read from its hidden states? And does it matter which matrices are cut, and by which rule?</p>\n");
    }

    private static string TestSize(StudyResults results)
        => results.Items.Count > 0 ? $"{Phrase.Count(results.Items.Count)} test pairs" : Phrase.Plural(results.Cells[0].Text!.Losses.Count, "document");

    private static void WriteFamily(StringBuilder html, StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        var findings = Findings.Of(summary, family);
        var of = summary.Families.Count > 1 ? $" · {family.Name}" : "";
        var k = Number.Text(numbers.Family);
        Section(html, $"answer-{k}", "The answer" + of, Answer(findings));
        Section(html, $"claims-{k}", "Three claims, tested" + of, Claims(findings));
        if (!summary.IsOfText)
            Section(html, $"accuracy-{k}", "Accuracy against size" + of, AccuracySection.Html(summary, family, numbers));
        Section(html, $"perplexity-{k}", "Perplexity against size" + of, PerplexitySection.Html(summary, family, numbers));
        Section(html, $"bytes-{k}", "By size on disk" + of, BytesSection.Html(summary, family, numbers));
        Section(html, $"pairs-{k}", "Method against method" + of, ComparisonSection.Html(summary, family, numbers));
        Section(html, $"allocations-{k}", "Allocation against uniform" + of, AllocationSection.Html(summary, family, numbers));
        Section(html, $"recovery-{k}", "Training after compression" + of, RecoverySection.Html(summary, family, numbers));
        if (!summary.IsOfText)
            Section(html, $"phenomena-{k}", "Which inferences go first" + of, PhenomenonSection.Html(summary, family, numbers));
        Section(html, $"probes-{k}", "What probes no longer find" + of, ProbingSection.Html(summary, family, numbers));
        Section(html, $"weights-{k}", "What there was to cut" + of, SpectraSection.Html(family, numbers));
        Section(html, $"likeness-{k}", "How far the hidden states move" + of, SimilaritySection.Html(family, numbers));
        Section(html, $"association-{k}", "Do probes and inference lose together?" + of, AssociationSection.Html(summary, family, numbers));
        Section(html, $"speed-{k}", "Size and speed" + of, SpeedSection.Html(summary, family, numbers));
    }

    private static string Answer(Findings findings)
        => $"<p class=\"lead\">{Page.Escape(findings.Lead)}</p>\n<ul>{string.Concat(findings.Points.Select(p => $"<li>{Page.Escape(p)}</li>"))}</ul>\n<p class=\"note\">The program writes these sentences from the intervals and tests below; other data give other sentences.</p>\n";

    private static string Claims(Findings findings)
    {
        var html = new StringBuilder("<ol class=\"claims\">");
        foreach (var claim in findings.Claims)
        {
            html.Append(CultureInfo.InvariantCulture, $"<li class=\"v-{claim.Verdict.ToString().ToLowerInvariant()}\"><p class=\"what\">{Page.Escape(claim.Claim)}</p><p class=\"verdict\">{Page.Escape(Findings.Text(claim.Verdict))}</p><ul>");
            foreach (var evidence in claim.Evidence)
                html.Append(CultureInfo.InvariantCulture, $"<li>{Page.Escape(evidence)}</li>");
            html.Append(CultureInfo.InvariantCulture, $"</ul><p class=\"rule\">Rule: {Page.Escape(claim.Rule)}</p></li>\n");
        }
        return html.Append("</ol>\n").ToString();
    }

    private static void Section(StringBuilder html, string id, string title, string content)
    {
        if (content.Length > 0)
            html.Append(CultureInfo.InvariantCulture, $"<section id=\"{id}\">\n<h2>{Page.Escape(title)}</h2>\n{content}</section>\n");
    }
}
