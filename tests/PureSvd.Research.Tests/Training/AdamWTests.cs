using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Research.Training;

namespace PureSvd.Research.Tests.Training;

public class AdamWTests
{
    [Fact]
    public void Updates_follow_the_algorithm_line_by_line()
    {
        const double Decay = 0.1, Clip = 0.7, Beta1 = 0.9, Beta2 = 0.999;
        var random = new SeededRandom(3);
        Parameter<double>[] parameters =
        [
            new("weight", Matrix<double>.Create(5, 7, (_, _) => random.NextGaussian())),
            new("bias", Matrix<double>.Create(1, 11, (_, _) => random.NextGaussian()), isVector: true),
        ];
        var shards = new[] { new Gradients<double>(parameters), new Gradients<double>(parameters), new Gradients<double>(parameters) };
        var optimizer = new AdamW<double>(parameters, shards);
        var theta = parameters.Select(p => p.Value.Span.ToArray()).ToArray();
        var (m, v) = (theta.Select(t => new double[t.Length]).ToArray(), theta.Select(t => new double[t.Length]).ToArray());
        for (var t = 1; t <= 4; t++)
        {
            var rate = 0.01 * t;
            var g = theta.Select(values => new double[values.Length]).ToArray();
            for (var p = 0; p < parameters.Length; p++)
                foreach (var shard in shards)
                    for (var i = 0; i < g[p].Length; i++)
                        g[p][i] += shard[parameters[p]]!.Span[i] = random.NextGaussian() * (t == 1 ? 0.01 : 1); // The first one is not clipped.
            var norm = Math.Sqrt(g.Sum(part => part.Sum(x => x * x)));
            Assert.Equal(norm, optimizer.Update(rate, Decay, Clip, new Parallelism(t)), 1e-12);
            for (var p = 0; p < parameters.Length; p++)
            {
                for (var i = 0; i < g[p].Length; i++)
                {
                    var gradient = g[p][i] * Math.Min(1, Clip / norm);
                    m[p][i] = Beta1 * m[p][i] + (1 - Beta1) * gradient;
                    v[p][i] = Beta2 * v[p][i] + (1 - Beta2) * gradient * gradient;
                    var direction = m[p][i] / (1 - Math.Pow(Beta1, t)) / (Math.Sqrt(v[p][i] / (1 - Math.Pow(Beta2, t))) + 1e-8);
                    theta[p][i] -= rate * (direction + (parameters[p].IsVector ? 0 : Decay * theta[p][i]));
                    Assert.Equal(theta[p][i], parameters[p].Value.Span[i], 1e-12);
                    Assert.All(shards, shard => Assert.Equal(0, shard[parameters[p]]!.Span[i]));
                }
            }
        }
    }

    [Fact]
    public void A_gradient_that_is_not_finite_changes_nothing()
    {
        var parameter = new Parameter<float>("w", Matrix<float>.Create(2, 2, (i, j) => i + j));
        var gradients = new Gradients<float>([parameter]);
        var optimizer = new AdamW<float>([parameter], [gradients]);
        gradients[parameter]![1, 1] = float.NaN;
        Assert.False(double.IsFinite(optimizer.Update(0.1, 0, 1, Parallelism.Serial)));
        Assert.Equal([0, 1, 1, 2], parameter.Value.Span.ToArray());
        Assert.Equal(0, optimizer.Step);
    }

    [Fact]
    public void The_rate_rises_to_its_peak_and_falls_to_zero()
    {
        var schedule = new LearningRateSchedule(2, 10, 50);
        Assert.Equal(0.2, schedule.At(0), 1e-12);
        Assert.Equal(2, schedule.At(9), 1e-12);
        Assert.Equal(2, schedule.At(10), 1e-12);
        Assert.Equal(1, schedule.At(30), 1e-12);
        Assert.Equal(0.05, schedule.At(49), 1e-12);
        Assert.Equal(2, new LearningRateSchedule(2, 0, 5).At(0));
    }
}
