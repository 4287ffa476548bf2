using System.Numerics;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>The orthogonal matrix Z [n×n] of one side of a <see cref="BulgeChase{T}"/>, kept as its reflectors and applied in blocks.</summary>
/// <remarks>
/// <para>Step t of sweep s reflects the elements from s + 1 + t·b on, at most b of them, and Z is the product of all these reflections, sweep by sweep and in each step by step. One by one they are
/// matrix-vector products; as blocks they are taken across the sweeps. Reflectors of the same step in g neighbouring sweeps are each one element further down,</para>
/// <code>
/// V(S, t)ᵀ =  v(S, t)
///                v(S + 1, t)                    [g × (b + g − 1)],   H(S, t)·H(S + 1, t)⋯ = I − V·T·Vᵀ.
///                   v(S + 2, t) …
/// </code>
/// <para>That order is allowed: v(s, t) has elements in common with v(s′, t − 1) of a later sweep s′ and none with v(s′, t + 1), so within g sweeps Z is the product of the blocks from the last step to the
/// first. A block touches each row of a factor on its left by itself, so threads take strips of rows through all blocks and need not meet.</para>
/// <para>About 2·n²·p·(1 + g/2b) flops for p rows (<see cref="ChaseBlocks{T, TKernel}"/>). Memory: n²/2 elements, and n²/2·(2 + g/b) for blocks while they are applied, of which batches of 2²³ elements are enough.</para>
/// Sources: A. Haidar, J. Kurzak and P. Luszczek, <i>An improved parallel singular value algorithm</i> (2013), §5; C. Bischof, B. Lang and X. Sun, <i>A framework for symmetric band reduction</i> (2000), §4.
/// </remarks>
internal sealed class ChaseReflectors<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Sweeps of a block, g: a multiple of the rows of every micro-kernel.</summary>
    private const int Sweeps = 36;

    /// <summary>Elements of the blocks that are made before they are applied: what is above that is made later, and takes another pass over the vectors.</summary>
    private const int BatchElements = 1 << 23;

    private readonly int _order;
    private readonly int _bandwidth;

    // Row s of element t: the reflector of step t in sweep s.
    private readonly Matrix<T>[] _vectors;
    private readonly T[][] _tau;

    /// <summary>Room for the reflectors of a band of order <paramref name="order"/>.</summary>
    public ChaseReflectors(int order, int bandwidth)
    {
        (_order, _bandwidth) = (order, bandwidth);
        _vectors = new Matrix<T>[StepsOf(0)];
        _tau = new T[_vectors.Length][];
        for (var step = 0; step < _vectors.Length; step++)
        {
            var sweeps = order - 1 - step * bandwidth;
            (_vectors[step], _tau[step]) = (new Matrix<T>(sweeps, Math.Min(bandwidth, sweeps)), new T[sweeps]);
        }
    }

    /// <summary>Keeps the reflector of a step.</summary>
    public void Keep(int sweep, int step, ReadOnlySpan<T> v, T tau)
    {
        v.CopyTo(_vectors[step].Row(sweep));
        _tau[step][sweep] = tau;
    }

    /// <summary>C ← C·Zᵀ, C [p×n].</summary>
    /// <param name="c">Changed in place.</param>
    /// <param name="parallelism">The threads to use; the bits are the same for any number.</param>
    /// <param name="cancellationToken">Stops between batches of blocks.</param>
    public void ApplyTransposedFromRight(MatrixView<T> c, Parallelism parallelism, CancellationToken cancellationToken)
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            Apply<GemmMicroKernel512<T>>(c, parallelism, cancellationToken);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            Apply<GemmMicroKernel256<T>>(c, parallelism, cancellationToken);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            Apply<GemmMicroKernel128<T>>(c, parallelism, cancellationToken);
        else
            Apply<GemmMicroKernelPortable<T>>(c, parallelism, cancellationToken);
    }

    /// <summary>The reflectors of step <paramref name="step"/> in the sweeps from <paramref name="first"/> on, at most as many as <paramref name="vt"/> has rows.</summary>
    /// <param name="first">The first sweep.</param>
    /// <param name="step">The step.</param>
    /// <param name="vt">Gets V(S, t)ᵀ.</param>
    /// <param name="tau">Gets their factors.</param>
    /// <returns>How many there are, and the first element that they touch and the one after the last.</returns>
    internal (int Count, int Begin, int End) Take(int first, int step, MatrixView<T> vt, Span<T> tau)
    {
        var vectors = _vectors[step];
        var count = Math.Min(vt.Rows, vectors.Rows - first);
        var begin = first + 1 + step * _bandwidth;
        var end = Math.Min(begin + count - 1 + _bandwidth, _order);
        for (var i = 0; i < count; i++)
        {
            var row = vt.Row(i)[..(end - begin)];
            row.Clear();
            var length = Math.Min(vectors.Columns, end - begin - i);
            vectors.Row(first + i)[..length].CopyTo(row[i..]);
        }
        _tau[step].AsSpan(first, count).CopyTo(tau);
        return (count, begin, end);
    }

    private void Apply<TKernel>(MatrixView<T> c, Parallelism parallelism, CancellationToken cancellationToken)
        where TKernel : struct, IGemmMicroKernel<T>
    {
        if (_vectors.Length == 0 || c.Rows == 0)
            return;
        var last = (_order - 2) / Sweeps;
        var blockElements = ChaseBlocks<T, TKernel>.BlockElements(Sweeps, _bandwidth);
        var groups = (int)Math.Clamp(BatchElements / (blockElements * _vectors.Length), 1, last + 1);
        var blocks = new ChaseBlocks<T, TKernel>(this, groups * _vectors.Length, Sweeps, _bandwidth);

        // From the last sweeps to the first, and in each from the first step to the last: Zᵀ from its left end.
        for (; last >= 0; last -= groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            blocks.Clear();
            for (var group = last; group > last - groups && group >= 0; group--)
            {
                for (var step = 0; step < StepsOf(group * Sweeps); step++)
                    blocks.Add(group * Sweeps, step);
            }
            blocks.MakeAll(parallelism);
            blocks.ApplyAll(c, parallelism, cancellationToken);
        }
    }

    /// <summary>The steps of a sweep.</summary>
    private int StepsOf(int sweep) => (Math.Max(0, _order - 1 - sweep) + _bandwidth - 1) / _bandwidth;
}
