using System.Runtime.InteropServices;
using PureSvd.Cli;

// System.CommandLine listens for Ctrl-C only once an action has returned its task, which is too late for one that computes on this thread.
using var interruption = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
FileSizeLimit.FailWrites();
return await CommandLine.RunAsync(args, interruption.Token).ConfigureAwait(false);

void Stop(PosixSignalContext context)
{
    // The first asks the command to stop, a second one ends the process at once.
    context.Cancel = !interruption.IsCancellationRequested;
    interruption.Cancel();
}
