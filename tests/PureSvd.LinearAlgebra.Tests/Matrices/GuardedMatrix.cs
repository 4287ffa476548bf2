using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests;

/// <summary>A strided view in the middle of a larger matrix of NaN: a kernel that reads outside makes NaN, one that writes outside is found out.</summary>
internal sealed class GuardedMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Top = 3, Left = 5, Right = 7;
    private readonly Matrix<T> _all;

    internal GuardedMatrix(MatrixView<T> content)
    {
        _all = new Matrix<T>(content.Rows + 2 * Top, content.Columns + Left + Right);
        _all.Span.Fill(T.NaN);
        content.CopyTo(View = _all.View.Slice(Top, Left, content.Rows, content.Columns));
    }

    internal MatrixView<T> View { get; }

    internal void AssertIntact()
    {
        for (var i = 0; i < _all.Rows; i++)
        {
            for (var j = 0; j < _all.Columns; j++)
            {
                var inside = i >= Top && i < Top + View.Rows && j >= Left && j < Left + View.Columns;
                if (!inside && !T.IsNaN(_all[i, j]))
                    Assert.Fail($"({i - Top}, {j - Left}) outside of {View.Rows}×{View.Columns} was written.");
            }
        }
    }
}
