using System.Numerics;
using PureSvd.Benchmarks.Peers;
using PureSvd.LinearAlgebra;
using PureSvd.LinearAlgebra.Tests.Decompositions;

namespace PureSvd.Benchmarks;

/// <summary><c>-- accuracy [--out DIR]</c>: the largest relative error of any singular value, by each algorithm here and by LAPACK's, against Jacobi in double-double arithmetic.</summary>
internal static class AccuracyTable
{
    internal static int Run(string[] args)
    {
        List<string> lines =
        [
            Machine.Describe(),
            "",
            "The largest |σ/σ' − 1| over all singular values σ' of a matrix; X has the singular values 1 … 1/10, D is graded evenly in random order.",
            "",
            $"| {"matrix",-26} | type   | {"σ₁/σₙ",-7} | Jacobi   | divide and conquer | gesdd    | gesvj    | gejsv    |",
            $"|{new string('-', 28)}|--------|--------:|---------:|-------------------:|---------:|---------:|---------:|",
        ];
        lines.ForEach(Console.WriteLine);
        foreach (var (m, n) in ((int, int)[])[(60, 60), (90, 45)])
        {
            Group<double>(m, n, [8, 20, 100], lines);
            Group<float>(m, n, [4, 20, 35], lines);
        }
        if (args is ["--out", var directory, ..])
        {
            Directory.CreateDirectory(directory);
            var path = Path.Combine(directory, "accuracy.md");
            File.WriteAllText(path + ".new", string.Join('\n', lines) + "\n");
            File.Move(path + ".new", path, overwrite: true);
        }
        return 0;
    }

    private static void Group<T>(int m, int n, double[] grades, List<string> lines)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Line("X", TestMatrices.WithSpectrum<T>(m, n, i => 1 - 0.9 * i / (n - 1), 1));
        foreach (var orders in grades)
        {
            Line($"X·D, D over {orders}", GradedMatrix.Columns<T>(m, n, orders, 2));
            Line($"D·X, D over {orders}", GradedMatrix.Rows<T>(m, n, orders, 3));
        }
        var half = grades[1] / 2;
        Line($"D₁·X·D₂, over {half} each", GradedMatrix.Make<T>(m, n, half, half, 4));

        void Line(string name, Matrix<T> a)
        {
            var exact = Array.ConvertAll(DoubleDoubleSvd.Values(Matrix<double>.Create(m, n, (i, j) => double.CreateTruncating(a[i, j]))), value => (double)value);
            var jacobi = JacobiSvd.Compute<T>(a).S;
            var fast = HouseholderSvd.Compute<T>(a).S;
            var text = FormattableString.Invariant($"| {$"{name}, {m}×{n}",-26} | {(typeof(T) == typeof(float) ? "float" : "double"),-6} | {exact[0] / exact[^1],7:0.0e+0} | {Error(jacobi)} | {Error(fast),18} |");
            if (LapackJacobi.IsPresent && Lapack.IsPresent)
                text += $" {Error(Lapack.Gesdd(a.View.Transpose()))} | {Error(LapackJacobi.Gesvj(a.View.Transpose()))} | {Error(LapackJacobi.Gejsv(a.View.Transpose()))} |";
            Console.WriteLine(text);
            lines.Add(text);

            string Error(T[]? values)
            {
                if (values is null)
                    return " gave up";
                var worst = exact.Zip(values, (x, y) => Math.Abs(double.CreateTruncating(y) / x - 1)).Max();
                return worst < 1 ? FormattableString.Invariant($"{worst,8:0.0e+0}") : "no digit";
            }
        }
    }
}
