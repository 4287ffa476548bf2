using PureSvd.LinearAlgebra;

namespace PureSvd.Cli.Tests.Architecture;

/// <summary>The library example of the README, line by line.</summary>
internal static class ReadmeExample
{
    internal static (Matrix<double> Matrix, SvdFactors<double> Svd, Matrix<double> Approximation) Run()
    {
        // README starts
        var a = Matrix<double>.Create(200, 100, (i, j) => 1.0 / (1 + i + j));
        var svd = Svd.Compute<double>(a, new SvdOptions { Rank = 10 });

        var approximation = new Matrix<double>(200, 100);
        var us = Matrix<double>.Create(200, 10, (i, j) => svd.U[i, j] * svd.S[j]);
        Gemm.Multiply<double>(us, Operand.AsIs, svd.Vt, Operand.AsIs, 1, 0, approximation, Parallelism.All);

        Console.WriteLine($"σ₁ = {svd.S[0]:F6}, σ₁₀ = {svd.S[9]:E2}, error at (0, 0) = {Math.Abs(a[0, 0] - approximation[0, 0]):E1}");
        // README ends
        return (a, svd, approximation);
    }
}
