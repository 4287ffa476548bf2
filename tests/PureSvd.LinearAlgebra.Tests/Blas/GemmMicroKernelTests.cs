namespace PureSvd.LinearAlgebra.Tests.Blas;

public sealed class GemmMicroKernel512FloatTests : GemmKernelContract<float>
{
    private protected override (int Rows, int Columns, int Depth) Tile => (GemmMicroKernel512<float>.Rows, GemmMicroKernel512<float>.Columns, GemmMicroKernel512<float>.Depth);

    private protected override void Multiply(MatrixView<float> a, Operand opA, MatrixView<float> b, Operand opB, float alpha, float beta, MatrixView<float> c, int threads, BlockSizes? blockSizes) =>
        Gemm.Multiply<float, GemmMicroKernel512<float>>(a, opA, b, opB, alpha, beta, c, new Parallelism(threads), blockSizes);
}

public sealed class GemmMicroKernel512DoubleTests : GemmKernelContract<double>
{
    private protected override (int Rows, int Columns, int Depth) Tile => (GemmMicroKernel512<double>.Rows, GemmMicroKernel512<double>.Columns, GemmMicroKernel512<double>.Depth);

    private protected override void Multiply(MatrixView<double> a, Operand opA, MatrixView<double> b, Operand opB, double alpha, double beta, MatrixView<double> c, int threads, BlockSizes? blockSizes) =>
        Gemm.Multiply<double, GemmMicroKernel512<double>>(a, opA, b, opB, alpha, beta, c, new Parallelism(threads), blockSizes);
}

public sealed class GemmMicroKernel256FloatTests : GemmKernelContract<float>
{
    private protected override (int Rows, int Columns, int Depth) Tile => (GemmMicroKernel256<float>.Rows, GemmMicroKernel256<float>.Columns, GemmMicroKernel256<float>.Depth);

    private protected override void Multiply(MatrixView<float> a, Operand opA, MatrixView<float> b, Operand opB, float alpha, float beta, MatrixView<float> c, int threads, BlockSizes? blockSizes) =>
        Gemm.Multiply<float, GemmMicroKernel256<float>>(a, opA, b, opB, alpha, beta, c, new Parallelism(threads), blockSizes);
}

public sealed class GemmMicroKernel256DoubleTests : GemmKernelContract<double>
{
    private protected override (int Rows, int Columns, int Depth) Tile => (GemmMicroKernel256<double>.Rows, GemmMicroKernel256<double>.Columns, GemmMicroKernel256<double>.Depth);

    private protected override void Multiply(MatrixView<double> a, Operand opA, MatrixView<double> b, Operand opB, double alpha, double beta, MatrixView<double> c, int threads, BlockSizes? blockSizes) =>
        Gemm.Multiply<double, GemmMicroKernel256<double>>(a, opA, b, opB, alpha, beta, c, new Parallelism(threads), blockSizes);
}

public sealed class GemmMicroKernel128FloatTests : GemmKernelContract<float>
{
    private protected override (int Rows, int Columns, int Depth) Tile => (GemmMicroKernel128<float>.Rows, GemmMicroKernel128<float>.Columns, GemmMicroKernel128<float>.Depth);

    private protected override void Multiply(MatrixView<float> a, Operand opA, MatrixView<float> b, Operand opB, float alpha, float beta, MatrixView<float> c, int threads, BlockSizes? blockSizes) =>
        Gemm.Multiply<float, GemmMicroKernel128<float>>(a, opA, b, opB, alpha, beta, c, new Parallelism(threads), blockSizes);
}

public sealed class GemmMicroKernel128DoubleTests : GemmKernelContract<double>
{
    private protected override (int Rows, int Columns, int Depth) Tile => (GemmMicroKernel128<double>.Rows, GemmMicroKernel128<double>.Columns, GemmMicroKernel128<double>.Depth);

    private protected override void Multiply(MatrixView<double> a, Operand opA, MatrixView<double> b, Operand opB, double alpha, double beta, MatrixView<double> c, int threads, BlockSizes? blockSizes) =>
        Gemm.Multiply<double, GemmMicroKernel128<double>>(a, opA, b, opB, alpha, beta, c, new Parallelism(threads), blockSizes);
}

public sealed class GemmMicroKernelPortableFloatTests : GemmKernelContract<float>
{
    private protected override (int Rows, int Columns, int Depth) Tile => (GemmMicroKernelPortable<float>.Rows, GemmMicroKernelPortable<float>.Columns, GemmMicroKernelPortable<float>.Depth);

    private protected override void Multiply(MatrixView<float> a, Operand opA, MatrixView<float> b, Operand opB, float alpha, float beta, MatrixView<float> c, int threads, BlockSizes? blockSizes) =>
        Gemm.Multiply<float, GemmMicroKernelPortable<float>>(a, opA, b, opB, alpha, beta, c, new Parallelism(threads), blockSizes);
}

public sealed class GemmMicroKernelPortableDoubleTests : GemmKernelContract<double>
{
    private protected override (int Rows, int Columns, int Depth) Tile => (GemmMicroKernelPortable<double>.Rows, GemmMicroKernelPortable<double>.Columns, GemmMicroKernelPortable<double>.Depth);

    private protected override void Multiply(MatrixView<double> a, Operand opA, MatrixView<double> b, Operand opB, double alpha, double beta, MatrixView<double> c, int threads, BlockSizes? blockSizes) =>
        Gemm.Multiply<double, GemmMicroKernelPortable<double>>(a, opA, b, opB, alpha, beta, c, new Parallelism(threads), blockSizes);
}
