using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Training;
using PureSvd.Storage;

namespace PureSvd.Research.Tests.Training;

public sealed class TrainingRunTests : IDisposable
{
    private const string Config = """
        {
          "model": { "tokenizer": "words.txt", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 24 },
          "seed": 5, "batch": 16, "checkpoint_every": 7,
          "stages": [
            { "task": "mlm", "train": ["text.txt"], "train_pairs": ["train.tsv"], "dev": ["text.txt"], "max_length": 20, "steps": 20 },
            { "task": "nli", "train": ["train.tsv"], "dev": ["dev.tsv"], "epochs": 12, "learning_rate": 3e-3 }
          ]
        }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("puresvd-train-").FullName;

    public TrainingRunTests()
    {
        string[] nouns = ["dog", "cat", "bird", "fox"];
        string[] verbs = ["runs", "sleeps", "sings"];
        Write("words.txt", string.Join('\n', (string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "the", "no", .. nouns, .. verbs]));
        Write("text.txt", string.Join('\n', nouns.SelectMany(n => verbs.Select(v => $"the {n} {v}\na {n} {v}"))));
        // Entailed if the noun is the same: nothing that a bag of words can see without comparing the two.
        var pairs = nouns.SelectMany(a => nouns.SelectMany(b => verbs.Select(v => $"the {a} {v}\ta {b} {v}\t{(a == b ? "entailment" : "neutral")}"))).ToList();
        Write("train.tsv", "premise\thypothesis\tlabel\n" + string.Join('\n', pairs));
        Write("dev.tsv", "premise\thypothesis\tlabel\n" + string.Join('\n', pairs));
        Write("train.json", Config);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Any_interruption_and_any_number_of_threads_give_the_same_bits()
    {
        var expected = Train("whole", Parallelism.Serial);
        for (var attempt = 1; attempt <= 6; attempt++)
        {
            using var stop = new CancellationTokenSource();
            var reports = 0;
            try
            {
                // Reports come every 20 updates and at evaluations, so the interruptions fall into both stages.
                new TrainingRun(PathOf("train.json"), PathOf("parts")).Run(false, new Parallelism(1 + attempt % 3), new Each(_ =>
                {
                    if (++reports == 2)
                        stop.Cancel();
                }), stop.Token);
                break;
            }
            catch (OperationCanceledException)
            {
                Assert.True(File.Exists(PathOf("parts/checkpoint.safetensors")));
            }
        }
        var resumed = Train("parts", new Parallelism(3));
        Assert.Equal(expected.DevAccuracy, resumed.DevAccuracy);
        Assert.Equal(File.ReadAllBytes(PathOf("whole/model.safetensors")), File.ReadAllBytes(PathOf("parts/model.safetensors")));
        Assert.Equal(File.ReadAllBytes(PathOf("whole/stage-1-mlm/model.safetensors")), File.ReadAllBytes(PathOf("parts/stage-1-mlm/model.safetensors")));
        Assert.Equal(Steps("whole"), Steps("parts"));
        Assert.False(File.Exists(PathOf("parts/checkpoint.safetensors")));
    }

    [Fact]
    public void A_run_may_begin_with_matching_and_its_model_is_saved_in_the_type_asked_for()
    {
        Write("sentences.txt", string.Join('\n', Enumerable.Range(0, 60).Select(i => $"the {Noun(i)} {Verb(i)} a {Noun(i / 4)} {Verb(i / 3)} no {Noun(i / 7)} {Verb(i / 5)}.")));
        Write("match.json", Config.Replace("\"task\": \"mlm\", \"train\": [\"text.txt\"], \"train_pairs\": [\"train.tsv\"], \"dev\": [\"text.txt\"], \"max_length\": 20, \"steps\": 20", "\"task\": \"match\", \"train\": [\"sentences.txt\"], \"dev\": [\"sentences.txt\"], \"max_length\": 48, \"steps\": 20", StringComparison.Ordinal)
            .Replace("\"max_position_embeddings\": 24", "\"max_position_embeddings\": 48", StringComparison.Ordinal)
            .Replace("\"seed\": 5,", "\"seed\": 5, \"dtype\": \"F16\",", StringComparison.Ordinal));
        new TrainingRun(PathOf("match.json"), PathOf("matched")).Run(false, new Parallelism(2));
        var matched = BertModel<float>.Load(PathOf("matched/stage-1-match"));
        Assert.Equal(["same", "dropped", "added", "replaced"], matched.Config.Labels);
        Assert.Equal(["entailment", "neutral"], BertModel<float>.Load(PathOf("matched")).Config.Labels);
        using var saved = SafetensorsFile.Open(PathOf("matched/model.safetensors"));
        Assert.All(saved.Tensors.Values, t => Assert.Equal(TensorDType.F16, t.DType));

        static string Noun(int i) => ((string[])["dog", "cat", "bird", "fox"])[i % 4];
        static string Verb(int i) => ((string[])["runs", "sleeps", "sings"])[i % 3];
    }

    [Fact]
    public void A_kill_at_any_checkpoint_changes_nothing()
    {
        Train("whole", Parallelism.Serial);
        // What a kill leaves: the checkpoint and a log that is ahead of it, with a torn last line.
        byte[]? checkpoint = null;
        new TrainingRun(PathOf("train.json"), PathOf("killed")).Run(false, Parallelism.Serial, new Each(p =>
        {
            if (p is { Stage: 2, Step: > 30 } && checkpoint is null)
                checkpoint = File.ReadAllBytes(PathOf("killed/checkpoint.safetensors"));
        }));
        File.WriteAllBytes(PathOf("killed/checkpoint.safetensors"), checkpoint!);
        File.WriteAllText(PathOf("killed/checkpoint.safetensors.abc.partial"), "torn");
        File.AppendAllText(PathOf("killed/train.jsonl"), "{\"stage\":2,\"st");
        File.Delete(PathOf("killed/training.json"));
        File.Delete(PathOf("killed/model.safetensors"));
        Train("killed", Parallelism.Serial);
        Assert.Equal(File.ReadAllBytes(PathOf("whole/model.safetensors")), File.ReadAllBytes(PathOf("killed/model.safetensors")));
        Assert.Equal(Steps("whole"), Steps("killed"));
        Assert.Empty(Directory.EnumerateFiles(PathOf("killed"), "*.partial"));
    }

    [Fact]
    public void A_small_model_learns_to_compare_two_words()
    {
        Write("train.json", Config.Replace("\"epochs\": 12", "\"epochs\": 100, \"dropout\": 0", StringComparison.Ordinal));
        var result = Train("learned", Parallelism.All);
        Assert.True(result.DevAccuracy > 0.95, $"dev accuracy {result.DevAccuracy}");
        var model = BertModel<float>.Load(PathOf("learned"));
        Assert.Equal(["entailment", "neutral"], model.Config.Labels);
        Assert.False(model.HasMaskedLmHead);
        Assert.True(BertModel<float>.Load(PathOf("learned/stage-1-mlm")).HasMaskedLmHead);
        Assert.Equal(0.1, model.Config.HiddenDropout);
        Assert.True(File.Exists(PathOf("learned/vocab.txt")));
    }

    [Fact]
    public void What_is_finished_is_kept_and_another_seed_or_force_trains_again()
    {
        Write("train.json", Config.Replace("\"epochs\": 12", "\"steps\": 3", StringComparison.Ordinal));
        Train("out", Parallelism.Serial);
        var bytes = File.ReadAllBytes(PathOf("out/model.safetensors"));
        Assert.Equal(0, Reports("out", null, force: false));
        Assert.NotEqual(0, Reports("out", null, force: true));
        Assert.Equal(bytes, File.ReadAllBytes(PathOf("out/model.safetensors")));
        Assert.NotEqual(0, Reports("out", 6, force: false));
        Assert.NotEqual(bytes, File.ReadAllBytes(PathOf("out/model.safetensors")));

        int Reports(string output, ulong? seed, bool force)
        {
            var count = 0;
            new TrainingRun(PathOf("train.json"), PathOf(output), seed).Run(force, Parallelism.Serial, new Each(_ => count++));
            return count;
        }
    }

    [Fact]
    public void Fine_tuning_starts_from_a_checkpoint_and_keeps_its_tokenizer()
    {
        Write("train.json", Config.Replace("\"epochs\": 12", "\"steps\": 3", StringComparison.Ordinal));
        Train("first", Parallelism.Serial);
        Write("more.json", """{ "model": { "from": "first" }, "task": "nli", "train": ["train.tsv"], "steps": 2, "learning_rate": 1e-9, "weight_decay": 0 }""");
        new TrainingRun(PathOf("more.json"), PathOf("second")).Run(false, Parallelism.Serial);
        var (before, after) = (BertModel<float>.Load(PathOf("first")), BertModel<float>.Load(PathOf("second")));
        foreach (var (old, now) in before.Parameters.Zip(after.Parameters))
            for (var i = 0; i < old.Value.Span.Length; i++)
                Assert.Equal(old.Value.Span[i], now.Value.Span[i], 1e-7f);
        Assert.Equal(File.ReadAllText(PathOf("words.txt")), File.ReadAllText(PathOf("second/vocab.txt")));
    }

    [Theory]
    [InlineData("{ \"task\": \"nli\", \"learning_rat\": 1 }", "learning_rat")]
    [InlineData("{ \"model\": { \"from\": \"x\", \"hidden\": 1 } }", "hidden")]
    [InlineData("{ \"task\": \"nli\", ", "line 1")]
    [InlineData("{ \"task\": \"nli\", \"train\": [\"train.tsv\"] }", "model")]
    [InlineData("{ \"model\": {}, \"task\": \"nli\", \"train\": [\"train.tsv\"] }", "tokenizer")]
    [InlineData("{ \"model\": {\"tokenizer\": \"words.txt\"}, \"task\": \"clm\", \"train\": [\"train.tsv\"] }", "\"clm\"")]
    [InlineData("{ \"model\": {\"tokenizer\": \"words.txt\"}, \"task\": \"lm\", \"train\": [\"text.txt\"] }", "lm, and the model is an encoder")]
    [InlineData("{ \"model\": {\"tokenizer\": \"words.txt\"}, \"task\": \"nli\" }", "train")]
    [InlineData("{ \"model\": {\"tokenizer\": \"words.txt\"}, \"task\": \"nli\", \"train\": [\"nowhere.tsv\"] }", "nowhere.tsv")]
    [InlineData("{ \"model\": {\"tokenizer\": \"nowhere.txt\"}, \"task\": \"nli\", \"train\": [\"train.tsv\"] }", "nowhere.txt")]
    [InlineData("{ \"model\": {\"tokenizer\": \"words.txt\", \"hidden_size\": 30}, \"task\": \"nli\", \"train\": [\"train.tsv\"] }", "num_attention_heads")]
    [InlineData("{ \"model\": {\"tokenizer\": \"words.txt\"}, \"task\": \"nli\", \"train\": [\"train.tsv\"], \"learning_rate\": -1 }", "learning_rate")]
    [InlineData("{ \"model\": {\"tokenizer\": \"words.txt\"}, \"task\": \"nli\", \"train\": [\"train.tsv\"], \"labels\": [\"yes\", \"no\"] }", "entailment")]
    [InlineData("{ \"model\": {\"tokenizer\": \"words.txt\"}, \"stages\": [] }", "stages")]
    [InlineData("{ \"model\": {\"tokenizer\": \"words.txt\"}, \"shards\": 0, \"task\": \"nli\", \"train\": [\"train.tsv\"] }", "shards")]
    public void A_bad_configuration_is_one_clear_message(string json, string named)
    {
        Write("bad.json", json);
        var error = Assert.Throws<InputDataException>(() => new TrainingRun(PathOf("bad.json"), PathOf("out")).Run(false, Parallelism.Serial));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private TrainingResult Train(string output, Parallelism parallelism) => new TrainingRun(PathOf("train.json"), PathOf(output)).Run(false, parallelism);

    private IEnumerable<string> Steps(string output)
        => File.ReadLines(PathOf($"{output}/train.jsonl")).Select(line => line[..line.IndexOf("\"loss\"", StringComparison.Ordinal)]);

    private string PathOf(string name) => Path.Combine(_directory, name);

    private void Write(string name, string text) => File.WriteAllText(PathOf(name), text);

    private sealed class Each(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
