using PureSvd.Factorization;

namespace PureSvd.Research.Studies;

/// <summary>The cells of a study, in the order of its results.</summary>
public static class StudyGrid
{
    /// <summary>Model by model: the dense cell, then the grid as the configuration writes it (method, allocation, removed, seed); a combination named twice counts once.</summary>
    /// <remarks>
    /// What no sample decides is there once, under the first seed: every other would find the same. Encodings of whole matrices have no ranks to allocate: they are there once for all allocations,
    /// and rounding, whose size is its own, once for all ratios.
    /// </remarks>
    public static IReadOnlyList<StudyCell> Cells(StudyConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var cells = new List<StudyCell>();
        foreach (var model in config.Models)
        {
            cells.Add(new StudyCell(model.Name, StudyCell.Dense, "", 0, config.Seeds[0]));
            foreach (var part in config.Grid)
                foreach (var method in part.Methods)
                    foreach (var allocation in Allocations(method, part))
                        foreach (var removed in Removed(method, part))
                            cells.AddRange(Seeded(new StudyCell(model.Name, method, allocation, removed, config.Seeds[0]), config.Seeds));
        }
        return [.. cells.Distinct()];
    }

    private static IEnumerable<StudyCell> Seeded(StudyCell cell, IReadOnlyList<ulong> seeds) => cell.IsSampled ? seeds.Select(seed => cell with { Seed = seed }) : [cell];

    private static IReadOnlyList<string> Allocations(string method, GridPart part) => CompressionScheme.ByName(method).Method is null ? ["uniform"] : part.Allocations;

    private static IReadOnlyList<double> Removed(string method, GridPart part) => CompressionScheme.ByName(method).TakesBudget ? part.Removed : [0];
}
