using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks;

/// <summary><c>-- svd [MxN ...] [--threads t] [--rounds r] [--jacobi] [--ladder]</c>: the SVD against LAPACK's gesdd in interleaved pairs, and the time of each of its steps; or the ladder from the plain version to the fast one.</summary>
internal static class SvdComparison
{
    internal static void Run(string[] args)
    {
        if (args.Contains("--choice"))
        {
            SvdChoice.Run(args.SkipWhile(arg => arg != "--out").Skip(1).FirstOrDefault());
            return;
        }
        var threads = Option(args, "--threads", Environment.ProcessorCount);
        var rounds = Option(args, "--rounds", 5);
        var jacobi = args.Contains("--jacobi");
        var sizes = args.Where(arg => arg.Contains('x', StringComparison.Ordinal)).DefaultIfEmpty("768x768").ToArray();
        if (Lapack.IsPresent)
            OpenBlas.SetThreads(threads);
        foreach (var size in sizes)
        {
            var parts = Array.ConvertAll(size.Split('x'), text => int.Parse(text, CultureInfo.InvariantCulture));
            if (args.Contains("--ladder"))
            {
                Ladder(parts[0], parts[1], threads, rounds);
                continue;
            }
            Compare<float>(parts[0], parts[1], threads, rounds, jacobi);
            Compare<double>(parts[0], parts[1], threads, rounds, jacobi);
        }
    }

    private static int Option(string[] args, string name, int otherwise)
    {
        var at = Array.IndexOf(args, name);
        return at < 0 ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }

    private static void Compare<T>(int m, int n, int threads, int rounds, bool jacobi)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(1);
        var a = Matrix<T>.Create(m, n, (_, _) => T.CreateTruncating(random.NextGaussian()));
        var options = new SvdOptions { Parallelism = new Parallelism(threads), Algorithm = jacobi ? SvdAlgorithm.Jacobi : SvdAlgorithm.Automatic };
        List<double> ours = [], theirs = [], values = [];
        for (var round = 0; round <= rounds; round++)
        {
            var our = Time(() => Svd.Compute<T>(a, options));
            var value = Time(() => Svd.Compute<T>(a, options with { ValuesOnly = true }));
            var copy = a.View.ToMatrix();
            var their = Lapack.IsPresent ? Time(() => Lapack.Gesdd(copy)) : double.NaN;
            if (round == 0)
                continue;
            ours.Add(our);
            values.Add(value);
            theirs.Add(their);
        }
        Console.WriteLine(FormattableString.Invariant(
            $"{typeof(T).Name,-6} {m}x{n} {threads}t  {options.Algorithm}: {Median(ours):F4} s, values only {Median(values):F4} s, gesdd {Median(theirs):F4} s; gesdd/ours: median {Median(theirs) / Median(ours):F2}, best {theirs.Min() / ours.Min():F2}"));
        if (!jacobi)
            Steps(a, threads, rounds);
    }

    private static void Ladder(int m, int n, int threads, int rounds)
    {
        var random = new SeededRandom(1);
        var a = Matrix<double>.Create(m, n, (_, _) => random.NextGaussian());
        var options = new SvdOptions { Parallelism = new Parallelism(threads) };
        Rung("plain one-sided Jacobi", () => JacobiSvdReference.Compute<double>(a));
        Rung("pivoted QR, Jacobi tournament", () => JacobiSvd.Compute<double>(a, options));
        Rung("Householder, one reflector at a time", () => HouseholderSvd.Compute<double>(a, options with { Algorithm = SvdAlgorithm.Householder, BlockSize = 1 }));
        Rung("Householder, blocks of 32", () => HouseholderSvd.Compute<double>(a, options with { Algorithm = SvdAlgorithm.Householder }));
        Rung("divide and conquer", () => HouseholderSvd.Compute<double>(a, options));
        Rung("the same, values only", () => HouseholderSvd.Compute<double>(a, options with { ValuesOnly = true }));
        Rung("randomized, rank k/4", () => RandomizedSvd.Compute<double>(a, options with { Rank = Math.Min(m, n) / 4 }));
        if (Lapack.IsPresent)
            Rung("LAPACK gesdd", () => Lapack.Gesdd(a.View.ToMatrix()));

        void Rung(string name, Action action)
        {
            var best = Enumerable.Range(0, rounds).Min(_ => Time(action));
            Console.WriteLine(FormattableString.Invariant($"double {m}x{n} {threads}t  {name,-38} {best:F3} s"));
        }
    }

    /// <summary>The steps of the Householder SVD on the square matrix of min(m, n).</summary>
    private static void Steps<T>(Matrix<T> a, int threads, int rounds)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var parallelism = new Parallelism(threads);
        var k = Math.Min(a.Rows, a.Columns);
        List<double> reduce = [], values = [], vectors = [], tree = [], lift = [];
        for (var round = 0; round < rounds; round++)
        {
            var square = a.View.Slice(0, 0, k, k).ToMatrix();
            Bidiagonalization<T> reduction = null!;
            reduce.Add(Time(() => reduction = Bidiagonalization<T>.Reduce(square, 32, parallelism, null, default)));
            var (d, e) = ((T[])reduction.Diagonal.Clone(), (T[])reduction.Superdiagonal.Clone());
            values.Add(Time(() => BidiagonalQr<T>.Diagonalize((T[])d.Clone(), (T[])e.Clone(), null, null, default)));
            tree.Add(Time(() => BidiagonalDivideAndConquer<T>.Decompose((T[])d.Clone(), (T[])e.Clone(), 32, parallelism, null, default)));
            vectors.Add(Time(() => BidiagonalQr<T>.Diagonalize(d, e, new BidiagonalVectors<T>(k, parallelism), null, default)));
            var u = Matrix<T>.Identity(k);
            lift.Add(Time(() =>
            {
                reduction.Left(32).ApplyLeft(Operand.AsIs, u, default);
                reduction.Right(32).ApplyRight(Operand.Transposed, u, default);
            }));
        }
        Console.WriteLine(FormattableString.Invariant(
            $"       steps of {k}x{k}, best: bidiagonalize {reduce.Min():F4}, divide and conquer {tree.Min():F4}, QR iteration {vectors.Min():F4} (values alone {values.Min():F4}), lift both sides {lift.Min():F4}"));
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> x) => x.Order().ElementAt(x.Count / 2);
}
