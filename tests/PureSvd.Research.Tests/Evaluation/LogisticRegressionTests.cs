using PureSvd.LinearAlgebra;
using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Tests.Evaluation;

public class LogisticRegressionTests
{
    private static readonly float[][] Points = [[0.5f, -1.2f], [1.5f, 0.3f], [-0.7f, 0.8f], [-1.1f, -0.4f], [0.2f, 1.9f], [2.0f, -0.6f], [-0.3f, -1.5f], [0.9f, 0.1f]];

    private static DenseFeatures Features => new(Matrix<float>.Create(Points.Length, 2, (i, j) => Points[i][j]));

    private static LogisticRegression.Options Exact(double l2) => new(l2, 1e-7);

    /// <summary>Expected: scipy.optimize.minimize (BFGS, gtol 1e-12) on the same objective.</summary>
    [Fact]
    public void Two_classes_agree_with_scipy()
    {
        var fit = LogisticRegression.Fit(Features, [0, 1, 0, 0, 1, 1, 1, 0], 2, null, Exact(0.1));
        AssertClose([0.71841857, 0.15882458, -0.25736943], fit.Parameters);
        Assert.Equal(0.6060974003892604, fit.Outcome.Value, 1e-6);
        Assert.True(fit.Outcome.Converged);
    }

    /// <summary>Expected: as above.</summary>
    [Fact]
    public void Three_classes_agree_with_scipy()
    {
        var fit = LogisticRegression.Fit(Features, [0, 1, 2, 2, 1, 0, 2, 1], 3, null, Exact(0.05));
        AssertClose([0.9701788, -1.02670699, 0.65693564, 1.15749385, -1.62711445, -0.13078686], fit.Parameters[..6]);

        // A softmax does not change when all scores grow alike, so only the differences between intercepts are determined.
        AssertClose([0.16561009 - -0.92124834, 0.75563825 - -0.92124834], [fit.Parameters[7] - fit.Parameters[6], fit.Parameters[8] - fit.Parameters[6]]);
    }

    [Fact]
    public void The_start_does_not_change_the_solution()
    {
        int[] labels = [0, 1, 2, 2, 1, 0, 2, 1];
        var elsewhere = LogisticRegression.Fit(Features, labels, 3, null, Exact(3));
        AssertClose(LogisticRegression.Fit(Features, labels, 3, null, Exact(0.02)).Parameters[..6], LogisticRegression.Fit(Features, labels, 3, null, Exact(0.02), start: elsewhere).Parameters[..6]);
    }

    [Fact]
    public void A_weight_of_zero_leaves_a_row_out()
    {
        var fewer = new DenseFeatures(Matrix<float>.Create(6, 2, (i, j) => Points[i][j]));
        int[] labels = [0, 1, 0, 0, 1, 1, 0, 1];
        AssertClose(LogisticRegression.Fit(fewer, labels[..6], 2, null, Exact(0.1)).Parameters, LogisticRegression.Fit(Features, labels, 2, [1, 1, 1, 1, 1, 1, 0, 0], Exact(0.1)).Parameters);
    }

    [Fact]
    public void A_stronger_penalty_gives_smaller_weights()
    {
        int[] labels = [0, 1, 2, 2, 1, 0, 2, 1];
        var last = double.PositiveInfinity;
        foreach (var l2 in new[] { 1e-3, 1e-2, 1e-1, 1, 10 })
        {
            var norm = LogisticRegression.Fit(Features, labels, 3, null, Exact(l2)).Parameters[..6].ToArray().Sum(w => w * w);
            Assert.True(norm < last);
            last = norm;
        }
    }

    [Fact]
    public void Few_and_many_outputs_and_sparse_features_give_the_same_model()
    {
        var random = new SeededRandom(5);
        var dense = Matrix<float>.Create(700, 20, (_, _) => random.NextDouble() < 0.3 ? 1 : 0);
        var labels = Enumerable.Range(0, 700).Select(i => dense[i, 0] + dense[i, 1] > 0 ? 1 : 0).ToArray();
        var two = LogisticRegression.Fit(new DenseFeatures(dense), labels, 2, null, Exact(0.01));

        var sparse = SparseFeatures.Create([.. Enumerable.Range(0, 700).Select(i => Enumerable.Range(0, 20).Where(j => dense[i, j] != 0).Select(j => (j, 1f)).ToArray())], 20);
        AssertClose(two.Parameters, LogisticRegression.Fit(sparse, labels, 2, null, Exact(0.01)).Parameters);
        var labels4 = Enumerable.Range(0, 700).Select(i => labels[i] + (dense[i, 2] > 0 ? 2 : 0)).ToArray();
        AssertClose(LogisticRegression.Fit(new DenseFeatures(dense), labels4, 4, null, Exact(0.01)).Parameters[..80], LogisticRegression.Fit(sparse, labels4, 4, null, Exact(0.01)).Parameters[..80]);
    }

    [Fact]
    public void A_fit_that_may_not_step_says_that_it_has_not_converged()
        => Assert.False(LogisticRegression.Fit(Features, [0, 1, 0, 0, 1, 1, 1, 0], 2, null, new LogisticRegression.Options(0.1, 1e-7, 1)).Outcome.Converged);

    [Fact]
    public void Nan_features_are_not_converged_and_predict_nothing()
    {
        var x = Matrix<float>.Create(4, 2, (i, j) => i == 2 && j == 0 ? float.NaN : i - j);
        var fit = LogisticRegression.Fit(new DenseFeatures(x), [0, 1, 0, 1], 2, null, Exact(0.1));
        Assert.False(fit.Outcome.Converged);
        Assert.Contains(-1, fit.Predict(new DenseFeatures(x)));
    }

    [Fact]
    public void One_class_is_always_predicted()
    {
        var fit = LogisticRegression.Fit(Features, new int[8], 1, null, Exact(0.1));
        Assert.All(fit.Predict(Features), p => Assert.Equal(0, p));
    }

    private static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 2e-4);
    }
}
