using PureSvd.LinearAlgebra;
using PureSvd.Research.Corpora;
using PureSvd.Research.Probing;

namespace PureSvd.Research.Tests.Probing;

/// <summary>Sentences of random words with vectors whose words add up, so that both a planted label and any function of one word can be read from them.</summary>
internal sealed class PlantedTask
{
    internal const int Hidden = 48, Words = 30, Train = 600, Dev = 200, Test = 400;

    /// <param name="seed">Seed of everything.</param>
    /// <param name="label">The label of a sentence by its words and by a random number in [0, 1).</param>
    internal PlantedTask(ulong seed, Func<int[], double, string> label)
    {
        var random = new SeededRandom(seed);
        var embeddings = Matrix<float>.Create(Words, Hidden, (_, _) => (float)random.NextGaussian());
        var examples = new List<ProbingExample>();
        var vectors = new Matrix<float>(Train + Dev + Test, Hidden);
        for (var i = 0; i < vectors.Rows; i++)
        {
            // One word of a kind of its own (0–9) and three others; the number makes the sentence unique.
            int[] words = [random.Next(10), 10 + random.Next(20), 10 + random.Next(20), 10 + random.Next(20)];
            foreach (var w in words)
                for (var j = 0; j < Hidden; j++)
                    vectors[i, j] += embeddings[w, j];
            examples.Add(new ProbingExample(label(words, random.NextDouble()), $"{string.Join(' ', words.Select(w => $"w{w}"))} #{i}"));
        }
        Task = new ProbingTask("planted", examples[..Train], examples[Train..(Train + Dev)], examples[(Train + Dev)..]);
        Vectors = vectors;
    }

    internal ProbingTask Task { get; }

    internal Matrix<float> Vectors { get; }

    internal SentenceEncodings Encodings(Matrix<float>? vectors = null)
    {
        string[] sentences = [.. Task.Train.Concat(Task.Dev).Concat(Task.Test).Select(e => e.Sentence)];
        var index = sentences.Select((s, i) => (s, i)).ToDictionary(p => p.s, p => p.i);
        return new SentenceEncodings(sentences, index, new() { [(SentenceVector.Mean, 0)] = vectors ?? Vectors }, 0);
    }

    internal ProbeResult Probe(ProbeOptions? options = null, Matrix<float>? vectors = null, int threads = 2)
        => ProbeRunner.Run(Encodings(vectors), [Task], options, new Parallelism(threads)).Single();
}
