namespace PureSvd.LinearAlgebra;

// Where C is large enough to give every thread a part, and not so large that one of them could be late by much.
internal sealed unsafe partial class GemmLoops<T, TKernel>
{
    /// <summary>Parts of C, one a thread, each computed as a product of its own: what a thread packs it alone reads, so none waits for another, and no line goes from one core's cache to another's.</summary>
    /// <remarks>Columns pack A once a thread, rows pack B: whichever is packed beforehand, or less to pack. Above <see cref="MaxWork"/> the shared division is as fast, and evens out what else the processors do.</remarks>
    private readonly record struct Part(
        GemmLeft<T, TKernel> A, GemmRight<T, TKernel> B, int K, T Alpha, T Beta, MatrixView<T> C, BlockSizes BlockSizes, IGemmEpilogue<T>? Epilogue, int Count, int Rows, int Columns)
    {
        private const double MaxWork = 1L << 33;

        /// <summary>Columns of a part: what is packed of A serves so many.</summary>
        private const int MinColumns = 256;

        /// <summary>Rows of a part: the same for B. Where that is packed beforehand, a few tiles will do.</summary>
        private const int MinRows = 384, MinRowsByPacked = 48;

        /// <summary>How C is divided; null if it is not.</summary>
        internal static Part? Of(GemmLeft<T, TKernel> a, GemmRight<T, TKernel> b, int k, T alpha, T beta, MatrixView<T> c, int threads, BlockSizes blockSizes, IGemmEpilogue<T>? epilogue)
        {
            var (m, n) = (c.Rows, c.Columns);
            if (m < MinRowsByPacked || (double)m * n * k > MaxWork)
                return null;
            var byColumns = n / threads >= MinColumns && epilogue is not { TakesWholeRows: true } && !(b.IsPacked && m > blockSizes.Rows);
            if (!byColumns && m / threads < (b.IsPacked ? MinRowsByPacked : MinRows))
                return null;
            var (rows, columns) = byColumns ? (m, Divide(n, threads, TKernel.Columns)) : (Divide(m, threads, TKernel.Rows), n);
            var count = byColumns ? CeilingDivide(n, columns) : CeilingDivide(m, rows);
            return new(a, b, k, alpha, beta, c, blockSizes, epilogue, count, rows, columns);
        }

        internal void Multiply(int part)
        {
            var (row, column) = Columns < C.Columns ? (0, part * Columns) : (part * Rows, 0);
            var c = C.Slice(row, column, Math.Min(Rows, C.Rows - row), Math.Min(Columns, C.Columns - column));
            GemmLoops<T, TKernel>.Multiply(A.From(row), B.From(column), K, Alpha, Beta, c, 1, BlockSizes, Epilogue, row, column);
        }
    }
}
