using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Matrices;

public class TranspositionTests
{
    [Fact]
    public void Every_size_up_to_two_strips_and_one_is_transposed_and_stays_inside_its_views()
    {
        for (var m = 0; m <= 65; m++)
        {
            for (var n = 0; n <= 19; n++)
            {
                Check<float>(m, n);
                Check<double>(m, n);
                Check<Half>(m, n);
            }
        }

        Check<float>(70, 517);
        Check<double>(33, 513);
    }

    private static void Check<T>(int m, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var a = new GuardedMatrix<T>(TestMatrices.Random<T>(m, n));
        var t = new GuardedMatrix<T>(new Matrix<T>(n, m));
        a.View.TransposeTo(t.View);
        t.AssertIntact();
        for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++)
                Assert.Equal(a.View[i, j], t.View[j, i]);
    }
}
