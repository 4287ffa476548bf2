namespace PureSvd.LinearAlgebra;

/// <summary>An iteration used up its sweeps before it reached its tolerance; there is no result.</summary>
public sealed class ConvergenceException : ArithmeticException
{
    /// <summary>Without figures.</summary>
    public ConvergenceException()
        : this("The iteration did not converge.")
    {
    }

    /// <summary>With a message.</summary>
    public ConvergenceException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public ConvergenceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary><paramref name="algorithm"/> stopped after <paramref name="sweeps"/> sweeps at <paramref name="residual"/>.</summary>
    public ConvergenceException(string algorithm, long sweeps, double residual)
        : base(FormattableString.Invariant($"{algorithm} did not converge in {sweeps} sweeps; the residual is {residual:G3}."))
        => (Sweeps, Residual) = (sweeps, residual);

    /// <summary>The sweeps done.</summary>
    public long Sweeps { get; }

    /// <summary>What was left, relative to the largest element.</summary>
    public double Residual { get; } = double.NaN;
}
