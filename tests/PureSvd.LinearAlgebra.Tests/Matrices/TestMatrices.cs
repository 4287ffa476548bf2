using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests;

/// <summary>Matrices for the tests of kernels.</summary>
internal static class TestMatrices
{
    /// <summary>Uniform in [-1, 1).</summary>
    internal static Matrix<T> Random<T>(int rows, int columns, ulong seed = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(seed);
        return Matrix<T>.Create(rows, columns, (_, _) => T.CreateChecked(2 * random.NextDouble() - 1));
    }

    /// <summary>|aᵢⱼ|.</summary>
    internal static Matrix<T> Abs<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var view = a;
        return Matrix<T>.Create(a.Rows, a.Columns, (i, j) => T.Abs(view[i, j]));
    }

    /// <summary>Half the distance from 1 to the next number: the unit roundoff.</summary>
    internal static double Roundoff<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => double.CreateChecked(T.BitIncrement(T.One) - T.One) / 2;

    /// <summary>The elements as they lie in memory, for comparing bits.</summary>
    internal static byte[] Bits<T>(Matrix<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => System.Runtime.InteropServices.MemoryMarshal.AsBytes(matrix.Span).ToArray();
}
