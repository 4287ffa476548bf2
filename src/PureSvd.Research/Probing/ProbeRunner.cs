using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Research.Evaluation;
using PureSvd.Tokenization;

namespace PureSvd.Research.Probing;

/// <summary>Runs every probe of a model: task × layer × sentence vector.</summary>
public static class ProbeRunner
{
    /// <summary>Encodes the tasks' sentences and probes them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="tasks">The tasks.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="parallelism">The threads to use; the results have the same bits for any number.</param>
    /// <param name="progress">Told after each batch and each probe.</param>
    /// <param name="cancellationToken">Stops before the next batch or fit.</param>
    /// <returns>By task, vector and layer, in their order.</returns>
    public static IReadOnlyList<ProbeResult> Run(TransformerModel<float> model, ITokenizer tokenizer, IReadOnlyList<ProbingTask> tasks, ProbeOptions? options, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new ProbeOptions();
        var layers = options.Layers ?? [.. Enumerable.Range(0, model.LayerCount + 1)];
        var bytesPerSentence = (long)layers.Count * options.Vectors.Count * model.HiddenSize * sizeof(float);
        return InGroups(tasks, options, bytesPerSentence,
            sentences => SentenceEncoder.Encode(model, tokenizer, sentences, layers, options.Vectors, parallelism, progress, cancellationToken),
            parallelism, progress, cancellationToken);
    }

    /// <summary>Probes vectors that are there already: every kind and layer of <paramref name="encodings"/>, which must hold the tasks' sentences; otherwise as for a model.</summary>
    public static IReadOnlyList<ProbeResult> Run(SentenceEncodings encodings, IReadOnlyList<ProbingTask> tasks, ProbeOptions? options, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(encodings);
        return InGroups(tasks, (options ?? new ProbeOptions()) with { MemoryBudget = long.MaxValue }, 0, _ => encodings, parallelism, progress, cancellationToken);
    }

    /// <summary>Probes the mean of the static word embeddings, as layer 0; otherwise as for a model.</summary>
    public static IReadOnlyList<ProbeResult> RunStaticEmbeddings(TransformerModel<float> model, ITokenizer tokenizer, IReadOnlyList<ProbingTask> tasks, ProbeOptions? options, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return InGroups(tasks, options ?? new ProbeOptions(), (long)model.HiddenSize * sizeof(float),
            sentences => SentenceEncoder.StaticEmbeddings(model, tokenizer, sentences, parallelism, cancellationToken),
            parallelism, progress, cancellationToken);
    }

    /// <summary>Probes a model of the same sizes as <paramref name="model"/> with random weights; otherwise as for a model.</summary>
    public static IReadOnlyList<ProbeResult> RunRandomEncoder(TransformerModel<float> model, ITokenizer tokenizer, IReadOnlyList<ProbingTask> tasks, ProbeOptions? options, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new ProbeOptions();
        return Run(model.Randomized(options.Seed), tokenizer, tasks, options, parallelism, progress, cancellationToken);
    }

    /// <summary>Probes the model, and without controls a random encoder at the same layers and the static embeddings.</summary>
    public static ProbeReport RunWithBaselines(TransformerModel<float> model, ITokenizer tokenizer, IReadOnlyList<ProbingTask> tasks, ProbeOptions? options, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new ProbeOptions();
        var plain = options with { Controls = false };
        return new ProbeReport(
            Run(model, tokenizer, tasks, options, parallelism, progress, cancellationToken),
            RunRandomEncoder(model, tokenizer, tasks, plain, parallelism, progress, cancellationToken),
            RunStaticEmbeddings(model, tokenizer, tasks, plain, parallelism, progress, cancellationToken));
    }

    /// <summary>Encodes as many tasks at once as fit into the memory budget, and probes them.</summary>
    private static List<ProbeResult> InGroups(IReadOnlyList<ProbingTask> tasks, ProbeOptions options, long bytesPerSentence, Func<IEnumerable<string>, SentenceEncodings> encode, Parallelism parallelism, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Seeds);
        ArgumentOutOfRangeException.ThrowIfZero(options.L2Grid.Count);
        var data = tasks.Select(t => new TaskData(t, options)).ToArray();
        var results = new List<ProbeResult>();
        for (var first = 0; first < data.Length;)
        {
            var (last, bytes) = (first, 0L);
            do
                bytes += data[last++].Sentences.Count * bytesPerSentence;
            while (last < data.Length && bytes + data[last].Sentences.Count * bytesPerSentence <= options.MemoryBudget);
            var group = data[first..last];
            results.AddRange(Probes(group, encode(group.SelectMany(t => t.Sentences)), options, parallelism, progress, cancellationToken));
            first = last;
        }
        return results;
    }

    private static ProbeResult[] Probes(TaskData[] tasks, SentenceEncodings encodings, ProbeOptions options, Parallelism parallelism, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        var rows = tasks.Select(t => t.Sentences.Select(encodings.IndexOf).ToArray()).ToArray();
        var units = (from task in Enumerable.Range(0, tasks.Length) from kind in encodings.Kinds from layer in encodings.Layers select (task, kind, layer)).ToArray();
        var results = new ProbeResult[units.Length];
        var done = 0;
        parallelism.For(units.Length, u =>
        {
            var (task, kind, layer) = units[u];
            results[u] = Probe.Run(tasks[task], encodings.Vectors(kind, layer), rows[task], kind, layer, options, cancellationToken);
            progress?.Report(new ProgressReport("probing", Interlocked.Increment(ref done), units.Length));
        }, cancellationToken);
        return results;
    }
}
