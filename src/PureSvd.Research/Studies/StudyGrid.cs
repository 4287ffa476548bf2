namespace PureSvd.Research.Studies;

/// <summary>The cells of a study, in the order of its results.</summary>
public static class StudyGrid
{
    /// <summary>Model by model and seed by seed: the dense cell, then the grid as the configuration writes it (method, allocation, removed); a combination named twice counts once.</summary>
    public static IReadOnlyList<StudyCell> Cells(StudyConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var cells = new List<StudyCell>();
        var seen = new HashSet<StudyCell>();
        foreach (var model in config.Models)
        {
            foreach (var seed in config.Seeds)
                cells.Add(new StudyCell(model.Name, StudyCell.Dense, "", 0, seed));
            foreach (var part in config.Grid)
                foreach (var method in part.Methods)
                    foreach (var allocation in part.Allocations)
                        foreach (var removed in part.Removed)
                            foreach (var seed in config.Seeds)
                                if (seen.Add(new StudyCell(model.Name, method, allocation, removed, seed)))
                                    cells.Add(new StudyCell(model.Name, method, allocation, removed, seed));
        }
        return cells;
    }
}
