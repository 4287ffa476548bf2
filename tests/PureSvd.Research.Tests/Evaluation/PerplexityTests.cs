using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Evaluation;
using PureSvd.Tokenization;

namespace PureSvd.Research.Tests.Evaluation;

public sealed class PerplexityTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("puresvd-perplexity-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(1, 4, 4)]
    [InlineData(4, 4, 4)]
    [InlineData(5, 4, 4)]
    [InlineData(23, 5, 5)]
    [InlineData(24, 1, 1)]
    [InlineData(23, 5, 2)]
    [InlineData(40, 8, 3)]
    public void Rolling_windows_predict_each_token_once_from_the_tokens_right_before_it(int count, int length, int stride)
    {
        int[] ids = [.. Enumerable.Range(100, count)];
        var predicted = new List<int>();
        foreach (var window in Perplexity.RollingWindows(ids, 1, length, stride, 0))
        {
            Assert.InRange(window.Ids.Length, 1, length);
            // After the first window a token has at least window − stride tokens before it.
            if (predicted.Count > 0)
                Assert.True(Array.FindIndex(window.Targets, t => t >= 0) >= length - stride);
            Assert.Equal(window.Ids.Length, window.Targets.Length);
            for (var t = 0; t < window.Targets.Length; t++)
            {
                if (window.Targets[t] < 0)
                    continue;
                Assert.Equal(window.Targets[t] == 100 ? 1 : window.Targets[t] - 1, window.Ids[t]);
                predicted.Add(window.Targets[t]);
            }
            Assert.Equal(window.Scored, window.Targets.Count(t => t >= 0));
        }
        Assert.Equal(ids, predicted);
    }

    [Fact]
    public void A_model_that_knows_nothing_has_the_vocabulary_as_its_token_perplexity()
    {
        var (model, tokenizer) = Uniform();
        var result = Perplexity.Measure(model, tokenizer, ["a b c a b", "c c a b a b c a a"], 4, null, new Parallelism(2));
        Assert.Equal(11, result.TokenPerplexity, 1e-4);
        Assert.Equal(11, result.BlockPerplexity, 1e-4);
        Assert.Equal(3, result.BlockCount); // of 14 tokens in blocks of 4
        // Without a begin-of-text token the first token of a document is not predicted: 4 + 8 tokens, 5 + 9 words, 9 + 17 bytes.
        Assert.Equal(12, result.Tokens);
        Assert.Equal(Math.Pow(11, 12.0 / 14), result.WordPerplexity, 1e-4);
        Assert.Equal(Math.Pow(11, 12.0 / 26), result.BytePerplexity, 1e-4);
        Assert.Equal(Math.Log2(11) * 12 / 26, result.BitsPerByte, 1e-5);
    }

    [Fact]
    public void A_window_beyond_the_context_is_refused()
    {
        var (model, tokenizer) = Uniform();
        Assert.Throws<ArgumentException>(() => Perplexity.Measure(model, tokenizer, ["a b"], 17, null, Parallelism.Serial));
        Assert.Throws<ArgumentException>(() => Perplexity.Measure(model, tokenizer, ["a b"], 4, 5, Parallelism.Serial));
        Assert.Throws<ArgumentException>(() => Perplexity.Measure(model, tokenizer, [""], null, null, Parallelism.Serial));
    }

    // Zero weights: every logit is 0.
    private (LlamaModel<float> Model, ITokenizer Tokenizer) Uniform()
    {
        File.WriteAllText(Path.Combine(_directory, "vocab.txt"), string.Join('\n', ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. "abcdef".Select(c => c.ToString())]) + "\n");
        var model = LlamaModel<float>.CreateRandom(new LlamaConfig { VocabularySize = 11, HiddenSize = 16, LayerCount = 1, HeadCount = 4, IntermediateSize = 24, MaxPositions = 16 }, 3);
        foreach (var parameter in model.Parameters)
            parameter.Value.View.Fill(0);
        return (model, TokenizerFiles.Load(_directory));
    }
}
