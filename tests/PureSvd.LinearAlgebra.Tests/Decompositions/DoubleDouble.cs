namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>A number as the unevaluated sum of two doubles, about 106 bits. Source: Y. Hida, X. Li and D. Bailey, <i>Algorithms for quad-double precision</i> (2001).</summary>
internal readonly record struct DoubleDouble(double Hi, double Lo = 0)
{
    public static implicit operator DoubleDouble(double value) => new(value);

    public static explicit operator double(DoubleDouble value) => value.Hi + value.Lo;

    public static DoubleDouble operator -(DoubleDouble a) => new(-a.Hi, -a.Lo);

    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        var (s, e) = TwoSum(a.Hi, b.Hi);
        var (t, f) = TwoSum(a.Lo, b.Lo);
        (s, e) = QuickTwoSum(s, e + t);
        (s, e) = QuickTwoSum(s, e + f);
        return new(s, e);
    }

    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + -b;

    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        var (p, e) = TwoProduct(a.Hi, b.Hi);
        (p, e) = QuickTwoSum(p, e + (a.Hi * b.Lo + a.Lo * b.Hi));
        return new(p, e);
    }

    public static DoubleDouble operator /(DoubleDouble a, DoubleDouble b)
    {
        // Long division, three digits of a double each.
        var q1 = a.Hi / b.Hi;
        var r = a - b * q1;
        var q2 = r.Hi / b.Hi;
        r -= b * q2;
        var q3 = r.Hi / b.Hi;
        var (s, e) = QuickTwoSum(q1, q2);
        return new DoubleDouble(s, e) + q3;
    }

    public static bool operator <(DoubleDouble a, DoubleDouble b) => a.Hi < b.Hi || (a.Hi == b.Hi && a.Lo < b.Lo);

    public static bool operator >(DoubleDouble a, DoubleDouble b) => b < a;

    public static DoubleDouble Abs(DoubleDouble a) => a.Hi < 0 ? -a : a;

    public static DoubleDouble Sqrt(DoubleDouble a)
    {
        if (a.Hi <= 0)
            return 0;

        // One step of Newton's for 1/√a doubles the digits of the double (Karp).
        var x = 1 / Math.Sqrt(a.Hi);
        var root = a.Hi * x;
        return root + (a - (DoubleDouble)root * root).Hi * (x / 2);
    }

    private static (double Sum, double Error) TwoSum(double a, double b)
    {
        var s = a + b;
        var part = s - a;
        return (s, a - (s - part) + (b - part));
    }

    private static (double Sum, double Error) QuickTwoSum(double a, double b)
    {
        var s = a + b;
        return (s, b - (s - a));
    }

    private static (double Product, double Error) TwoProduct(double a, double b)
    {
        var p = a * b;
        return (p, Math.FusedMultiplyAdd(a, b, -p));
    }
}
