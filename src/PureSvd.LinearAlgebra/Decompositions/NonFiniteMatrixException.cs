namespace PureSvd.LinearAlgebra;

/// <summary>A matrix has a NaN or an infinity where a decomposition needs finite numbers.</summary>
public sealed class NonFiniteMatrixException : ArgumentException
{
    /// <summary>Without a position.</summary>
    public NonFiniteMatrixException()
        : this("The matrix has an element that is not finite.")
    {
    }

    /// <summary>With a message.</summary>
    public NonFiniteMatrixException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public NonFiniteMatrixException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Element (<paramref name="row"/>, <paramref name="column"/>) is <paramref name="value"/>.</summary>
    public NonFiniteMatrixException(int row, int column, double value)
        : base(FormattableString.Invariant($"Element ({row}, {column}) of the matrix is {value}; every element must be finite."))
        => (Row, Column) = (row, column);

    /// <summary>The row of the first such element in row-major order; −1 if unknown.</summary>
    public int Row { get; } = -1;

    /// <summary>Its column; −1 if unknown.</summary>
    public int Column { get; } = -1;
}
