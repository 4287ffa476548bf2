using System.Diagnostics;
using System.Globalization;

namespace PureSvd.Benchmarks;

/// <summary>ONNX Runtime running an encoder of BERT-base's sizes, in a process of Node.js; found in the folder that the environment variable <c>PURESVD_ONNX</c> names.</summary>
/// <remarks>The folder holds <c>bert.onnx</c>, which <c>benchmarks/OnnxRuntime/export.py</c> writes, and <c>node_modules</c> with <c>onnxruntime-node</c>. A line to the process and one back are some 0.1 ms, of 60 and more.</remarks>
internal sealed class OnnxRuntime : IDisposable
{
    private const string Variable = "PURESVD_ONNX";

    private const string Script = """
        const ort = require('onnxruntime-node');
        (async () => {
          const [sequences, tokens, threads] = process.argv.slice(1).map(Number);
          const session = await ort.InferenceSession.create('bert.onnx', { intraOpNumThreads: threads, graphOptimizationLevel: 'all' });
          const ids = new BigInt64Array(sequences * tokens).map((_, i) => BigInt((i * 7919 + 13) % 30522));
          const feeds = { ids: new ort.Tensor('int64', ids, [sequences, tokens]) };
          for await (const _ of require('readline').createInterface({ input: process.stdin })) {
            await session.run(feeds);
            console.log('done');
          }
        })();
        """;

    private readonly Process _process;

    private OnnxRuntime(Process process) => _process = process;

    /// <summary>Null where the machine does not have it.</summary>
    internal static OnnxRuntime? Start(int sequences, int tokens, int threads)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } folder || !File.Exists(Path.Combine(folder, "bert.onnx")))
            return null;
        var start = new ProcessStartInfo("node", ["-e", Script, Text(sequences), Text(tokens), Text(threads)]) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true };
        return Process.Start(start) is { } process ? new OnnxRuntime(process) : null;

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>One batch through the encoder.</summary>
    internal void Run()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
        if (_process.StandardOutput.ReadLine() is null)
            throw new InvalidOperationException($"ONNX Runtime ended; see what it wrote, and {Variable}.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
