using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Evaluation;

/// <summary>Minimizes a smooth convex function by limited-memory BFGS with a diagonal preconditioner.</summary>
/// <remarks>
/// Source: Nocedal and Wright, <i>Numerical Optimization</i> (2006), algorithm 7.4, with H₀ = γ·D where D is the preconditioner and γ = sᵀy / yᵀDy.
/// The line search looks at slopes alone: along a line a convex function has a rising slope, so a point where the slope has shrunk enough is a good step,
/// whatever rounding does to function values near the minimum.
/// </remarks>
internal sealed class Lbfgs
{
    private const int Memory = 10;
    private const int LineSearchSteps = 20;

    private readonly double[][] _s, _y;
    private readonly double[] _rho = new double[Memory], _alpha = new double[Memory];
    private readonly double[] _gradient, _trial, _trialGradient, _direction, _scaled;

    internal Lbfgs(int size)
    {
        _s = [.. Enumerable.Range(0, Memory).Select(_ => new double[size])];
        _y = [.. Enumerable.Range(0, Memory).Select(_ => new double[size])];
        _gradient = new double[size];
        _trial = new double[size];
        _trialGradient = new double[size];
        _direction = new double[size];
        _scaled = new double[size];
    }

    /// <summary>The value at a point, and the gradient there into the second argument.</summary>
    internal delegate double Objective(double[] point, double[] gradient);

    /// <summary>How a minimization ended.</summary>
    /// <param name="Converged">Whether the largest component of the gradient came below the tolerance.</param>
    /// <param name="Iterations">Steps taken.</param>
    /// <param name="Evaluations">Calls of the objective.</param>
    /// <param name="Value">The value at the last point.</param>
    internal readonly record struct Outcome(bool Converged, int Iterations, int Evaluations, double Value);

    /// <summary>Moves <paramref name="x"/> to the minimum.</summary>
    /// <param name="objective">Convex and smooth.</param>
    /// <param name="x">The start; the minimum on return.</param>
    /// <param name="preconditioner">About the inverse diagonal of the Hessian, positive.</param>
    /// <param name="tolerance">Ends when no component of the gradient is larger.</param>
    /// <param name="maxIterations">Ends after so many steps.</param>
    internal Outcome Minimize(Objective objective, double[] x, double[] preconditioner, double tolerance, int maxIterations)
    {
        var value = objective(x, _gradient);
        var (stored, evaluations) = (0, 1);
        for (var iteration = 0; ; iteration++)
        {
            // Written so that a NaN ends the search as not converged.
            var largest = Math.Abs(TensorPrimitives.MaxMagnitude<double>(_gradient));
            if (largest <= tolerance)
                return new Outcome(true, iteration, evaluations, value);
            if (!double.IsFinite(largest) || iteration == maxIterations)
                return new Outcome(false, iteration, evaluations, value);

            Direction(preconditioner, stored);
            var slope = Reductions.Dot<double>(_gradient, _direction);
            if (!(slope < 0))
                return new Outcome(false, iteration, evaluations, value);
            var step = Search(objective, x, slope, ref value, ref evaluations);
            if (step == 0)
                return new Outcome(false, iteration, evaluations, value);

            var slot = stored % Memory;
            TensorPrimitives.Multiply(_direction, step, _s[slot]);
            TensorPrimitives.Subtract(_trialGradient, _gradient, _y[slot]);
            var curvature = Reductions.Dot<double>(_s[slot], _y[slot]);
            _trial.CopyTo(x, 0);
            _trialGradient.CopyTo(_gradient, 0);
            if (curvature > 0)
            {
                _rho[slot] = 1 / curvature;
                stored++;
            }
        }
    }

    /// <summary>direction ← −H·gradient by the two loops.</summary>
    private void Direction(double[] preconditioner, int stored)
    {
        TensorPrimitives.Negate(_gradient, _direction);
        var oldest = Math.Max(0, stored - Memory);
        for (var i = stored - 1; i >= oldest; i--)
        {
            var k = i % Memory;
            _alpha[k] = _rho[k] * Reductions.Dot<double>(_s[k], _direction);
            TensorPrimitives.MultiplyAdd(_y[k], -_alpha[k], _direction, _direction);
        }
        TensorPrimitives.Multiply(_direction, preconditioner, _direction);
        if (stored > 0)
        {
            var last = (stored - 1) % Memory;
            TensorPrimitives.Multiply(_y[last], preconditioner, _scaled);
            TensorPrimitives.Multiply(_direction, 1 / (_rho[last] * Reductions.Dot<double>(_y[last], _scaled)), _direction);
        }
        for (var i = oldest; i < stored; i++)
        {
            var k = i % Memory;
            var beta = _rho[k] * Reductions.Dot<double>(_y[k], _direction);
            TensorPrimitives.MultiplyAdd(_s[k], _alpha[k] - beta, _direction, _direction);
        }
    }

    /// <summary>A step whose slope lies in [0.9, −0.5] × the first slope, by expansion, then by regula falsi kept away from the ends; 0 if there is none.</summary>
    private double Search(Objective objective, double[] x, double slope, ref double value, ref int evaluations)
    {
        var (low, lowSlope, high, highSlope) = (0.0, slope, double.PositiveInfinity, double.NaN);
        var step = 1.0;
        for (var i = 0; i < LineSearchSteps; i++)
        {
            TensorPrimitives.MultiplyAdd(_direction, step, x, _trial);
            var trialValue = objective(_trial, _trialGradient);
            evaluations++;
            var trialSlope = Reductions.Dot<double>(_trialGradient, _direction);
            if (trialSlope >= 0.9 * slope && trialSlope <= -0.5 * slope)
            {
                value = trialValue;
                return step;
            }
            if (trialSlope < 0)
                (low, lowSlope) = (step, trialSlope);
            else
                (high, highSlope) = (step, double.IsNaN(trialSlope) ? double.PositiveInfinity : trialSlope);
            if (double.IsInfinity(high))
                step *= 4;
            else if (double.IsInfinity(highSlope))
                step = (low + high) / 2;
            else
                step = Math.Clamp(low - lowSlope * (high - low) / (highSlope - lowSlope), low + 0.05 * (high - low), high - 0.05 * (high - low));
        }
        return 0;
    }
}
