using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PureSvd.Benchmarks;

/// <summary>The machine that figures come from, and a process in which its peers are at their best.</summary>
internal static class Machine
{
    private const string CoreType = "OPENBLAS_CORETYPE";
    private const string CacheSize = "OPENBLAS_L2_SIZE";
    private const string Patience = "OPENBLAS_THREAD_TIMEOUT";

    /// <summary>Processor, runtime, peer and day, in a line: it stands above every table that is kept.</summary>
    internal static string Describe()
    {
        var info = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo") : [];
        var name = Field("model name") ?? RuntimeInformation.ProcessArchitecture.ToString();
        var family = Field("cpu family") is { } number ? $" (family {number}, model {Field("model")})" : "";
        var vectors = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        return string.Create(CultureInfo.InvariantCulture,
            $"{name}{family}, {Environment.ProcessorCount} processors, {vectors}-bit vectors; {RuntimeInformation.FrameworkDescription}; OpenBLAS: {OpenBlas.Version}; {DateTime.UtcNow:yyyy-MM-dd}");

        string? Field(string key) => info.FirstOrDefault(line => line.Split('\t', ':')[0].Trim() == key)?.Split(':')[1].Trim();
    }

    /// <summary>Runs this program again in an environment in which OpenBLAS is at its best, if this one is not: then its exit code, otherwise null.</summary>
    /// <remarks>
    /// OpenBLAS 0.3.21 does not know the newest processors and takes them for ones without AVX-512, at half its speed; some environments even ask for that,
    /// or for a cache size that is not the processor's. Its workers spin for 2²⁶ ticks after their work, on the processor that ours would need; 2²² serve it
    /// as well, since a timing leaves no such gap between two calls. The library reads the variables before a program can set them.
    /// </remarks>
    internal static int? RestartForPeers(string[] args)
    {
        var fast = Environment.GetEnvironmentVariable(CoreType) is "SkylakeX" or "Cooperlake" or "SapphireRapids" && Environment.GetEnvironmentVariable(CacheSize) is null && Environment.GetEnvironmentVariable(Patience) is not null;
        if (!Vector512.IsHardwareAccelerated || fast || Environment.ProcessPath is not { } program)
            return null;
        var start = new ProcessStartInfo(program) { UseShellExecute = false };
        start.Environment[CoreType] = "SkylakeX";
        start.Environment.Remove(CacheSize);
        start.Environment[Patience] = "22";
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        foreach (var argument in args)
            start.ArgumentList.Add(argument);
        using var child = Process.Start(start);
        if (child is null)
            return null;
        child.WaitForExit();
        return child.ExitCode;
    }
}
