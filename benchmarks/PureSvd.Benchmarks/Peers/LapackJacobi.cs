using System.Numerics;
using System.Runtime.InteropServices;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>LAPACK's two Jacobi decompositions inside OpenBLAS, if this machine has them: xGEJSV, preconditioned by pivoted QR, and xGESVJ, plain.</summary>
/// <remarks>Both take A [m×n], m ≥ n, as columns: the rows of <c>columns</c> [n×m], which are destroyed.</remarks>
internal static unsafe class LapackJacobi
{
    private static readonly nint s_library = OpenBlas.IsPresent && NativeLibrary.TryLoad("libopenblas.so.0", out var library) ? library : 0;

    /// <summary>Whether they were found.</summary>
    internal static bool IsPresent => s_library != 0 && NativeLibrary.TryGetExport(s_library, "dgejsv_", out _);

    /// <summary>xGEJSV with U and V, asked for all the accuracy that it has (JOBA = 'F': rows sorted too); returns the singular values, or null if it gives up.</summary>
    internal static T[]? Gejsv<T>(Matrix<T> columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var gejsv = (delegate* unmanaged<byte*, byte*, byte*, byte*, byte*, byte*, int*, int*, T*, int*, T*, T*, int*, T*, int*, T*, int*, int*, int*, void>)Export<T>("gejsv_");
        var (m, n) = (columns.Columns, columns.Rows);
        var (u, v, values) = (new Matrix<T>(n, m), new Matrix<T>(n, n), new T[n]);
        var length = 2 * n * n + 6 * n + 2 * m + 64 * (m + n) + 7;
        var (work, integers, info) = (new Matrix<T>(1, length), new int[m + 3 * n + 3], 0);
        var (accuracy, left, right, range, transposed, perturb) = ((byte)'F', (byte)'U', (byte)'V', (byte)'N', (byte)'N', (byte)'N');
        fixed (T* s = values)
        fixed (int* iwork = integers)
            gejsv(&accuracy, &left, &right, &range, &transposed, &perturb, &m, &n, columns.View.Data, &m, s, u.View.Data, &m, v.View.Data, &n, work.View.Data, &length, iwork, &info);
        return Scaled(values, work[0, 0] / work[0, 1], info, "gejsv");
    }

    /// <summary>xGESVJ with U and V; returns the singular values, or null if it gives up.</summary>
    internal static T[]? Gesvj<T>(Matrix<T> columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var gesvj = (delegate* unmanaged<byte*, byte*, byte*, int*, int*, T*, int*, T*, int*, T*, int*, T*, int*, int*, void>)Export<T>("gesvj_");
        var (m, n) = (columns.Columns, columns.Rows);
        var (v, values) = (new Matrix<T>(n, n), new T[n]);
        var (length, info) = (m + n + 6, 0);
        var work = new Matrix<T>(1, length);
        var (any, left, right) = ((byte)'G', (byte)'U', (byte)'V');
        fixed (T* s = values)
            gesvj(&any, &left, &right, &m, &n, columns.View.Data, &m, s, &n, v.View.Data, &n, work.View.Data, &length, &info);
        return Scaled(values, work[0, 0], info, "gesvj");
    }

    private static T[]? Scaled<T>(T[] values, T scale, int info, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => info >= 0 ? info == 0 ? Array.ConvertAll(values, value => value * scale) : null : throw new InvalidOperationException(FormattableString.Invariant($"{name} returned {info}."));

    private static nint Export<T>(string name) => NativeLibrary.GetExport(s_library, (typeof(T) == typeof(float) ? "s" : "d") + name);
}
