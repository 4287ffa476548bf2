using System.Collections.Concurrent;
using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The rows that one-sided Jacobi makes orthogonal, each stored as a vector of norm near 1 times a power of two of its own.</summary>
/// <remarks>So nothing under- or overflows, and the inner products of all rows, however graded, are cosines with an absolute error of ε.</remarks>
internal sealed class ScaledRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A row below this is zero beside the largest element of its matrix, in any format.</summary>
    private static readonly int LowestExponent = T.ILogB(T.Epsilon) - 16;

    private readonly ConcurrentBag<RowMatch<T>> _spare = [];
    private readonly int _capacity;

    /// <summary>The rows of <paramref name="x"/>, which is scaled in place, and the rotations so far in <paramref name="w"/>; null if not wanted.</summary>
    /// <param name="x">[k×k].</param>
    /// <param name="w">[k×k].</param>
    /// <param name="capacity">The most rows that meet.</param>
    public ScaledRows(Matrix<T> x, Matrix<T>? w, int capacity)
    {
        (X, W, _capacity) = (x, w, capacity);
        Exponents = new int[x.Rows];
        for (var i = 0; i < x.Rows; i++)
            Normalize(i);
    }

    /// <summary>Row i stands for itself times 2^<see cref="Exponents"/>[i].</summary>
    public Matrix<T> X { get; }

    /// <summary>The product of the rotations.</summary>
    public Matrix<T>? W { get; }

    /// <summary>The exponents of the rows.</summary>
    public int[] Exponents { get; }

    /// <summary>Rotates every pair of rows from two blocks if any cosine is above <paramref name="tolerance"/>.</summary>
    /// <returns>The largest cosine met, and the largest multiple of one row that went into another.</returns>
    public (T Cosine, T Share) Play(Range first, Range second, T tolerance)
    {
        if (!_spare.TryTake(out var match))
            match = new RowMatch<T>(_capacity);
        match.Begin(first, second);
        var cosine = match.Measure(X);
        if (NormalizeAny(match))
            cosine = match.Measure(X);
        var share = cosine > tolerance ? match.Rotate(X, W?.View, Exponents, tolerance) : T.Zero;
        _spare.Add(match);
        return (cosine, share);
    }

    /// <summary>Normalizes the rows that rotations have shortened by more than their estimate said; says whether there was one.</summary>
    private bool NormalizeAny(RowMatch<T> match)
    {
        var any = false;
        for (var i = 0; i < match.Rows.Length; i++)
            if (!(match.Square(i) > Precision<T>.Epsilon && match.Square(i) < T.One / Precision<T>.Epsilon))
                any |= Normalize(match.Rows[i]);
        return any;
    }

    /// <summary>Brings the norm of row i to [1, 2); says whether that changed anything.</summary>
    private bool Normalize(int i)
    {
        var row = X.Row(i);
        var norm = VectorNorm.Of<T>(row);
        var exponent = norm == T.Zero ? 0 : T.ILogB(norm);
        if (exponent == 0)
            return false;
        Exponents[i] += exponent;
        if (Exponents[i] < LowestExponent)
        {
            row.Clear();
            Exponents[i] = 0;
            return true;
        }
        foreach (ref var element in row)
            element = T.ScaleB(element, -exponent);
        return true;
    }
}
