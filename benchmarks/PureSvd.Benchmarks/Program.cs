using BenchmarkDotNet.Running;
using PureSvd.Benchmarks;

switch (args)
{
    case ["gemm", .. var options]:
        GemmComparison.Run(options);
        return 0;
    case ["svd", .. var options]:
        SvdComparison.Run(options);
        return 0;
    case ["ladder", ..]:
        GemmLadder.Run();
        return 0;
    case ["kernels", .. var options]:
        BenchmarkSwitcher.FromTypes([typeof(KernelBenchmarks)]).Run(options);
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: dotnet run -c Release --project benchmarks/PureSvd.Benchmarks -- COMMAND
              gemm [SIZE...]   Gemm beside OpenBLAS (if it is installed), in interleaved pairs
              svd [MxN...]     the SVD beside LAPACK's gesdd: [--threads t] [--rounds r] [--jacobi] [--ladder]
              ladder           from the triple loop to the packed kernel on all cores: what each step gains
              kernels [...]    BenchmarkDotNet with allocations; its own options follow
            """);
        return 2;
}
