using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Tests.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Tests.Models;

/// <summary>A trained model of Llama's architecture against the figures of another program on the same weights.</summary>
public class StoriesTests
{
    private const string Stories = "models/stories260K", Sample = "text/tinystories-sample.txt";

    [SharedDataFact]
    public void The_first_stories_are_as_likely_as_the_reference_says()
    {
        (int Tokens, double Loss)[] expected = [(321, 1.238118), (353, 1.578784), (415, 1.347205)];
        var directory = Path.Combine(Repository.SharedData, Stories);
        var tokenizer = TokenizerFiles.Load(directory);
        var session = LlamaModel<float>.Load(directory).CreateSession();
        var stories = File.ReadAllText(Path.Combine(Repository.SharedData, Sample)).Split("<|endoftext|>");
        for (var i = 0; i < expected.Length; i++)
        {
            var batch = TokenBatch.Pack([tokenizer.Encode(stories[i].TrimStart())]);
            Assert.Equal(expected[i].Tokens, batch.TokenCount);
            Assert.Equal(expected[i].Loss, session.Loss(batch, batch.NextIds(), Parallelism.All) / (batch.TokenCount - 1), 1e-5);
        }
    }

    [SharedDataFact]
    public void Greedy_text_is_the_same_with_and_without_the_cache_and_from_a_compressed_checkpoint_that_removes_nothing()
    {
        var directory = Path.Combine(Repository.SharedData, Stories);
        var dense = LlamaModel<float>.Load(directory);
        var prompt = TokenizerFiles.Load(directory).Encode("Once upon a time").Ids;
        int[] Greedy(LlamaModel<float> model, bool useCache) => [.. TextGeneration.Generate(model, prompt, new TokenSampler(new SamplingOptions()), 200, null, useCache)];
        var expected = Greedy(dense, useCache: true);
        Assert.Equal(200, expected.Length);
        Assert.Equal(expected, Greedy(dense, useCache: false));

        using var folder = new TemporaryFolder();
        var plan = RankPlan.Dense(CheckpointCompressor.ReadTargets(directory));
        CheckpointCompressor.Compress(directory, plan, new CheckpointCompression { Method = FactorizationMethods.ByName("svd") }, folder["out"]);
        var compressed = LlamaModel<float>.Load(folder["out"]);
        Assert.Equal(expected, Greedy(compressed, useCache: true));
        Assert.Equal(expected, Greedy(compressed, useCache: false));
    }
}
