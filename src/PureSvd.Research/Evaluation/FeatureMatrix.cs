using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Evaluation;

/// <summary>The examples of a regression as rows X [n×d], in whatever storage suits them; all that a linear model asks of it are the two products.</summary>
internal abstract class FeatureMatrix
{
    /// <summary>n.</summary>
    internal abstract int Rows { get; }

    /// <summary>d.</summary>
    internal abstract int Columns { get; }

    /// <summary>scores [k×count] ← W·X[first..first+count]ᵀ for weights W [k×d]: a row per output, so that what follows runs along examples.</summary>
    internal abstract void Scores(int first, int count, MatrixView<float> weights, MatrixView<float> scores);

    /// <summary>gradient [k×d] += R·X[first..first+count] for residuals R [k×count]; <paramref name="scratch"/> is [k×d].</summary>
    internal abstract void AddGradient(int first, int count, MatrixView<float> residuals, Span<double> gradient, MatrixView<float> scratch);
}
