using PureSvd.Research.Studies;

namespace PureSvd.Research.Tests.Studies;

public sealed class StageStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("puresvd-stages-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_key_changes_with_every_name_value_order_and_border()
    {
        static StageKey Key() => new("kind", "1.0");
        var keys = new[]
        {
            Key(), new StageKey("kind", "1.1"), new StageKey("other", "1.0"),
            Key().Add("a", "bc"), Key().Add("ab", "c"), Key().Add("a", "b").Add("c", ""), Key().Add("a", "b\n1:c=0:"),
            Key().Add("a", "x").Add("b", "y"), Key().Add("b", "y").Add("a", "x"),
            Key().Add("a", 1.0), Key().Add("a", 1.5), Key().Add("a", ["x", "y"]), Key().Add("a", ["xy"]),
        };
        Assert.Equal(keys.Length, keys.Select(k => k.Hash).Distinct().Count());
        Assert.Equal(Key().Add("a", 0.1).Hash, Key().Add("a", 0.1).Hash);
    }

    [Fact]
    public void A_stage_reads_back_to_the_last_bit_NaN_included()
    {
        using var store = new StageStore(_folder);
        var stage = new CellStage(new SizeResult(0.1 + 0.2, double.NaN, 7), [], ["a"], new TextResult([Math.E, double.NaN], [3, 4]), 0, [Math.PI, double.PositiveInfinity], new TimingResult(1, 2, 3));
        store.Write(new StageKey("cell", "1"), stage, StageJson.Default.CellStage);
        Assert.True(store.TryRead(new StageKey("cell", "1"), StageJson.Default.CellStage, out var read));
        Assert.Equal(stage.Size, read.Size);
        Assert.Equal(stage.Cka, read.Cka);
        Assert.Equal(stage.Text!.Losses, read.Text!.Losses);
        Assert.Equal(stage.Text.Tokens, read.Text.Tokens);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(-1)]
    public void A_stage_cut_short_anywhere_is_not_read(int length)
    {
        using var store = new StageStore(_folder);
        var key = new StageKey("probes", "1");
        store.Write(key, new ProbesStage([], 1), StageJson.Default.ProbesStage);
        var file = Directory.GetFiles(_folder, "*.stage", SearchOption.AllDirectories).Single();
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..(length < 0 ? bytes.Length + length : length)]);
        Assert.False(store.TryRead(key, StageJson.Default.ProbesStage, out _));
    }

    [Fact]
    public void Forcing_ignores_what_an_earlier_run_left_but_not_what_this_one_wrote()
    {
        var key = new StageKey("probes", "1");
        using (var store = new StageStore(_folder))
            store.Write(key, new ProbesStage([], 1), StageJson.Default.ProbesStage);
        using var forced = new StageStore(_folder, force: true);
        var computed = 0;
        for (var i = 0; i < 2; i++)
            forced.GetOrCompute(key, StageJson.Default.ProbesStage, () =>
            {
                computed++;
                return new ProbesStage([], 2);
            });
        Assert.Equal(1, computed);
    }
}
