using System.Numerics;
using System.Runtime.InteropServices;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks;

/// <summary>LAPACK's divide-and-conquer SVD inside OpenBLAS, if this machine has it: the peer of <see cref="Svd"/>.</summary>
internal static unsafe class Lapack
{
    private static readonly delegate* unmanaged<byte*, int*, int*, void*, int*, void*, void*, int*, void*, int*, void*, int*, int*, int*, void> s_dgesdd = Export("dgesdd_");
    private static readonly delegate* unmanaged<byte*, int*, int*, void*, int*, void*, void*, int*, void*, int*, void*, int*, int*, int*, void> s_sgesdd = Export("sgesdd_");

    /// <summary>Whether it was found.</summary>
    internal static bool IsPresent => s_dgesdd != null && s_sgesdd != null;

    /// <summary>The thin decomposition of <paramref name="a"/>, which is destroyed, or its singular values alone; returns these.</summary>
    /// <remarks>A row-major A [m×n] is to LAPACK the column-major Aᵀ: its U is our V. The time is the same.</remarks>
    internal static T[] Gesdd<T>(Matrix<T> a, bool vectors = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = (a.Columns, a.Rows);
        var k = Math.Min(m, n);
        var gesdd = typeof(T) == typeof(float) ? s_sgesdd : s_dgesdd;
        var (u, vt, s, integers) = (new Matrix<T>(vectors ? k : 1, m), new Matrix<T>(vectors ? n : 1, k), new T[k], new int[8 * k]);
        var job = (byte)(vectors ? 'S' : 'N');
        int info;
        T size;
        fixed (T* ps = s)
        fixed (int* pi = integers)
        {
            var query = -1;
            gesdd(&job, &m, &n, a.View.Data, &m, ps, u.View.Data, &m, vt.View.Data, &k, &size, &query, pi, &info);
            var length = WorkLength(size);
            var work = new Matrix<T>(1, length);
            gesdd(&job, &m, &n, a.View.Data, &m, ps, u.View.Data, &m, vt.View.Data, &k, work.View.Data, &length, pi, &info);
            GC.KeepAlive(work);
        }
        GC.KeepAlive(a);
        GC.KeepAlive(u);
        GC.KeepAlive(vt);
        return info == 0 ? s : throw new InvalidOperationException($"gesdd returned {info}.");
    }

    /// <summary>The answer of a workspace query: a whole number, which float32 may have rounded down.</summary>
    internal static int WorkLength<T>(T size)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => int.CreateChecked(Math.Ceiling(double.CreateChecked(T.BitIncrement(size))));

    private static delegate* unmanaged<byte*, int*, int*, void*, int*, void*, void*, int*, void*, int*, void*, int*, int*, int*, void> Export(string name) =>
        NativeLibrary.TryLoad("libopenblas.so.0", out var library) && NativeLibrary.TryGetExport(library, name, out var address)
            ? (delegate* unmanaged<byte*, int*, int*, void*, int*, void*, void*, int*, void*, int*, void*, int*, int*, int*, void>)address
            : null;
}
