using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The rows that one-sided Jacobi makes orthogonal, each stored as a vector of norm near 1 times a power of two of its own.</summary>
internal sealed class ScaledRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A row below this is zero beside the largest element of its matrix, in any format.</summary>
    private static readonly int LowestExponent = T.ILogB(T.Epsilon) - 16;

    private static readonly T Half = T.One / (T.One + T.One);

    private readonly T[] _norms;

    /// <summary>The rows of <paramref name="x"/>, which is scaled in place, and the rotations so far in <paramref name="w"/>; null if not wanted.</summary>
    public ScaledRows(Matrix<T> x, Matrix<T>? w)
    {
        (X, W) = (x, w);
        Exponents = new int[x.Rows];
        _norms = new T[x.Rows];
        Normalize();
    }

    /// <summary>Row i stands for itself times 2^<see cref="Exponents"/>[i].</summary>
    public Matrix<T> X { get; }

    /// <summary>The product of the rotations.</summary>
    public Matrix<T>? W { get; }

    /// <summary>The exponents of the rows.</summary>
    public int[] Exponents { get; }

    /// <summary>Computes every norm afresh and brings it to [1, 2): the updates of a sweep lose a digit or two.</summary>
    public void Normalize()
    {
        for (var i = 0; i < X.Rows; i++)
            Normalize(i);
    }

    /// <summary>Rotates every pair of rows from two blocks, and those within each block if asked to; returns the largest cosine met.</summary>
    public T Play(Range first, Range second, bool withinBlocks, T tolerance)
    {
        var worst = T.Zero;
        if (withinBlocks)
        {
            worst = T.Max(worst, PlayWithin(first, tolerance));
            worst = T.Max(worst, PlayWithin(second, tolerance));
        }
        for (var p = first.Start.Value; p < first.End.Value; p++)
            for (var q = second.Start.Value; q < second.End.Value; q++)
                worst = T.Max(worst, RotatePair(p, q, tolerance));
        return worst;
    }

    private T PlayWithin(Range block, T tolerance)
    {
        var worst = T.Zero;
        for (var p = block.Start.Value; p < block.End.Value - 1; p++)
            for (var q = p + 1; q < block.End.Value; q++)
                worst = T.Max(worst, RotatePair(p, q, tolerance));
        return worst;
    }

    /// <summary>Makes rows p and q orthogonal, the larger one in p; returns the cosine between them as it was.</summary>
    private T RotatePair(int p, int q, T tolerance)
    {
        if (_norms[p] == T.Zero || _norms[q] == T.Zero)
            return T.Zero;
        var cosine = Reductions.Dot<T>(X.Row(p), X.Row(q)) / (_norms[p] * _norms[q]);
        if (T.Abs(cosine) <= tolerance)
            return T.Abs(cosine);
        if (Ratio(p, q) > T.One)
            Swap(p, q);

        var ratio = Ratio(p, q);
        if (ratio < Precision<T>.Epsilon)
            TakeOut(p, q, cosine, ratio);
        else
            Rotate(p, q, cosine, ratio);
        return T.Abs(cosine);
    }

    /// <summary>|row q| / |row p|.</summary>
    private T Ratio(int p, int q) => T.ScaleB(_norms[q] / _norms[p], Exponents[q] - Exponents[p]);

    /// <summary>The rotation with a row q that is small beside row p: to working precision it takes p's share out of q, and leaves p as it is.</summary>
    private void TakeOut(int p, int q, T cosine, T ratio)
    {
        RowRotation.Apply(X.Row(p), X.Row(q), T.Zero, T.Zero, -cosine * (_norms[q] / _norms[p]));
        if (W is { } w)
            RowRotation.Apply(w.Row(p), w.Row(q), T.Zero, -cosine * ratio, -cosine * ratio);
        _norms[q] *= T.Sqrt(T.Max(T.Zero, (T.One - cosine) * (T.One + cosine)));
        if (T.Abs(cosine) > Half)
            Normalize(q);
    }

    private void Rotate(int p, int q, T cosine, T ratio)
    {
        // tan 2θ = 2γ/(α² − β²), written with ratios so that nothing is squared that is not of order 1.
        var zeta = (ratio - T.One / ratio) / (cosine + cosine);
        var t = T.CopySign(T.One, zeta) / (T.Abs(zeta) + T.Hypot(T.One, zeta));
        var c = T.One / T.Hypot(T.One, t);
        var s = c * t;
        var versine = s * s / (T.One + c);
        var shift = Exponents[q] - Exponents[p];
        RowRotation.Apply(X.Row(p), X.Row(q), versine, T.ScaleB(s, shift), T.ScaleB(s, -shift));
        if (W is { } w)
            RowRotation.Apply(w.Row(p), w.Row(q), versine, s, s);

        // |p|² grows by what |q|² loses: −t·γ, γ = cosine·|p|·|q|.
        _norms[p] *= T.Sqrt(T.One - t * cosine * ratio);
        var left = T.One + t * cosine / ratio;
        if (left > Half)
            _norms[q] *= T.Sqrt(left);
        else
            Normalize(q);
    }

    private void Swap(int p, int q)
    {
        Swap(X.Row(p), X.Row(q));
        if (W is { } w)
            Swap(w.Row(p), w.Row(q));
        (_norms[p], _norms[q]) = (_norms[q], _norms[p]);
        (Exponents[p], Exponents[q]) = (Exponents[q], Exponents[p]);
    }

    private void Normalize(int i)
    {
        _norms[i] = VectorNorm.Of<T>(X.Row(i));
        var exponent = _norms[i] == T.Zero ? 0 : T.ILogB(_norms[i]);
        if (exponent == 0)
            return;
        Exponents[i] += exponent;
        if (Exponents[i] < LowestExponent)
        {
            X.Row(i).Clear();
            (_norms[i], Exponents[i]) = (T.Zero, 0);
            return;
        }
        foreach (ref var element in X.Row(i))
            element = T.ScaleB(element, -exponent);
        _norms[i] = T.ScaleB(_norms[i], -exponent);
    }

    private static void Swap(Span<T> x, Span<T> y)
    {
        for (var i = 0; i < x.Length; i++)
            (x[i], y[i]) = (y[i], x[i]);
    }
}
