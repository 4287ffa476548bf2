using System.Collections;

namespace PureSvd.Research.Corpora;

/// <summary>The labelled pairs of one file, with where each comes from.</summary>
public sealed class NliCorpus : IReadOnlyList<NliExample>
{
    private readonly List<NliExample> _examples;
    private readonly List<int> _lines;

    internal NliCorpus(string file, List<NliExample> examples, List<int> lines, int dropped, string? phenomenonColumn)
    {
        File = file;
        _examples = examples;
        _lines = lines;
        Dropped = dropped;
        PhenomenonColumn = phenomenonColumn;
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>How many pairs have no gold label (<c>-</c> in SNLI and MNLI, −1 elsewhere) and were left out.</summary>
    public int Dropped { get; }

    /// <summary>The column that <see cref="NliExample.Phenomenon"/> was taken from; null for none.</summary>
    public string? PhenomenonColumn { get; }

    /// <inheritdoc/>
    public int Count => _examples.Count;

    /// <inheritdoc/>
    public NliExample this[int index] => _examples[index];

    /// <summary>The line where pair <paramref name="index"/> starts, from 1.</summary>
    public int LineOf(int index) => _lines[index];

    /// <summary>The first <paramref name="count"/> pairs.</summary>
    public NliCorpus Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new NliCorpus(File, _examples[..Math.Min(count, Count)], _lines[..Math.Min(count, Count)], Dropped, PhenomenonColumn);
    }

    /// <inheritdoc/>
    public IEnumerator<NliExample> GetEnumerator() => _examples.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
