using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular vectors of a bidiagonal matrix while its rotations are being found: Uᵀ and Vᵀ, both from the identity.</summary>
internal sealed class BidiagonalVectors<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int SweepsPerBatch = 48;

    private readonly RotationSweeps<T> _leftSweeps = new();
    private readonly RotationSweeps<T> _rightSweeps = new();
    private readonly int _batch;
    private readonly Parallelism _parallelism;

    /// <summary>The vectors of a matrix of order <paramref name="n"/>.</summary>
    public BidiagonalVectors(int n, Parallelism parallelism)
    {
        _parallelism = parallelism;
        _batch = SweepsPerBatch * n;
        Left = new RotationStrips<T>(n);
        Right = new RotationStrips<T>(n);
    }

    /// <summary>Uᵀ.</summary>
    public RotationStrips<T> Left { get; }

    /// <summary>Vᵀ.</summary>
    public RotationStrips<T> Right { get; }

    /// <summary>Starts a sweep at <paramref name="row"/> in the direction <paramref name="step"/>.</summary>
    public void Begin(int row, int step)
    {
        _leftSweeps.Begin(row, step);
        _rightSweeps.Begin(row, step);
    }

    /// <summary>The next rotation of the sweep on either side.</summary>
    public void Add(PlaneRotation<T> left, PlaneRotation<T> right)
    {
        _leftSweeps.Add(left.C, left.S);
        _rightSweeps.Add(right.C, right.S);
    }

    /// <summary>Applies what waits if it is enough to be worth a pass over the vectors.</summary>
    public void FlushIfFull()
    {
        if (_leftSweeps.Count >= _batch)
            Flush();
    }

    /// <summary>Applies what waits.</summary>
    public void Flush()
    {
        if (_leftSweeps.Count == 0)
            return;
        _parallelism.For(Left.StripCount + Right.StripCount, i =>
        {
            if (i < Left.StripCount)
                Left.Apply(_leftSweeps, i);
            else
                Right.Apply(_rightSweeps, i - Left.StripCount);
        });
        _leftSweeps.Clear();
        _rightSweeps.Clear();
    }
}
