using System.Globalization;
using System.Text;
using PureSvd.Factorization;
using PureSvd.Research.Corpora;

namespace PureSvd.Research.Studies;

/// <summary>Which method to use, as a user asks it: written from the rows of one <c>results.csv</c> and nothing else, so that the same file always gives the same text.</summary>
public static class MethodGuide
{
    /// <summary>The guide in Markdown: for each family a table of what is kept at each ratio, and when rounding is the better choice.</summary>
    /// <param name="resultsCsv">The text of <c>results.csv</c> of a study whose grid has factorizations.</param>
    /// <exception cref="Storage.InputDataException">It is no such text.</exception>
    public static string Markdown(string resultsCsv)
    {
        ArgumentNullException.ThrowIfNull(resultsCsv);
        var table = DelimitedTable.Parse("results.csv", resultsCsv);
        var rows = table.Rows.Select(r => new ResultRow(table, r.Fields)).ToList();
        var text = new StringBuilder();
        foreach (var family in rows.GroupBy(r => r.Family))
            Write(text, family.Key, [.. family]);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string family, List<ResultRow> rows)
    {
        var dense = rows.Where(r => r.IsDense).ToList();
        var ratios = rows.Where(r => r.IsFactorization).Select(r => r.Removed).Distinct().Order().ToList();
        if (dense.Count == 0 || ratios.Count == 0)
            return;
        var hasText = dense.All(r => double.IsFinite(r.Perplexity));
        if (dense.All(r => double.IsFinite(r.Accuracy)))
        {
            Table(text, $"**{family}**: inference accuracy in % (uncompressed {Spread([.. dense.Select(r => 100 * r.Accuracy)], 1)})", rows, ratios, r => 100 * r.Accuracy, 1, fewer: false);
            Best(text, rows, ratios);
        }
        if (hasText)
            Table(text, $"**{family}**: perplexity of text (uncompressed {Spread([.. dense.Select(r => r.Perplexity)], 2)})", rows, ratios, r => r.Perplexity, 2, fewer: true);
        Rounding(text, rows, dense);
    }

    private static void Table(StringBuilder text, string title, List<ResultRow> rows, List<double> ratios, Func<ResultRow, double> figure, int decimals, bool fewer)
    {
        var models = rows.Where(r => r.IsDense).Select(r => r.Model).Distinct().Count();
        var seeded = rows.Where(r => r.IsFactorization).GroupBy(r => (r.Model, r.Method, r.Allocation, r.Removed)).Max(g => g.Count());
        var seeds = (models > 1, seeded > 1) switch
        {
            (true, true) => $" and range over {models} training seeds and up to {seeded} calibration seeds",
            (true, false) => $" and range over {models} training seeds",
            (false, true) => $" and range over up to {seeded} calibration seeds",
            _ => "",
        };
        text.Append(CultureInfo.InvariantCulture, $"{title}; mean{seeds}, the best of a column in bold\n\n| method | allocation | data it needs | seconds |");
        foreach (var ratio in ratios)
            text.Append(CultureInfo.InvariantCulture, $" {Percent(ratio)} removed |");
        text.Append("\n|---|---|---|--:|").Append(string.Concat(ratios.Select(_ => "--:|"))).Append('\n');
        var lines = rows.Where(r => r.IsFactorization).GroupBy(r => (r.Method, r.Allocation)).ToList();
        var means = lines.Select(l => ratios.Select(ratio => l.Where(r => r.Removed == ratio).Select(figure).DefaultIfEmpty(double.NaN).Average()).ToList()).ToList();
        for (var i = 0; i < lines.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{lines[i].Key.Method}` | {lines[i].Key.Allocation} | {Needs(lines[i].Key.Method, lines[i].Key.Allocation)} | {Fixed(lines[i].Average(r => r.Seconds), 1)} |");
            for (var c = 0; c < ratios.Count; c++)
            {
                var best = means.Select(m => m[c]).Where(double.IsFinite).DefaultIfEmpty(double.NaN);
                var shown = Spread([.. lines[i].Where(r => r.Removed == ratios[c]).Select(figure)], decimals);
                text.Append(CultureInfo.InvariantCulture, $" {(means[i][c] == (fewer ? best.Min() : best.Max()) ? $"**{shown}**" : shown)} |");
            }
            text.Append('\n');
        }
        text.Append('\n');
    }

    /// <summary>The best factorization of each ratio, and whether its losses are significant.</summary>
    private static void Best(StringBuilder text, List<ResultRow> rows, List<double> ratios)
    {
        foreach (var ratio in ratios)
        {
            var lines = rows.Where(r => r.IsFactorization && r.Removed == ratio).GroupBy(r => (r.Method, r.Allocation)).OrderBy(l => l.Average(r => r.Loss)).ToList();
            text.Append(CultureInfo.InvariantCulture, $"- {Percent(ratio)} removed: ");
            text.AppendJoin("; ", new[] { lines.FirstOrDefault(l => l.Key.Allocation == "uniform"), lines.FirstOrDefault(l => l.Key.Allocation != "uniform") }.OfType<IGrouping<(string Method, string Allocation), ResultRow>>().Select(line =>
            {
                var (loss, count, worse) = (line.Average(r => r.Loss), line.Count(), line.Count(r => r.Loss > 0 && r.PValue < 0.05));
                var significant = count == 1 ? $"{(worse == 1 ? "" : "not ")}significantly worse than dense" : FormattableString.Invariant($"{(worse == 0 ? "none" : worse == count ? "each" : worse.ToString(CultureInfo.InvariantCulture))} of {count} models significantly worse than dense");
                return $"{line.Key.Allocation}, `{line.Key.Method}` {(loss < 0 ? "gains" : "loses")} {Fixed(100 * Math.Abs(loss), 1)} points ({significant})";
            }));
            text.Append(".\n");
        }
        text.Append('\n');
    }

    private static void Rounding(StringBuilder text, List<ResultRow> rows, List<ResultRow> dense)
    {
        foreach (var rounded in rows.Where(r => r.IsRounding).GroupBy(r => r.Method))
        {
            var (size, of) = (rounded.Average(r => r.Bytes), dense.Average(r => r.Bytes));
            text.Append(CultureInfo.InvariantCulture, $"- `{rounded.Key}`, which needs no data and {Fixed(rounded.Average(r => r.Seconds), 1)} s, takes {Fixed(100 * size / of, 0)} % of the checkpoint ({Fixed(size / 1e6, 2)} of {Fixed(of / 1e6, 2)} MB)");
            if (rounded.All(r => double.IsFinite(r.Accuracy)))
                text.Append(CultureInfo.InvariantCulture, $" and keeps {Spread([.. rounded.Select(r => 100 * r.Accuracy)], 1)} %");
            if (rounded.All(r => double.IsFinite(r.Perplexity)))
                text.Append(CultureInfo.InvariantCulture, $", perplexity {Spread([.. rounded.Select(r => r.Perplexity)], 2)}");
            var against = rows.Where(r => r.IsFactorization && r.Rounded == rounded.Key).ToList();
            if (against.Count == 0)
            {
                text.Append(". No factorization above is compared with it: a larger rounding comes nearer to those that are no smaller.\n");
                continue;
            }
            var (better, worse) = (against.Count(r => r.RoundedGain > 0 && r.RoundedPValue < 0.05), against.Count(r => r.RoundedGain < 0 && r.RoundedPValue < 0.05));
            text.Append(CultureInfo.InvariantCulture, $". Of {against.Count} factored models that take at least as many bytes it is significantly better than {better} and worse than {worse} (exact paired tests, Holm-corrected over the study). ");
            text.Append(better > worse
                ? "Where bytes on disk are what you want, prefer it.\n"
                : worse > better ? "At these sizes prefer the factorization.\n" : "At these sizes there is nothing to choose between the two in what they keep.\n");
        }
        var fastest = rows.Where(r => r.IsFactorization).GroupBy(r => r.Removed).OrderBy(g => g.Key).Last();
        text.Append(CultureInfo.InvariantCulture, $"- Factors are used as they are, at {Percent(fastest.Key)} removed {Fixed(fastest.Average(r => r.Speedup), 2)}× as fast as dense here; rounded weights are decoded before they are used, and save bytes on disk alone.\n\n");
    }

    private static string Needs(string method, string allocation)
    {
        var needs = CompressionScheme.ByName(method).Needs switch
        {
            StatisticsKinds.None => "",
            StatisticsKinds.Inputs => "inputs that look like yours",
            _ => "labelled pairs (gradients)",
        };
        return Allocations.NeedsLoss(allocation) ? needs.Length == 0 ? "labelled pairs to try on" : $"{needs}, labelled pairs to try on" : needs.Length == 0 ? "none" : needs;
    }

    /// <summary>The mean and, of several, the lowest and the highest.</summary>
    private static string Spread(IReadOnlyList<double> values, int decimals)
        => values.Count == 0 ? "" : values.Count == 1 ? Fixed(values[0], decimals) : $"{Fixed(values.Average(), decimals)} ({Fixed(values.Min(), decimals)}–{Fixed(values.Max(), decimals)})";

    private static string Percent(double fraction) => $"{(100 * fraction).ToString("0.#", CultureInfo.InvariantCulture)} %";

    private static string Fixed(double value, int decimals) => value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>What the guide reads of a row.</summary>
    private sealed class ResultRow(DelimitedTable table, string[] fields)
    {
        internal string Model => Text("model");

        internal string Family => Text("family");

        internal string Method => Text("method");

        internal string Allocation => Text("allocation");

        internal double Removed => Value("removed_requested");

        internal double Bytes => Value("bytes");

        internal double Accuracy => Value("nli_accuracy");

        internal double Perplexity => Value("perplexity");

        internal double Loss => Value("loss");

        internal double PValue => Value("p_holm");

        internal double Speedup => Value("speedup");

        internal double Seconds => Value("compression_seconds");

        internal string Rounded => Text("rounded");

        internal double RoundedGain => Value("rounded_gain");

        internal double RoundedPValue => Value("rounded_p_holm");

        internal bool IsDense => Method == StudyCell.Dense;

        internal bool IsFactorization => Cell.IsFactorization;

        internal bool IsRounding => !IsDense && Cell.Scheme is { Method: null, TakesBudget: false };

        private StudyCell Cell => new(Model, Method, Allocation, Removed, 0);

        private string Text(string column) => table.Find(column) is >= 0 and var c ? fields[c] : throw new Storage.InputDataException(table.File, "is no results.csv of a study.", column, "Give the file that puresvd study wrote.");

        private double Value(string column) => Text(column) is { Length: > 0 } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;
    }
}
