using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Probing;
using PureSvd.Tokenization;

namespace PureSvd.Research.Tests.Probing;

public sealed class DecoderProbingTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("puresvd-decoder-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_decoder_is_encoded_at_every_hidden_state_by_its_mean_and_by_its_last_token()
    {
        var (model, tokenizer) = Tiny();
        string[] sentences = ["a b c", "c a", "a b c d e f"];
        var encodings = SentenceEncoder.Encode(model, tokenizer, sentences, null, [SentenceVector.Mean, SentenceVector.Last], new Parallelism(2));
        var session = model.CreateSession();
        foreach (var sentence in sentences)
        {
            var encoding = tokenizer.Encode(sentence);
            session.Forward(TokenBatch.Pack([encoding]), Parallelism.Serial);
            for (var layer = 0; layer <= model.LayerCount; layer++)
            {
                var hidden = session.Hidden(layer);
                var i = encodings.IndexOf(sentence);
                var words = Enumerable.Range(0, hidden.Rows).Where(t => !encoding.Special[t]).ToArray();
                for (var j = 0; j < model.HiddenSize; j++)
                {
                    Assert.Equal(hidden[hidden.Rows - 1, j], encodings.Vectors(SentenceVector.Last, layer)[i, j], 1e-5);
                    Assert.Equal(words.Average(t => (double)hidden[t, j]), encodings.Vectors(SentenceVector.Mean, layer)[i, j], 1e-5);
                }
            }
        }
    }

    [Fact]
    public void Static_embeddings_of_a_decoder_know_no_order()
    {
        var (model, tokenizer) = Tiny();
        var encodings = SentenceEncoder.StaticEmbeddings(model, tokenizer, ["a b c", "c b a", "a b d"], Parallelism.Serial);
        var rows = new[] { "a b c", "c b a", "a b d" }.Select(s => encodings.Vectors(SentenceVector.Mean, 0).Row(encodings.IndexOf(s)).ToArray()).ToArray();
        for (var j = 0; j < model.HiddenSize; j++)
            Assert.Equal(rows[0][j], rows[1][j], 1e-6);
        Assert.NotEqual(rows[0], rows[2]);
    }

    private (LlamaModel<float> Model, ITokenizer Tokenizer) Tiny()
    {
        File.WriteAllText(Path.Combine(_directory, "vocab.txt"), string.Join('\n', ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. "abcdef".Select(c => c.ToString())]) + "\n");
        var config = new LlamaConfig { VocabularySize = 11, HiddenSize = 16, LayerCount = 2, HeadCount = 4, KeyValueHeadCount = 2, IntermediateSize = 24, MaxPositions = 16, InitializerRange = 0.3 };
        return (LlamaModel<float>.CreateRandom(config, 3), TokenizerFiles.Load(_directory));
    }
}
