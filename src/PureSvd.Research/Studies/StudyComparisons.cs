using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies;

/// <summary>The two families of tests of a study: which pairs are compared is decided by the grid and the sizes, never by the scores.</summary>
internal static class StudyComparisons
{
    /// <summary>The allocation that the others are compared with.</summary>
    internal const string Uniform = "uniform";

    /// <summary>What compression costs, by which method and against rounding: every comparison, with Holm's correction over all of them.</summary>
    /// <param name="results">The study.</param>
    /// <param name="scores">By cell and whether it was trained on, a figure a test item, the more the better.</param>
    /// <param name="bootstrap">Of the test items.</param>
    internal static IReadOnlyList<PairedComparison> Of(StudyResults results, IReadOnlyDictionary<(StudyCell Cell, bool Recovered), double[]> scores, ItemBootstrap bootstrap)
        => Test(Pairs(results), scores, bootstrap);

    /// <summary>Whether the choice of ranks pays: every allocation against the uniform one, with Holm's correction over these.</summary>
    /// <param name="results">The study.</param>
    /// <param name="scores">As for <see cref="Of"/>.</param>
    /// <param name="bootstrap">Of the test items.</param>
    internal static IReadOnlyList<PairedComparison> OfAllocations(StudyResults results, IReadOnlyDictionary<(StudyCell Cell, bool Recovered), double[]> scores, ItemBootstrap bootstrap)
        => Test(AllocationPairs(results), scores, bootstrap);

    private static IReadOnlyList<PairedComparison> Test(
        IEnumerable<(ComparisonKind Kind, StudyCell First, StudyCell Second, bool Recovered)> family, IReadOnlyDictionary<(StudyCell Cell, bool Recovered), double[]> scores, ItemBootstrap bootstrap)
    {
        var pairs = family.ToList();
        var gains = pairs.Select(p => scores[(p.First, p.Recovered)].Zip(scores[(p.Second, p.Recovered && !p.Second.IsDense)], (a, b) => a - b).ToArray()).ToList();
        // Where scores are right or wrong, McNemar's exact test; elsewhere the same counts make the sign test.
        var tests = gains.Select(g => McNemar.FromCounts(g.Count(d => d > 0), g.Count(d => d < 0)) is var test && g.Any(double.IsNaN) ? test with { PValue = double.NaN } : test).ToList();
        var adjusted = Holm.Adjust([.. tests.Select(t => t.PValue)]);
        var intervals = bootstrap.Intervals(gains);
        return [.. pairs.Select((p, i) => new PairedComparison(p.Kind, p.First, p.Second, p.Recovered, gains[i].Average(), intervals[i], tests[i].OnlyFirst, tests[i].OnlySecond, tests[i].PValue, adjusted[i]))];
    }

    private static IEnumerable<(ComparisonKind Kind, StudyCell First, StudyCell Second, bool Recovered)> Pairs(StudyResults results)
    {
        var dense = results.Cells.Where(c => c.Cell.IsDense).ToDictionary(c => c.Cell.Model, c => c.Cell);
        foreach (var recovered in new[] { false, true })
        {
            var cells = results.Cells.Where(c => !recovered || c.Recovered is not null).ToList();
            foreach (var cell in cells.Where(c => !c.Cell.IsDense))
                yield return (ComparisonKind.Dense, cell.Cell, dense[cell.Cell.Model], recovered);
            // What rounds besides has fewer bytes than the others at its ratio.
            var methods = cells.Where(c => c.Cell is { IsDense: false } && c.Cell.Scheme.Encoder is null or { TakesBudget: true });
            foreach (var level in methods.Select(c => c.Cell).GroupBy(c => (c.Model, c.Allocation, c.Removed)))
                foreach (var pair in InPairs([.. level]))
                    yield return (ComparisonKind.Methods, pair.First, pair.Second, recovered);
        }
        foreach (var model in results.Cells.GroupBy(c => c.Cell.Model))
            foreach (var factored in model.Where(c => c.Cell.IsFactorization))
                if (Rounded([.. model], factored) is { } rounded)
                    yield return (ComparisonKind.Bytes, rounded.Cell, factored.Cell, false);
    }

    /// <summary>Every cell with the uniform one of its model, method and ratio.</summary>
    private static IEnumerable<(ComparisonKind Kind, StudyCell First, StudyCell Second, bool Recovered)> AllocationPairs(StudyResults results)
    {
        foreach (var recovered in new[] { false, true })
        {
            var levels = results.Cells.Where(c => !c.Cell.IsDense && (!recovered || c.Recovered is not null)).Select(c => c.Cell).GroupBy(c => (c.Model, c.Method, c.Removed));
            foreach (var level in levels)
                foreach (var cell in level.Where(c => c.Allocation != Uniform))
                    foreach (var uniform in level.Where(c => c.Allocation == Uniform && MayMeet(c, cell)))
                        yield return (ComparisonKind.Allocations, cell, uniform, recovered);
        }
    }

    /// <summary>The largest rounding of the dense weights that is no larger than <paramref name="factored"/>; null if there is none.</summary>
    private static CellResult? Rounded(IReadOnlyList<CellResult> cells, CellResult factored)
        => cells.Where(c => c.Cell is { IsDense: false, Scheme: { Method: null, TakesBudget: false } } && c.Size.Bytes <= factored.Size.Bytes).MaxBy(c => c.Size.Bytes);

    /// <summary>Cells of different methods whose seeds may meet.</summary>
    private static IEnumerable<(StudyCell First, StudyCell Second)> InPairs(IReadOnlyList<StudyCell> cells)
    {
        for (var i = 0; i < cells.Count; i++)
            for (var j = i + 1; j < cells.Count; j++)
                if (cells[i].Method != cells[j].Method && MayMeet(cells[i], cells[j]))
                    yield return (cells[i], cells[j]);
    }

    /// <summary>Only the same seed meets itself; a cell that no sample decides meets each of the other's.</summary>
    private static bool MayMeet(StudyCell one, StudyCell other) => one.Seed == other.Seed || !one.IsSampled || !other.IsSampled;
}
