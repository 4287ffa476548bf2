using System.Runtime.InteropServices;

namespace PureSvd.Benchmarks;

/// <summary>OpenBLAS, if this machine has it: the peer that the kernels are measured against. Found at run time; nothing depends on it.</summary>
internal static unsafe class OpenBlas
{
    private const int RowMajor = 101;

    private static readonly nint s_library = Find();
    private static readonly delegate* unmanaged<int, void> s_setThreads = (delegate* unmanaged<int, void>)Export("openblas_set_num_threads");
    private static readonly delegate* unmanaged<byte*> s_config = (delegate* unmanaged<byte*>)Export("openblas_get_config");
    private static readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> s_sgemm =
        (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)Export("cblas_sgemm");

    private static readonly delegate* unmanaged<int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int, void> s_dgemm =
        (delegate* unmanaged<int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int, void>)Export("cblas_dgemm");

    private static readonly delegate* unmanaged<int, int, int, int, float, float*, int, float*, int, float, float*, int, void> s_sgemv =
        (delegate* unmanaged<int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)Export("cblas_sgemv");

    private static int s_threads;

    /// <summary>Whether it was found.</summary>
    internal static bool IsPresent => s_library != 0;

    /// <summary>What it says of itself.</summary>
    internal static string Version => s_config == null ? "absent" : Marshal.PtrToStringUTF8((nint)s_config())!;

    /// <summary>C ← α·op(A)·op(B) + β·C, row-major.</summary>
    internal static void Gemm<T>(bool transA, bool transB, int m, int n, int k, T alpha, T* a, int lda, T* b, int ldb, T beta, T* c, int ldc, int threads)
        where T : unmanaged
    {
        SetThreads(threads);
        int opA = transA ? 112 : 111, opB = transB ? 112 : 111;
        if (typeof(T) == typeof(float))
            s_sgemm(RowMajor, opA, opB, m, n, k, (float)(object)alpha, (float*)a, lda, (float*)b, ldb, (float)(object)beta, (float*)c, ldc);
        else
            s_dgemm(RowMajor, opA, opB, m, n, k, (double)(object)alpha, (double*)a, lda, (double*)b, ldb, (double)(object)beta, (double*)c, ldc);
    }

    /// <summary>y ← op(A)·x for a row-major A [m×n].</summary>
    internal static void Gemv(bool transA, int m, int n, float* a, float* x, float* y, int threads)
    {
        SetThreads(threads);
        s_sgemv(RowMajor, transA ? 112 : 111, m, n, 1, a, n, x, 1, 0, y, 1);
    }

    /// <summary>Sets how many threads it uses, LAPACK's routines included; nothing where it is absent.</summary>
    internal static void SetThreads(int threads)
    {
        if (threads != s_threads && s_setThreads != null)
            s_setThreads(s_threads = threads);
    }

    private static nint Find()
    {
        foreach (var name in (string[])["libopenblas.so.0", "libopenblas.dylib", "libopenblas.dll"])
        {
            if (NativeLibrary.TryLoad(name, out var library))
                return library;
        }

        return 0;
    }

    private static nint Export(string name) => s_library != 0 && NativeLibrary.TryGetExport(s_library, name, out var address) ? address : 0;
}
