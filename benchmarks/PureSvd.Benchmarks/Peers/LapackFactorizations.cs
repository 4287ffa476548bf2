using System.Numerics;
using System.Runtime.InteropServices;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>LAPACK's symmetric eigenproblem, QR, Cholesky and triangular solve inside OpenBLAS, if this machine has it.</summary>
/// <remarks>A row-major matrix is to LAPACK the column-major transpose; the time is the same.</remarks>
internal static unsafe class LapackFactorizations
{
    private static readonly nint s_library = OpenBlas.IsPresent && NativeLibrary.TryLoad("libopenblas.so.0", out var library) ? library : 0;

    /// <summary>Whether it was found.</summary>
    internal static bool IsPresent => s_library != 0;

    /// <summary>All eigenvalues and, if asked for, vectors of a symmetric matrix, by divide and conquer (xSYEVD); the vectors overwrite <paramref name="a"/>.</summary>
    internal static T[] Syevd<T>(Matrix<T> a, bool vectors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var syevd = (delegate* unmanaged<byte*, byte*, int*, T*, int*, T*, T*, int*, int*, int*, int*, void>)Export<T>("syevd_");
        var (job, uplo, n, query) = ((byte)(vectors ? 'V' : 'N'), (byte)'L', a.Rows, -1);
        var values = new T[n];
        T size;
        int info, integerSize;
        fixed (T* w = values)
        {
            syevd(&job, &uplo, &n, a.View.Data, &n, w, &size, &query, &integerSize, &query, &info);
            var (length, integers) = (Lapack.WorkLength(size), new int[integerSize]);
            var work = new Matrix<T>(1, length);
            fixed (int* iwork = integers)
                syevd(&job, &uplo, &n, a.View.Data, &n, w, work.View.Data, &length, iwork, &integerSize, &info);
            GC.KeepAlive(work);
        }
        GC.KeepAlive(a);
        return Checked(values, info, "syevd");
    }

    /// <summary>The thin QR (xGEQRF and xORGQR) of the column-major matrix whose columns are the rows of <paramref name="columns"/>; Q overwrites them.</summary>
    internal static Matrix<T> GeqrfOrgqr<T>(Matrix<T> columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var geqrf = (delegate* unmanaged<int*, int*, T*, int*, T*, T*, int*, int*, void>)Export<T>("geqrf_");
        var orgqr = (delegate* unmanaged<int*, int*, int*, T*, int*, T*, T*, int*, int*, void>)Export<T>("orgqr_");
        var (m, n) = (columns.Columns, columns.Rows);
        var (tau, work) = (new Matrix<T>(1, n), new Matrix<T>(1, 128 * n));
        var (length, info) = (128 * n, 0);
        geqrf(&m, &n, columns.View.Data, &m, tau.View.Data, work.View.Data, &length, &info);
        orgqr(&m, &n, &n, columns.View.Data, &m, tau.View.Data, work.View.Data, &length, &info);
        GC.KeepAlive(tau);
        GC.KeepAlive(work);
        return Checked(columns, info, "orgqr");
    }

    /// <summary>The pivoted QR (xGEQP3) of the same.</summary>
    internal static int[] Geqp3<T>(Matrix<T> columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var geqp3 = (delegate* unmanaged<int*, int*, T*, int*, int*, T*, T*, int*, int*, void>)Export<T>("geqp3_");
        var (m, n) = (columns.Columns, columns.Rows);
        var (tau, work, pivots) = (new Matrix<T>(1, n), new Matrix<T>(1, 130 * n + 128), new int[n]);
        var (length, info) = (130 * n + 128, 0);
        fixed (int* p = pivots)
            geqp3(&m, &n, columns.View.Data, &m, p, tau.View.Data, work.View.Data, &length, &info);
        GC.KeepAlive(columns);
        GC.KeepAlive(tau);
        GC.KeepAlive(work);
        return Checked(pivots, info, "geqp3");
    }

    /// <summary>The Cholesky factor (xPOTRF), in place.</summary>
    internal static Matrix<T> Potrf<T>(Matrix<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var potrf = (delegate* unmanaged<byte*, int*, T*, int*, int*, void>)Export<T>("potrf_");
        var (uplo, n, info) = ((byte)'L', a.Rows, 0);
        potrf(&uplo, &n, a.View.Data, &n, &info);
        return Checked(a, info, "potrf");
    }

    /// <summary>The Cholesky factor with diagonal pivoting (xPSTRF), in place; returns the rank.</summary>
    internal static int Pstrf<T>(Matrix<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var pstrf = (delegate* unmanaged<byte*, int*, T*, int*, int*, int*, T*, T*, int*, void>)Export<T>("pstrf_");
        var (uplo, n, info, rank, tolerance) = ((byte)'L', a.Rows, 0, 0, -T.One);
        var (pivots, work) = (new int[n], new T[2 * n]);
        fixed (int* p = pivots)
        fixed (T* w = work)
            pstrf(&uplo, &n, a.View.Data, &n, p, &rank, &tolerance, w, &info);
        GC.KeepAlive(a);
        return rank;
    }

    /// <summary>op(L)⁻¹·B or B·op(L)⁻¹ by cblas_xtrsm, row-major, L lower.</summary>
    internal static void Trsm<T>(Matrix<T> l, bool right, bool transposed, Matrix<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (side, op) = (right ? 142 : 141, transposed ? 112 : 111);
        if (typeof(T) == typeof(float))
            ((delegate* unmanaged<int, int, int, int, int, int, int, float, float*, int, float*, int, void>)NativeLibrary.GetExport(s_library, "cblas_strsm"))(
                101, side, 122, op, 131, b.Rows, b.Columns, 1, (float*)l.View.Data, l.Columns, (float*)b.View.Data, b.Columns);
        else
            ((delegate* unmanaged<int, int, int, int, int, int, int, double, double*, int, double*, int, void>)NativeLibrary.GetExport(s_library, "cblas_dtrsm"))(
                101, side, 122, op, 131, b.Rows, b.Columns, 1, (double*)l.View.Data, l.Columns, (double*)b.View.Data, b.Columns);
        GC.KeepAlive(l);
        GC.KeepAlive(b);
    }

    /// <summary>The lower triangle of A·Aᵀ by cblas_xsyrk, row-major.</summary>
    internal static void Syrk<T>(Matrix<T> a, Matrix<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
            ((delegate* unmanaged<int, int, int, int, int, float, float*, int, float, float*, int, void>)NativeLibrary.GetExport(s_library, "cblas_ssyrk"))(
                101, 122, 111, c.Rows, a.Columns, 1, (float*)a.View.Data, a.Columns, 0, (float*)c.View.Data, c.Columns);
        else
            ((delegate* unmanaged<int, int, int, int, int, double, double*, int, double, double*, int, void>)NativeLibrary.GetExport(s_library, "cblas_dsyrk"))(
                101, 122, 111, c.Rows, a.Columns, 1, (double*)a.View.Data, a.Columns, 0, (double*)c.View.Data, c.Columns);
        GC.KeepAlive(a);
        GC.KeepAlive(c);
    }

    private static nint Export<T>(string name) => NativeLibrary.GetExport(s_library, (typeof(T) == typeof(float) ? "s" : "d") + name);

    private static TResult Checked<TResult>(TResult result, int info, string name) =>
        info == 0 ? result : throw new InvalidOperationException(FormattableString.Invariant($"{name} returned {info}."));
}
