using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>What a method minimizes: a squared norm of the error W − W'.</summary>
internal abstract class LayerObjective
{
    /// <summary>Whether the norm is a sum over rows, so that a few at a time may be measured.</summary>
    internal virtual bool IsSumOverRows => true;

    /// <summary>The squared norm of <paramref name="error"/>, whose first row is row <paramref name="firstRow"/> of the layer; in float64 and in a fixed order.</summary>
    internal abstract double SquaredNorm(int firstRow, MatrixView<double> error, NormMemory memory, Parallelism parallelism);

    /// <summary>What norms of one size after the other are computed in.</summary>
    internal sealed class NormMemory : IDisposable
    {
        /// <summary>R·E, for what weighs outputs.</summary>
        internal WorkMemory Weighted { get; } = new();

        /// <summary>E·M.</summary>
        internal WorkMemory Product { get; } = new();

        /// <summary>What <see cref="InputMetric.Multiply"/> needs besides.</summary>
        internal WorkMemory Scratch { get; } = new();

        public void Dispose()
        {
            Weighted.Dispose();
            Product.Dispose();
            Scratch.Dispose();
        }
    }
}
