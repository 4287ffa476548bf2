using PureSvd.Benchmarks;

if (args is ["svd", ..])
    SvdComparison.Run(args[1..]);
else
    GemmComparison.Run(args.Length > 0 ? args[1..] : args);
return 0;
