using PureSvd.LinearAlgebra;
using PureSvd.Research.Probing;

namespace PureSvd.Research.Tests.Probing;

public class ProbeTests
{
    private static readonly Func<int[], double, string> FirstWordIsSmall = (words, _) => words[0] < 5 ? "small" : "large";
    private static readonly Func<int[], double, string> Random = (_, u) => u < 0.5 ? "a" : "b";
    private static readonly Func<int[], double, string> FourWays = (words, _) => $"class {words[0] % 4}";

    [Fact]
    public void A_planted_linear_signal_is_read()
    {
        var result = new PlantedTask(1, FirstWordIsSmall).Probe();
        Assert.True(result.Score.Test > 0.97, $"{result.Score}");
        Assert.True(result.Score.Converged);
        Assert.Equal(PlantedTask.Test, result.TestCorrect.Count);
    }

    [Fact]
    public void More_than_two_classes_are_read()
    {
        var result = new PlantedTask(2, FourWays).Probe();
        Assert.Equal(4, result.Classes);
        Assert.True(result.Score.Test > 0.97, $"{result.Score}");
    }

    /// <summary>Under chance, the accuracy of one fit on n items is within 4·√(¼/n) of ½ with probability 0.99994.</summary>
    [Fact]
    public void Random_labels_stay_at_chance()
    {
        var result = new PlantedTask(3, Random).Probe(new ProbeOptions { Controls = false });
        Assert.Equal(0.5, result.Score.Test, 4 * Math.Sqrt(0.25 / PlantedTask.Test));
        Assert.Null(result.Control);
        Assert.True(double.IsNaN(result.Selectivity));
    }

    [Fact]
    public void The_control_task_can_be_memorized_where_the_vectors_tell_the_words()
    {
        var result = new PlantedTask(4, Random).Probe();
        Assert.True(result.Control!.Test > 0.8, $"{result.Control}");
        Assert.True(result.Selectivity < -0.2);
    }

    [Fact]
    public void Vectors_without_information_read_neither_task_nor_control()
    {
        var random = new SeededRandom(9);
        var noise = Matrix<float>.Create(PlantedTask.Train + PlantedTask.Dev + PlantedTask.Test, 16, (_, _) => (float)random.NextGaussian());
        var result = new PlantedTask(5, FirstWordIsSmall).Probe(vectors: noise);
        var bound = 4 * Math.Sqrt(0.25 / PlantedTask.Test);
        Assert.Equal(0.5, result.Score.Test, bound);
        Assert.Equal(0.5, result.Control!.Test, bound);
    }

    [Fact]
    public void Scale_and_offset_of_the_vectors_do_not_matter()
    {
        var task = new PlantedTask(6, Noisy);
        var moved = Matrix<float>.Create(task.Vectors.Rows, task.Vectors.Columns, (i, j) => 1000 * (j + 1) * task.Vectors[i, j] + 17);
        var (a, b) = (task.Probe(), task.Probe(vectors: moved));
        Assert.Equal(a.Score.L2, b.Score.L2);
        Assert.Equal(a.Score.Test, b.Score.Test, 0.01);
    }

    private static readonly Func<int[], double, string> Noisy = (words, u) => (words[0] < 5) ^ (u < 0.15) ? "small" : "large";

    [Fact]
    public void Dev_chooses_a_stronger_penalty_for_a_noisier_task()
    {
        double[] grid = [1e-5, 1e-3, 1e-1, 1];
        var options = new ProbeOptions { L2Grid = grid, Controls = false };
        var (clean, noisy) = (new PlantedTask(7, FirstWordIsSmall).Probe(options), new PlantedTask(7, (w, u) => (w[0] < 5) ^ (u < 0.3) ? "small" : "large").Probe(options));
        Assert.Contains(clean.Score.L2, grid);
        Assert.True(noisy.Score.L2 > 1e-5);
        Assert.True(noisy.Score.Test > 0.6);
    }

    [Fact]
    public void Results_have_the_same_bits_for_any_number_of_threads()
    {
        var task = new PlantedTask(8, Noisy);
        var (one, four) = (task.Probe(threads: 1), task.Probe(threads: 4));
        Assert.Equal(one.Score, four.Score);
        Assert.Equal(one.Control, four.Control);
        Assert.Equal(one.TestCorrect, four.TestCorrect);
    }

    [Fact]
    public void Seeds_give_a_spread_and_another_seed_another_control()
    {
        var task = new PlantedTask(10, Random);
        var first = task.Probe(new ProbeOptions { Seeds = 4 });
        Assert.True(first.Score.TestStandardDeviation > 0);
        Assert.NotEqual(first.Control, task.Probe(new ProbeOptions { Seeds = 4, Seed = 2 }).Control);
        Assert.Equal(0, task.Probe(new ProbeOptions { Seeds = 1 }).Score.TestStandardDeviation);
    }

    [Fact]
    public void A_nan_in_the_vectors_is_reported_as_nan()
    {
        var task = new PlantedTask(11, Noisy);
        var broken = task.Vectors.View.ToMatrix();
        broken[PlantedTask.Train + PlantedTask.Dev + 3, 5] = float.NaN;
        var result = task.Probe(vectors: broken);
        Assert.True(double.IsNaN(result.Score.Test));
        Assert.True(double.IsNaN(result.Control!.Test));
        Assert.False(result.Score.Converged);
        Assert.Empty(result.TestCorrect);
    }

    [Fact]
    public void Components_that_never_vary_are_harmless()
    {
        var task = new PlantedTask(12, Noisy);
        var padded = Matrix<float>.Create(task.Vectors.Rows, PlantedTask.Hidden + 3, (i, j) => j < PlantedTask.Hidden ? task.Vectors[i, j] : j == PlantedTask.Hidden ? 0 : 3.3f);
        var (a, b) = (task.Probe(), task.Probe(vectors: padded));
        Assert.Equal(a.Score.Test, b.Score.Test, 0.01);
    }

    [Fact]
    public void Limits_take_a_seeded_sample_of_each_part()
    {
        var task = new PlantedTask(13, FirstWordIsSmall);
        var result = task.Probe(new ProbeOptions { TrainLimit = 200, DevLimit = 50, TestLimit = 100 });
        Assert.Equal((200, 100), (result.TrainCount, result.TestCount));
        Assert.True(result.Score.Test > 0.9);
    }

    [Fact]
    public void A_test_label_that_training_never_saw_is_always_wrong()
    {
        var planted = new PlantedTask(14, FirstWordIsSmall);
        var relabelled = planted.Task with { Test = [.. planted.Task.Test.Select(e => e with { Label = "unheard of" })] };
        Assert.Equal(0, ProbeRunner.Run(planted.Encodings(), [relabelled], null, Parallelism.Serial).Single().Score.Test);
    }
}
