using System.Globalization;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra.Tests.Matrices;

/// <summary>The runs with fewer vector units (<c>DOTNET_EnableAVX512=0</c>, <c>DOTNET_EnableAVX2=0</c>, <c>DOTNET_EnableHWIntrinsic=0</c>) say what they expect, since a switch that the runtime does not know is ignored in silence.</summary>
public class VectorUnitTests
{
    private const string Variable = "PURESVD_EXPECT_VECTOR_BITS";

    [ExpectationFact]
    public void The_widest_vectors_are_those_that_the_run_expects()
    {
        var expected = int.Parse(Environment.GetEnvironmentVariable(Variable)!, CultureInfo.InvariantCulture);
        var widest = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        Assert.Equal(expected, widest);
    }

    private sealed class ExpectationFactAttribute : FactAttribute
    {
        public ExpectationFactAttribute()
        {
            if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
                Skip = $"{Variable} (512, 256, 128 or 0) is not set: this run expects no particular vector unit.";
        }
    }
}
