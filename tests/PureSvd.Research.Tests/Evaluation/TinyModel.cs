using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Tokenization;

namespace PureSvd.Research.Tests.Evaluation;

/// <summary>A BERT of random weights over a vocabulary of a few words, and pairs made of them.</summary>
internal sealed class TinyModel : IDisposable
{
    internal static readonly string[] Words = [.. "a the some every no cat dog bird fish sees hears likes runs sleeps big small red old not and".Split(' ')];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("puresvd-test-");

    internal TinyModel(IReadOnlyList<string>? labels = null, int maxPositions = 32)
    {
        string[] pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words];
        File.WriteAllText(Path.Combine(_folder.FullName, "vocab.txt"), string.Join('\n', pieces) + "\n");
        Tokenizer = TokenizerFiles.Load(_folder.FullName);
        Config = new BertConfig
        {
            VocabularySize = pieces.Length,
            HiddenSize = 24,
            LayerCount = 2,
            HeadCount = 2,
            IntermediateSize = 40,
            MaxPositions = maxPositions,
            Labels = labels ?? ["entailment", "neutral", "contradiction"],
        };
        Model = BertModel<float>.CreateRandom(Config, 5);

        // At σ 0.02 every logit is nearly its bias, and every sentence gets the same label.
        foreach (var parameter in Model.Parameters.Where(p => !p.IsVector))
            foreach (ref var weight in parameter.Value.Span)
                weight *= 40;
    }

    internal BertConfig Config { get; }

    internal BertModel<float> Model { get; }

    internal ITokenizer Tokenizer { get; }

    internal string Folder => _folder.FullName;

    /// <summary>Pairs of 1 to 9 words a sentence.</summary>
    internal static NliExample[] Pairs(int count, ulong seed = 1)
    {
        var random = new LinearAlgebra.SeededRandom(seed);
        string Sentence() => string.Join(' ', Enumerable.Range(0, 1 + random.Next(9)).Select(_ => Words[random.Next(Words.Length)]));
        string[] labels = ["entailment", "neutral", "contradiction"], phenomena = ["passive", "negation"];
        return [.. Enumerable.Range(0, count).Select(_ => new NliExample(Sentence(), Sentence(), labels[random.Next(3)], phenomena[random.Next(2)]))];
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
