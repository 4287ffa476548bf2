using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PureSvd.LinearAlgebra.Tests;

/// <summary>Nobody keeps the operands of these calls but the calls themselves, while another thread collects garbage without pause and overwrites what was freed.</summary>
/// <remarks>Only optimized code lets go of an argument before its method ends: .ci/run repeats these tests with DOTNET_TieredCompilation=0.</remarks>
[Collection(nameof(Undisturbed))]
public class LifetimeTests
{
    private const int Size = 96;

    private static readonly Parallelism Two = new(2);

    public static TheoryData<string> EachCall => new(Calls.Keys);

    private static Dictionary<string, Func<byte[]>> Calls { get; } = new Dictionary<string, Func<byte[]>>(Of<float>("float32").Concat(Of<double>("float64")).Append(new("Gemm, float16 weights", Stored)));

    [Theory]
    [MemberData(nameof(EachCall))]
    public void A_call_keeps_its_temporary_operands_to_the_end(string call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var undisturbed = Calls[call]();
        using var disturbance = new Disturbance();
        while (disturbance.Continues(TimeSpan.FromMilliseconds(40)))
            Assert.True(undisturbed.AsSpan().SequenceEqual(Calls[call]()), $"{call} gave other bits while garbage was collected.");
    }

    /// <summary>Why all of this is needed, and that the disturbance does its part: in optimized code a pointer keeps nothing alive.</summary>
    [Fact]
    public void A_bare_pointer_does_not_keep_its_matrix()
    {
        using var disturbance = new Disturbance();
        Assert.True(DiesBesideItsPointer(disturbance));
    }

    [Fact]
    public void Rows_and_elements_hold_the_memory_that_they_lie_in()
    {
        using var disturbance = new Disturbance();
        while (disturbance.Continues(TimeSpan.FromMilliseconds(500)))
            Assert.Equal(40000 * Size, SumOfRow(), 1e-12);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static unsafe bool DiesBesideItsPointer(Disturbance disturbance)
    {
        var matrix = Ones();
        var owner = OwnerOf(matrix);
        double* data;
        fixed (double* pinned = matrix.Span)
            data = pinned;
        while (data != null && owner.IsAlive && disturbance.Continues(TimeSpan.FromSeconds(20)))
            Thread.SpinWait(100);
        return !owner.IsAlive;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double SumOfRow()
    {
        var row = Ones().View.Row(Size / 2);
        ref var element = ref Ones().View[Size / 2, 0];
        var sum = 0.0;
        for (var repetition = 0; repetition < 40000; repetition++)
            for (var i = 0; i < row.Length; i++)
                sum += row[i] - 1 + element;
        return sum;
    }

    // Apart, since a struct that stays on the stack keeps what it refers to.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference OwnerOf(Matrix<double> matrix) => new(matrix.View.Owner);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Matrix<double> Ones()
    {
        var matrix = new Matrix<double>(Size, Size);
        matrix.Span.Fill(1);
        return matrix;
    }

    private static IEnumerable<KeyValuePair<string, Func<byte[]>>> Of<T>(string type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = new SvdOptions { BlockSize = 8, Parallelism = Two };
        return
        [
            Call("Gemm", () => Into((a, c) => Gemm.Multiply(a, Operand.AsIs, Square(), Operand.AsIs, T.One, T.One, c, Two))),
            Call("Gemm, one factor transposed", () => Into((a, c) => Gemm.Multiply(a, Operand.Transposed, Square(), Operand.AsIs, T.One, T.Zero, c, Two))),
            Call("Gemm, packed", () => Into((a, c) => Gemm.Multiply(a, Operand.AsIs, PackedMatrix<T>.Pack(Square(), Operand.Transposed), T.One, T.Zero, c, Two))),
            Call("Gemv", () => Into((a, c) => Gemv.Multiply(a, Operand.AsIs, Square().Row(0), T.One, T.Zero, c.Row(0), Two))),
            Call("Gemv, transposed", () => Into((a, c) => Gemv.Multiply(a, Operand.Transposed, Square().Row(0), T.One, T.Zero, c.Row(0), Two))),
            Call("Syrk", () => Into((a, c) => Syrk.Multiply(a, Operand.AsIs, T.One, T.Zero, c, Two))),
            Call("Trsm", () => Into((a, c) => { Square().View.CopyTo(c); Trsm.SolveLeft(a, Triangle.Lower, Operand.AsIs, true, c, Two); })),
            Call("the references", () => Into((a, c) =>
            {
                SyrkReference.Multiply(a, Operand.AsIs, T.One, T.Zero, c);
                GemmReference.Multiply(Square().View.RowRange(0, 8), Operand.AsIs, Square(), Operand.AsIs, T.One, T.One, c.RowRange(0, 8));
                GemvReference.Multiply(Square(), Operand.Transposed, Square().Row(0), T.One, T.Zero, c.Row(9));
                TrsmReference.SolveRight(Square(), Triangle.Upper, Operand.AsIs, true, c.RowRange(20, 4));
            })),
            Call("norms and copies", () => Bits([Norms.Frobenius<T>(Square()), Norms.Max<T>(Square()), Norms.One<T>(Square()), Norms.Infinity<T>(Square())], Square().View.Transpose(), Square().View.ToMatrix())),
            Call("Cholesky", () => Bits([], Cholesky.Factorize<T>(Definite(), new CholeskyOptions { BlockSize = 8, Parallelism = Two }))),
            Call("PivotedCholesky", () => Bits([], PivotedCholesky.Factorize<T>(Definite(), new CholeskyOptions { BlockSize = 8, Parallelism = Two }).L)),
            Call("Qr", () => Bits([], Qr.Factorize<T>(Square(), new QrOptions { BlockSize = 8, Parallelism = Two }).ThinQ())),
            Call("PivotedQr", () => Into((a, c) => { Square().View.CopyTo(c); PivotedQr.Factorize(a, new QrOptions { BlockSize = 8, Parallelism = Two }).Factors.ApplyQTransposed(c); })),
            Call("SymmetricEigen", () => SymmetricEigen.Compute<T>(Definite(), new SymmetricEigenOptions { BlockSize = 8, Parallelism = Two }) is var e ? Bits(e.Values, e.Vectors) : []),
            Call("Svd, divide and conquer", () => Factors(Svd.Compute<T>(Square(), options))),
            Call("Svd, QR iteration", () => Factors(Svd.Compute<T>(Square(), options with { Algorithm = SvdAlgorithm.Householder }))),
            Call("Svd, values by way of a band", () => Factors(Svd.Compute<T>(Square(), options with { ValuesOnly = true, TwoStageOrder = 32 }))),
            Call("Svd by way of a band", () => Factors(Svd.Compute<T>(Square(), options with { TwoStageOrder = 2, BlockSize = 2 }))),
            Call("Svd, Jacobi", () => Factors(Svd.Compute<T>(Square(), options with { Algorithm = SvdAlgorithm.Jacobi }))),
            Call("Svd, randomized", () => Factors(Svd.Compute<T>(Square(), options with { Algorithm = SvdAlgorithm.Randomized, Rank = 9 }))),
            Call("Svd, subspace", () => Factors(Svd.Compute<T>(Square(), options with { Algorithm = SvdAlgorithm.Subspace, Rank = 9, Suboptimality = 0.01 }))),
            Call("residual", () => Bits([T.CreateChecked(Svd.Compute<T>(Square(), options with { Rank = 5 }).MeasureResidual(Square(), Two))])),
            Call("LeastSquares", () => Bits([], LeastSquares.Solve<T>(Square(), Square().View.ColumnRange(0, 5)).X)),
            Call("PseudoInverse", () => Bits([], PseudoInverse.Compute<T>(Square()).Inverse)),
        ];

        KeyValuePair<string, Func<byte[]>> Call(string name, Func<byte[]> call) => new($"{name}, {type}", call);

        static byte[] Into(Action<MatrixView<T>, MatrixView<T>> call)
        {
            var result = new Matrix<T>(Size, Size);
            call(Square(), result);
            return Bits([], result);
        }

        static byte[] Factors(SvdFactors<T> svd) => Bits(svd.S, svd.U, svd.Vt);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Matrix<T> Square() => TestMatrices.Random<T>(Size, Size);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Matrix<T> Definite()
        {
            var product = Matrix<T>.Identity(Size);
            Syrk.Multiply<T>(Square(), Operand.AsIs, T.One, T.One, product, Parallelism.Serial);
            return product;
        }
    }

    private static byte[] Stored()
    {
        var y = new Matrix<float>(Size, Size);
        Gemm.Multiply(TestMatrices.Random<float>(Size, Size), HalfWeights.Create(Size), Operand.Transposed, 1, 0, y, Two);
        Gemv.Multiply(HalfWeights.Create(Size), TestMatrices.Random<float>(1, Size).Row(0), 1, 0, y.Row(0), Two);
        return Bits([], y);
    }

    private static byte[] Bits<T>(T[] values, params ReadOnlySpan<Matrix<T>> matrices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var bits = new List<byte>(MemoryMarshal.AsBytes<T>(values).ToArray());
        foreach (var matrix in matrices)
            bits.AddRange(TestMatrices.Bits(matrix));
        return [.. bits];
    }

    /// <summary>Weights in memory that only their owner holds.</summary>
    private sealed unsafe class HalfWeights
    {
        private readonly Half[] _weights = GC.AllocateArray<Half>(Size * Size, pinned: true);

        [MethodImpl(MethodImplOptions.NoInlining)]
        internal static StoredMatrix Create(int size)
        {
            var owner = new HalfWeights();
            HalfPrecision.ToFloat16(TestMatrices.Random<float>(size, size).Span, owner._weights);
            return new StoredMatrix(owner, Unsafe.AsPointer(ref owner._weights[0]), size, size, size, ElementKind.F16);
        }
    }

    /// <summary>Collects garbage on a thread of its own, and fills what was freed with NaN.</summary>
    private sealed class Disturbance : IDisposable
    {
        private readonly Thread _thread;
        private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
        private volatile bool _ends;
        private volatile int _collections;

        internal Disturbance() => (_thread = new Thread(Collect) { IsBackground = true }).Start();

        /// <summary>Whether there is time left, or too little happened in it.</summary>
        internal bool Continues(TimeSpan time) => _clock.Elapsed < time || _collections < 3;

        public void Dispose()
        {
            _ends = true;
            _thread.Join();
        }

        private void Collect()
        {
            var kept = new Array[64];
            for (var i = 0; !_ends; i++)
            {
                GC.Collect();
                for (var slot = 0; slot < kept.Length; slot++)
                {
                    // As long as a matrix of the tests with its padding, and the work memory of a few sizes.
                    var rows = slot % 4 == 0 ? Size : 8 << (slot % 4);
                    kept[slot] = slot % 2 == 0 ? NaNs(rows * Size + 8, double.NaN) : NaNs(rows * Size + 16, float.NaN);
                }
                _collections = i;
            }
        }

        private static T[] NaNs<T>(int count, T nan)
        {
            var array = GC.AllocateUninitializedArray<T>(count, pinned: true);
            array.AsSpan().Fill(nan);
            return array;
        }
    }
}

/// <summary>Tests that run while no other does.</summary>
[CollectionDefinition(nameof(Undisturbed), DisableParallelization = true)]
public sealed class Undisturbed;
