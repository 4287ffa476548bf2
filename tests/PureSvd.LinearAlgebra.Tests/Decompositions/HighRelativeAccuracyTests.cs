using System.Numerics;
using Xunit.Abstractions;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>Every singular value of a graded matrix, however small, to nearly all of its digits: what Jacobi promises and bidiagonalization cannot.</summary>
public class HighRelativeAccuracyTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(40, 40)]
    [InlineData(70, 40)]
    [InlineData(40, 70)]
    [InlineData(100, 100)]
    public void Twenty_orders_over_the_columns_or_the_rows_cost_no_digit(int m, int n)
    {
        foreach (var orders in new[] { 8, 20 })
        {
            AssertBelow(1e-13, $"X·D {orders}", GradedMatrix.Columns<double>(m, n, orders, 3));
            AssertBelow(1e-13, $"D·X {orders}", GradedMatrix.Rows<double>(m, n, orders, 4));

            // Here the leading blocks of X, sorted as D₁ and D₂ fall, must be well conditioned too; they are random, and cost a digit.
            AssertBelow(1e-12, $"D₁·X·D₂ {orders}", GradedMatrix.Make<double>(m, n, orders, orders, 5));
        }
    }

    [Theory]
    [InlineData(40, 40)]
    [InlineData(70, 40)]
    [InlineData(40, 70)]
    public void Nor_do_they_in_float(int m, int n)
    {
        foreach (var orders in new[] { 5, 20, 35 })
        {
            AssertBelow(1e-5, $"X·D {orders}", GradedMatrix.Columns<float>(m, n, orders, 3));
            AssertBelow(1e-5, $"D·X {orders}", GradedMatrix.Rows<float>(m, n, orders, 4));
        }
    }

    private void AssertBelow<T>(double bound, string name, Matrix<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var exact = Array.ConvertAll(DoubleDoubleSvd.Values(Ratios.ToDouble(a)), value => (double)value);
        var jacobi = Worst(exact, JacobiSvd.Compute<T>(a).S);
        output.WriteLine($"{name} {a.Rows}×{a.Columns} {typeof(T).Name}: {jacobi:E1}, bidiagonalization {Worst(exact, HouseholderSvd.Compute<T>(a).S):E1}");
        Assert.InRange(jacobi, 0, bound);
    }

    private static double Worst<T>(double[] exact, T[] s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => exact.Zip(s, (x, y) => Math.Abs(double.CreateTruncating(y) / x - 1)).Max();
}
