using PureSvd.Benchmarks;

GemmComparison.Run(args[1..]);
return 0;
