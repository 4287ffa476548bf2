using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>One merge of <see cref="TridiagonalDivideAndConquer{T}"/>: two decompositions and the element that was torn out become one decomposition.</summary>
/// <remarks>
/// With T₁ = Q₁D₁Q₁ᵀ and T₂ = Q₂D₂Q₂ᵀ, what is left is D + ρ·z·zᵀ. Its eigenvalues are the roots of <see cref="RankOneEquation{T}"/>; eigenvector i is ẑⱼ/(dⱼ − λᵢ), with the ẑ of
/// which the computed λ are the exact eigenvalues, so that the vectors are orthogonal however close the λ are (Gu and Eisenstat). Values that z does not touch, or
/// that are equal, are final (deflation). The rest is a product that knows which rows live in which half. Source: LAPACK xLAED1–3.
/// </remarks>
/// <param name="d">The values of both halves, n, in any order; replaced by those of the whole.</param>
/// <param name="rows">Qᵀ [n×n]: the halves in its corners, zeros elsewhere; replaced.</param>
/// <param name="left">The order of the first half.</param>
/// <param name="torn">The element between the halves, whose magnitude was taken from both diagonal elements beside it.</param>
/// <param name="norm">A magnitude relative to which errors are small.</param>
/// <param name="factor">Work [n×n].</param>
/// <param name="packed">Work [n×n].</param>
/// <param name="parallelism">The threads to use.</param>
internal sealed class RankOneMerge<T>(
    Memory<T> d, MatrixView<T> rows, int left, T torn, T norm, MatrixView<T> factor, MatrixView<T> packed, Parallelism parallelism)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Columns of the factor of which the weights are computed together, and rows that are copied together.</summary>
    private const int Block = 128;

    private readonly int _n = rows.Rows;
    private readonly T[] _z = new T[rows.Rows];

    // The half that a row lives in; Both after a rotation across.
    private readonly Half[] _half = new Half[rows.Rows];

    private enum Half
    {
        First,
        Both,
        Second,
    }

    /// <summary>Merges.</summary>
    /// <param name="wanted">How many of the largest values need their vectors; the others' rows lose their meaning.</param>
    public void Run(int wanted)
    {
        // z = (last row of Q₁, ± first row of Q₂)/√2, and ρ = 2·|torn|, so that ‖z‖ = 1.
        var root = T.Sqrt(T.CreateTruncating(0.5));
        var sign = T.CopySign(root, torn);
        for (var i = 0; i < left; i++)
            _z[i] = root * rows[i, left - 1];
        for (var i = left; i < _n; i++)
            (_z[i], _half[i]) = (sign * rows[i, left], Half.Second);

        var rho = T.Abs(torn) + T.Abs(torn);
        var largest = T.Max(T.Abs(TensorPrimitives.MaxMagnitude<T>(d.Span)), norm * T.Abs(TensorPrimitives.MaxMagnitude<T>(_z)));
        var (kept, deflated) = Deflate(rho, T.CreateTruncating(4) * Precision<T>.Epsilon * largest);
        if (kept.Length > 0)
            Lift(kept, deflated, rho, wanted);
    }

    /// <summary>The rows that z mixes, by ascending value, and those whose values are final.</summary>
    private (int[] Kept, int[] Deflated) Deflate(T rho, T tolerance)
    {
        var values = d.Span;
        var order = new int[_n];
        for (var i = 0; i < _n; i++)
            order[i] = i;
        values.ToArray().AsSpan().Sort(order.AsSpan());

        List<int> kept = new(_n);
        List<int> deflated = [];
        foreach (var i in order)
        {
            if (rho * T.Abs(_z[i]) <= tolerance)
            {
                deflated.Add(i);
                continue;
            }
            if (kept.Count > 0)
            {
                var previous = kept[^1];
                var length = T.Hypot(_z[i], _z[previous]);
                var (c, s) = (_z[i] / length, -_z[previous] / length);
                var gap = values[i] - values[previous];
                if (T.Abs(gap * c * s) <= tolerance)
                {
                    // As good as equal: rotate so that z sees only one of them.
                    kept.RemoveAt(kept.Count - 1);
                    deflated.Add(previous);
                    (_z[i], _z[previous]) = (length, T.Zero);
                    Rotate(rows.Row(previous), rows.Row(i), c, s);
                    var (low, high) = (values[previous], values[i]);
                    values[previous] = low * (c * c) + high * (s * s);
                    values[i] = low * (s * s) + high * (c * c);
                    if (_half[i] != _half[previous])
                        _half[i] = _half[previous] = Half.Both;
                }
            }
            kept.Add(i);
        }
        return (kept.ToArray(), deflated.ToArray());
    }

    /// <summary>Solves what is left and multiplies its vectors into those of the halves; the deflated rows follow them as they are.</summary>
    private void Lift(int[] kept, int[] deflated, T rho, int wanted)
    {
        var k = kept.Length;

        // Rows of the first half, then of both, then of the second: each half's columns see a contiguous range of them.
        var packing = new int[k];
        var place = new int[k];
        var counts = new int[3];
        foreach (var i in kept)
            counts[(int)_half[i]]++;
        var next = new[] { 0, counts[0], counts[0] + counts[1] };
        for (var j = 0; j < k; j++)
        {
            place[j] = next[(int)_half[kept[j]]]++;
            packing[place[j]] = kept[j];
        }

        var finalValues = Array.ConvertAll(deflated, i => d.Span[i]);
        wanted = Math.Min(wanted, k);
        var values = Solve(kept, place, rho, wanted);
        Multiply(packing, deflated, 0, left, 0, counts[0] + counts[1], wanted);
        Multiply(packing, deflated, left, _n - left, counts[0], counts[1] + counts[2], wanted);
        values.CopyTo(d.Span);
        finalValues.CopyTo(d.Span[k..]);
    }

    /// <summary>In one range of columns: the first k rows become factor·(the packed rows), those of the deflated values come after them.</summary>
    private void Multiply(int[] packing, int[] deflated, int column, int width, int among, int count, int wanted)
    {
        var k = packing.Length;
        var window = packed.Slice(0, 0, count + deflated.Length, width);
        parallelism.For((window.Rows + Block - 1) / Block, block =>
        {
            for (var p = block * Block; p < Math.Min((block + 1) * Block, window.Rows); p++)
                rows.Row(p < count ? packing[among + p] : deflated[p - count]).Slice(column, width).CopyTo(window.Row(p));
        });

        // The roots ascend: the largest are the last.
        Gemm.Multiply(
            factor.Slice(k - wanted, among, wanted, count), Operand.AsIs, window.RowRange(0, count), Operand.AsIs,
            T.One, T.Zero, rows.Slice(k - wanted, column, wanted, width), parallelism);
        parallelism.For((deflated.Length + Block - 1) / Block, block =>
        {
            for (var p = block * Block; p < Math.Min((block + 1) * Block, deflated.Length); p++)
                window.Row(count + p).CopyTo(rows.Row(k + p).Slice(column, width));
        });
    }

    /// <summary>The roots, ascending, and the vectors of the last <paramref name="wanted"/> in their rows of the factor, with pole j in column <paramref name="place"/>[j].</summary>
    private T[] Solve(int[] kept, int[] place, T rho, int wanted)
    {
        var k = kept.Length;
        var poles = Array.ConvertAll(kept, i => d.Span[i]);
        var weights = Array.ConvertAll(kept, i => _z[i]);
        var equation = new RankOneEquation<T>(poles, weights, rho);
        var values = new T[k];
        var placedPoles = new T[k];
        var placedWeights = new T[k];
        for (var j = 0; j < k; j++)
            (placedPoles[place[j]], placedWeights[place[j]]) = (poles[j], weights[j]);

        parallelism.For((k + 15) / 16, block =>
        {
            var differences = new T[k];
            for (var i = 16 * block; i < Math.Min(k, 16 * block + 16); i++)
            {
                values[i] = equation.Root(i, differences);
                Scatter(differences, place, factor.Row(i));
            }
        });
        parallelism.For((k + Block - 1) / Block, block => FitWeights(block * Block, Math.Min(Block, k - block * Block), poles, placedPoles, place, placedWeights));
        parallelism.For((k + 15) / 16, block =>
        {
            for (var i = Math.Max(k - wanted, 16 * block); i < Math.Min(k, 16 * block + 16); i++)
                FormVector(placedWeights, factor.Row(i)[..k]);
        });
        return values;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(T[] source, int[] place, Span<T> destination)
    {
        for (var j = 0; j < source.Length; j++)
            destination[place[j]] = source[j];
    }

    /// <summary>ẑⱼ² = (λⱼ − dⱼ)·Π_{i≠j} (λᵢ − dⱼ)/(dᵢ − dⱼ) up to ρ (Löwner's formula), for some of the columns of the factor.</summary>
    private void FitWeights(int first, int count, T[] poles, T[] placedPoles, int[] place, T[] placedWeights)
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            FitWeights<Vector512<T>, Lanes512<T>>(first, count, poles, placedPoles, place, placedWeights);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            FitWeights<Vector256<T>, Lanes256<T>>(first, count, poles, placedPoles, place, placedWeights);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            FitWeights<Vector128<T>, Lanes128<T>>(first, count, poles, placedPoles, place, placedWeights);
        else
            FitWeights<T, ScalarLanes<T>>(first, count, poles, placedPoles, place, placedWeights);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void FitWeights<TVector, TLanes>(int first, int count, T[] poles, T[] placedPoles, int[] place, T[] placedWeights)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var products = stackalloc T[Block];
        new Span<T>(products, Block).Fill(T.One);
        fixed (T* placed = &placedPoles[first])
        {
            for (var i = 0; i < poles.Length; i++)
            {
                var row = factor.Data + i * factor.Stride + first;
                var own = place[i] - first;
                var before = (uint)own < (uint)count ? products[own] : T.Zero;
                var minusPole = TLanes.Broadcast(-poles[i]);
                var j = 0;
                for (; j + TLanes.Count <= count; j += TLanes.Count)
                {
                    var ratio = TLanes.Divide(TLanes.Load(row + j), TLanes.Add(TLanes.Load(placed + j), minusPole));
                    TLanes.Store(TLanes.Multiply(TLanes.Load(products + j), ratio), products + j);
                }
                for (; j < count; j++)
                    products[j] *= row[j] / (placed[j] - poles[i]);
                if ((uint)own < (uint)count)
                    products[own] = before * row[own];
            }
        }
        factor.KeepAlive();
        for (var j = 0; j < count; j++)
            placedWeights[first + j] = T.CopySign(T.Sqrt(T.Abs(products[j])), placedWeights[first + j]);
    }

    /// <summary>Differences dⱼ − λ become the unit vector of ẑⱼ/(dⱼ − λ).</summary>
    private static void FormVector(T[] weights, Span<T> row)
    {
        TensorPrimitives.Divide(weights, row, row);
        TensorPrimitives.Multiply(row, T.One / VectorNorm.Of<T>(row), row);
    }

    /// <summary>(x, y) ← (c·x + s·y, c·y − s·x).</summary>
    private static void Rotate(Span<T> x, Span<T> y, T c, T s)
    {
        for (var i = 0; i < x.Length; i++)
            (x[i], y[i]) = (c * x[i] + s * y[i], c * y[i] - s * x[i]);
    }
}
