using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>Recorded sweeps of rotations of neighbouring rows, waiting to be applied to the singular vectors together.</summary>
/// <remarks>A sweep walks along the rows in one direction and rotates row r with row r ± 1: running ← c·next − s·running behind it c·running + s·next.</remarks>
internal sealed class RotationSweeps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Sweep> _sweeps = [];
    private T[] _cosinesAndSines = new T[1024];

    /// <summary>How many rotations wait.</summary>
    public int Count { get; private set; }

    /// <summary>The sweeps in the order in which they are to be applied.</summary>
    public IReadOnlyList<Sweep> Sweeps => _sweeps;

    /// <summary>c and s in turn.</summary>
    public ReadOnlySpan<T> CosinesAndSines => _cosinesAndSines.AsSpan(0, 2 * Count);

    /// <summary>Starts a sweep at <paramref name="row"/> in the direction <paramref name="step"/>, 1 or −1.</summary>
    public void Begin(int row, int step) => _sweeps.Add(new Sweep(row, step, Count, 0));

    /// <summary>Rotates the row where the sweep is with the next one, and goes there.</summary>
    public void Add(T c, T s)
    {
        if (2 * Count + 2 > _cosinesAndSines.Length)
            Array.Resize(ref _cosinesAndSines, 2 * _cosinesAndSines.Length);
        _cosinesAndSines[2 * Count] = c;
        _cosinesAndSines[2 * Count + 1] = s;
        Count++;
        var sweep = _sweeps[^1];
        _sweeps[^1] = sweep with { Length = sweep.Length + 1 };
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _sweeps.Clear();
        Count = 0;
    }

    /// <summary>One sweep.</summary>
    /// <param name="Row">Where it starts.</param>
    /// <param name="Step">1 or −1.</param>
    /// <param name="First">Its first rotation.</param>
    /// <param name="Length">Its number of rotations.</param>
    internal readonly record struct Sweep(int Row, int Step, int First, int Length);
}
