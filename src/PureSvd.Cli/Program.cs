using PureSvd.Cli;

return await CommandLine.RunAsync(args).ConfigureAwait(false);
