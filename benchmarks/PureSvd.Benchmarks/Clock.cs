using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PureSvd.Benchmarks;

/// <summary>Seconds for a measurement.</summary>
internal static class Clock
{
    private const int ThreadCpuTime = 3;

    /// <summary>What the caller's thread has computed, where the system tells (Linux): on a busy machine the time that others had is not in it. Elsewhere the wall clock.</summary>
    internal static double ThreadSeconds() =>
        OperatingSystem.IsLinux() && GetTime(ThreadCpuTime, out var time) == 0 ? time.Seconds + time.Nanoseconds * 1e-9 : WallSeconds();

    /// <summary>The wall clock.</summary>
    internal static double WallSeconds() => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
