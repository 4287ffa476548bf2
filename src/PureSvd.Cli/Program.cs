using System.Runtime.InteropServices;
using PureSvd.Cli;

// System.CommandLine listens for Ctrl-C only once an action has returned its task, which is too late for one that computes on this thread.
using var interruption = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
// A file size limit is to be a failed write, with its message and its clean-up, and not the end of the process. Linux and macOS both number the signal 25.
using var fileSize = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create((PosixSignal)25, context => context.Cancel = true);
return await CommandLine.RunAsync(args, interruption.Token).ConfigureAwait(false);

void Stop(PosixSignalContext context)
{
    // The first asks the command to stop, a second one ends the process at once.
    context.Cancel = !interruption.IsCancellationRequested;
    interruption.Cancel();
}
