using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The rotation [c s; −s c] of a plane.</summary>
/// <param name="C">cos θ.</param>
/// <param name="S">sin θ.</param>
internal readonly record struct PlaneRotation<T>(T C, T S)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The rotation that takes (f, g) to (r, 0), and r. Source: LAPACK xLARTG (Anderson 2017).</summary>
    public static PlaneRotation<T> Annihilating(T f, T g, out T r)
    {
        if (g == T.Zero)
        {
            r = f;
            return new PlaneRotation<T>(T.One, T.Zero);
        }
        if (f == T.Zero)
        {
            r = T.Abs(g);
            return new PlaneRotation<T>(T.Zero, T.CopySign(T.One, g));
        }

        var square = f * f + g * g;
        if (square > Limits.SafeSquare && square < T.One / Limits.SafeSquare)
        {
            var d = T.Sqrt(square);
            r = T.CopySign(d, f);
            return new PlaneRotation<T>(T.Abs(f) / d, g / r);
        }
        var exponent = T.ILogB(T.Max(T.Abs(f), T.Abs(g)));
        var (fs, gs) = (T.ScaleB(f, -exponent), T.ScaleB(g, -exponent));
        var ds = T.Sqrt(fs * fs + gs * gs);
        var rs = T.CopySign(ds, fs);
        r = T.ScaleB(rs, exponent);
        return new PlaneRotation<T>(T.Abs(fs) / ds, gs / rs);
    }

    private static class Limits
    {
        /// <summary>In a sum of two squares of this size, one that underflows is negligible.</summary>
        public static readonly T SafeSquare = Precision<T>.SmallestNormal / (Precision<T>.Epsilon * Precision<T>.Epsilon);
    }
}
