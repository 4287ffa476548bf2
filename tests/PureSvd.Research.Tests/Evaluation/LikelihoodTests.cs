using PureSvd.Research.Evaluation;
using PureSvd.Tokenization;

namespace PureSvd.Research.Tests.Evaluation;

public class LikelihoodTests
{
    private static readonly LikelihoodTask Task = new() { Name = "made up", Context = "{q}", Choices = [new("no", ["n"]), new("maybe", ["m"])] };

    [Fact]
    public void Acc_takes_the_likeliest_choice_and_acc_norm_the_likeliest_by_character()
    {
        var result = Result((0, [-2.0, -4.0]), (0, [-3.0, -2.0]), (1, [-2.1, -5.0]), (1, [-1.0, -9.0]));
        // By character: −1 and −0.8; −1.5 and −0.4; −1.05 and −1; −0.5 and −1.8.
        Assert.Equal([0, 1, 0, 0], result.Predictions.Select(p => p.Choice));
        Assert.Equal([1, 1, 1, 0], result.Predictions.Select(p => p.NormalizedChoice));
        Assert.Equal(0.25, result.Accuracy);
        Assert.Equal(0.25, result.NormalizedAccuracy);
        Assert.Equal(0.5, result.MajorityRate);
        Assert.Equal([3, 1], result.ChoiceHistogram);
        Assert.Equal([1, 3], result.NormalizedHistogram);
    }

    [Fact]
    public void The_standard_error_is_that_of_the_sample()
    {
        var result = Result((0, [0, -1]), (0, [0, -1]), (0, [-1, 0]), (0, [0, -1]));
        double[] right = [1, 1, 0, 1];
        var variance = right.Sum(x => (x - 0.75) * (x - 0.75)) / 3;
        Assert.Equal(Math.Sqrt(variance / 4), result.StandardError, 1e-15);
        Assert.True(double.IsNaN(Result((0, [0, -1])).StandardError));
    }

    [Fact]
    public void The_first_choice_wins_a_tie_and_a_NaN_is_no_number()
    {
        Assert.Equal(0, Result((1, [-1, -1])).Predictions[0].Choice);
        var result = Result((0, [-1, double.NaN]), (0, [0, -1]));
        Assert.Equal(-1, result.Predictions[0].Choice);
        Assert.True(double.IsNaN(result.Accuracy));
        Assert.Equal(1, result.NonFinite);
    }

    [Fact]
    public void Characters_are_counted_and_not_units_of_UTF16()
        => Assert.Equal(1, new LikelihoodPrediction(new LikelihoodItem("", ["\U0001F600\U0001F600", "abc"], 0, 1), [-3.0, -4.2]).NormalizedChoice);

    [Fact]
    public void White_space_at_the_end_of_a_context_goes_to_the_continuation()
    {
        var encoder = new LikelihoodEncoder(new Letters(), 100);
        Assert.True(encoder.AddsBos);
        var request = encoder.EncodePair("ab ", "c", out _);
        Assert.Equal([0, 'a', 'b', ' ', 'c'], request.Ids);
        Assert.Equal(2, request.Scored);
        Assert.Equal([0, 'c'], encoder.EncodePair("", "c", out _).Ids);
        Assert.Equal(2, encoder.EncodePair(" ", "c", out _).Scored);
        Assert.Equal(['a', 'c'], new LikelihoodEncoder(new Letters(), 100, addBos: false).EncodePair("a", "c", out _).Ids);
    }

    [Fact]
    public void A_context_that_is_too_long_loses_its_start()
    {
        var request = new LikelihoodEncoder(new Letters(), 4).EncodePair("abcdef", "gh", out var truncated);
        Assert.Equal(['d', 'e', 'f', 'g', 'h'], request.Ids);
        Assert.Equal(2, request.Scored);
        Assert.Equal(4, truncated);
        Assert.Throws<ArgumentException>(() => new LikelihoodEncoder(new Letters(), 4).EncodePair("a", "vwxyz", out _));
    }

    [Fact]
    public void Examples_are_answered_are_never_the_item_itself_and_depend_on_the_seed_alone()
    {
        LikelihoodItem[] items = [.. Enumerable.Range(0, 6).Select(i => new LikelihoodItem($"{(char)('A' + i)}:", Task.Choices.Select(c => c.Text).ToArray(), i % 2, i + 1))];
        var (first, second, other) = (new Recorder(), new Recorder(), new Recorder());
        var encoder = new LikelihoodEncoder(new Letters(), 1000);
        LikelihoodEvaluation.Run(first, encoder, Task, items, shots: 3, seed: 7);
        LikelihoodEvaluation.Run(second, encoder, Task, items, shots: 3, seed: 7);
        LikelihoodEvaluation.Run(other, encoder, Task, items, shots: 3, seed: 8);
        Assert.Equal(first.Texts, second.Texts);
        Assert.NotEqual(first.Texts, other.Texts);
        for (var i = 0; i < items.Length; i++)
        {
            var parts = first.Texts[2 * i].Split("\n\n");
            Assert.Equal(4, parts.Distinct().Count());
            Assert.Equal($"{items[i].Context} no", parts[3]);
            Assert.All(parts[..3], part => Assert.EndsWith((part[0] - 'A') % 2 == 0 ? ": no" : ": maybe", part, StringComparison.Ordinal));
        }
        Assert.Throws<ArgumentException>(() => LikelihoodEvaluation.Run(first, encoder, Task, items, shots: 6));
    }

    [Fact]
    public void Templates_are_those_of_the_harness()
    {
        string Fill(string task) => LikelihoodItem.Fill(LikelihoodTask.Find(task).Context, column => column == "premise" ? "P." : " H ");
        Assert.Equal("P.\nQuestion:  H  True or False?\nAnswer:", Fill("rte"));
        Assert.Equal("P.\nQuestion: H. True, False or Neither?\nAnswer:", Fill("mnli"));
        Assert.Equal(["True", "Neither", "False"], LikelihoodTask.Find("mnli").Choices.Select(c => c.Text));
    }

    private static LikelihoodResult Result(params (int Gold, double[] LogLikelihoods)[] items)
        => new(Task, [.. items.Select(item => new LikelihoodPrediction(new LikelihoodItem("", ["no", "maybe"], item.Gold, 1), item.LogLikelihoods))]);

    /// <summary>A character is a token, and 0 is BOS.</summary>
    private sealed class Letters : ITokenizer
    {
        public int VocabularySize => 65536;

        public int PadId => 0;

        public int? MaskId => null;

        public int? BosId => 0;

        public int? EosId => null;

        public TokenEncoding Encode(string text, string? pair = null, int? maxLength = null)
        {
            int[] ids = [0, .. EncodeText(text)];
            return new TokenEncoding(ids, new int[ids.Length], new bool[ids.Length], 0);
        }

        public int[] EncodeText(string text) => [.. text.Select(c => (int)c)];

        public string Piece(int id) => ((char)id).ToString();

        public int? IdOf(string piece) => piece[0];

        public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true) => string.Concat(ids.ToArray().Where(id => id != 0).Select(Piece));

        public StreamingDecoder StreamingDecoder(bool skipSpecialTokens = true) => throw new NotSupportedException();

        public bool IsSpecial(int id) => id == 0;
    }

    private sealed class Recorder : ITokenScorer
    {
        internal List<string> Texts { get; } = [];

        public int ContextLength => 1000;

        public IReadOnlyList<TokenScore> Score(IReadOnlyList<TokenRequest> requests, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
        {
            Texts.AddRange(requests.Select(request => new Letters().Decode(request.Ids)));
            return [.. requests.Select(_ => new TokenScore(-1, false))];
        }
    }
}
