using BenchmarkDotNet.Running;
using PureSvd.Benchmarks;
using PureSvd.Benchmarks.Ladder;
using PureSvd.Benchmarks.Peers;

if (Machine.RestartForPeers(args) is { } exitCode)
    return exitCode;
switch (args)
{
    case ["peers", .. var options]:
        return PeerTable.Run(options);
    case ["models", .. var options]:
        return PeerTable.Run(["models", .. options]);
    case ["ladder", .. var options]:
        return LadderRun.Run(options);
    case ["accuracy", .. var options]:
        return AccuracyTable.Run(options);
    case ["compress", .. var options]:
        return CompressBenchmark.Run(options);
    case ["svd", .. var options]:
        SvdComparison.Run(options);
        return 0;
    case ["kernels", .. var options]:
        BenchmarkSwitcher.FromTypes([typeof(KernelBenchmarks)]).Run(options);
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: dotnet run -c Release --project benchmarks/PureSvd.Benchmarks -- COMMAND
              peers [GROUP...]   this library beside its peers (those that the machine has), one table:
                                 [--threads t] [--type float|double] [--match TEXT] [--pairs p] [--out DIR] [--list]
              models             the group of whole models alone
              ladder [NAME...]   from the naive version to the final one: what each step gains; [--out DIR]
              accuracy           the singular values of graded matrices beside LAPACK's: how many digits are right; [--out DIR]
              svd [MxN...]       the SVD beside LAPACK's gesdd: [--threads t] [--rounds r] [--jacobi] [--ladder]
                                 --choice [--out DIR]: where subspace iteration beats the exact decomposition
              compress           a checkpoint of Llama-2-7B's shapes: [--layers 4] [--removed 0.2] [--folder DIR, to keep it and to continue]
              kernels [...]      BenchmarkDotNet with allocations; its own options follow
            """);
        return 2;
}
