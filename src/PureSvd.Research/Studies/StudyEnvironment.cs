using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Research.Studies;

/// <summary>The machine and the tool, as the manifest names them.</summary>
internal static class StudyEnvironment
{
    private static readonly Assembly[] Assemblies = [typeof(Gemm).Assembly, typeof(BertConfig).Assembly, typeof(StudyEnvironment).Assembly];

    /// <summary>Version and build of each library: a build from other sources has another module version id, and its results are its own.</summary>
    internal static string ToolVersion => string.Join(';', Assemblies.Select(a => $"{a.GetName().Name} {a.GetName().Version} {a.ManifestModule.ModuleVersionId}"));

    internal static IReadOnlyList<NameAndText> Tool => [.. Assemblies.Select(a => new NameAndText(
        a.GetName().Name!, a.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? a.GetName().Version!.ToString()))];

    /// <summary>The widest vectors that the kernels use; results have the same bits on the same width.</summary>
    internal static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    internal static string Processor
    {
        get
        {
            const string CpuInfo = "/proc/cpuinfo";
            if (File.Exists(CpuInfo) && File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) is { } line)
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
    }
}
