using System.Runtime.InteropServices;

namespace PureSvd.Cli;

/// <summary>A limit on the size of files (<c>ulimit -f</c>) is to be a failed write, with its message and its clean-up, and not the end of the process.</summary>
internal static class FileSizeLimit
{
    /// <summary>Linux and macOS both number SIGXFSZ 25.</summary>
    private const PosixSignal Exceeded = (PosixSignal)25;

    // Never disposed: the signal is dispatched on another thread, after the write has failed already. Were the registration gone by then, the runtime would end the process by that signal.
    private static PosixSignalRegistration? registration;

    /// <summary>Lets a write beyond the limit fail as any other, from here to the end of the process.</summary>
    public static void FailWrites()
    {
        if (!OperatingSystem.IsWindows())
            registration ??= PosixSignalRegistration.Create(Exceeded, context => context.Cancel = true);
    }
}
