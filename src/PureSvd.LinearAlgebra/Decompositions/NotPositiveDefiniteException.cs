namespace PureSvd.LinearAlgebra;

/// <summary>A matrix that should be positive definite is not, at least not to working precision.</summary>
public sealed class NotPositiveDefiniteException : ArithmeticException
{
    /// <summary>Without a position.</summary>
    public NotPositiveDefiniteException()
        : this("The matrix is not positive definite.")
    {
    }

    /// <summary>With a message.</summary>
    public NotPositiveDefiniteException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public NotPositiveDefiniteException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Pivot <paramref name="pivot"/> is <paramref name="value"/>, not positive.</summary>
    public NotPositiveDefiniteException(int pivot, double value)
        : base(FormattableString.Invariant($"The matrix is not positive definite: pivot {pivot} is {value:G6}, so its leading block of order {pivot + 1} is not."))
        => (Pivot, Value) = (pivot, value);

    /// <summary>The first pivot that is not positive, from 0; −1 if unknown.</summary>
    public int Pivot { get; } = -1;

    /// <summary>What was left of the diagonal there.</summary>
    public double Value { get; } = double.NaN;
}
