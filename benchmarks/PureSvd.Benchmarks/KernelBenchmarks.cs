using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks;

/// <summary>Time and allocations of the kernels on the shapes of this field; float32, as many threads as processors.</summary>
[Config(typeof(InProcess))]
[MemoryDiagnoser]
public class KernelBenchmarks
{
    private readonly Matrix<float> _tokens = Inputs.Random<float>(128, 768);
    private readonly Matrix<float> _weights = Inputs.Random<float>(768, 768);
    private readonly Matrix<float> _gram = new(768, 768);
    private readonly Matrix<float> _outputs = new(128, 768);
    private readonly Matrix<float> _triangle = Matrix<float>.Create(768, 768, (i, j) => i == j ? 2 : 1f / (i + j + 1));
    private readonly MathNet.Numerics.LinearAlgebra.Matrix<float> _mathNetTokens = MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.Random(128, 768, 1);
    private readonly MathNet.Numerics.LinearAlgebra.Matrix<float> _mathNetWeights = MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.Random(768, 768, 2);

    /// <summary>128 tokens through a linear layer 768 → 768.</summary>
    [Benchmark(Baseline = true)]
    public void Product() => Gemm.Multiply(_tokens, Operand.AsIs, _weights, Operand.Transposed, 1, 0, _outputs.View, Parallelism.All);

    /// <summary>The same by MathNet.Numerics, managed.</summary>
    [Benchmark]
    public object MathNetProduct() => _mathNetTokens.TransposeAndMultiply(_mathNetWeights);

    /// <summary>One token through the same layer.</summary>
    [Benchmark]
    public void Vector() => Gemv.Multiply(_weights.View, Operand.AsIs, _tokens.Row(0), 1f, 0, _outputs.Row(0), Parallelism.All);

    /// <summary>The Gram matrix of the weights.</summary>
    [Benchmark]
    public void Gram() => Syrk.Multiply(_weights, Operand.Transposed, 1, 0, _gram.View, Parallelism.All);

    /// <summary>768 unknowns, 128 systems.</summary>
    [Benchmark]
    public void Triangular() => Trsm.SolveRight(_triangle, Triangle.Lower, Operand.Transposed, false, _outputs.View, Parallelism.All);

    /// <summary>768×768.</summary>
    [Benchmark]
    public void Transpose() => _weights.View.TransposeTo(_gram);

    /// <summary>‖W‖_F.</summary>
    [Benchmark]
    public float Norm() => Norms.Frobenius<float>(_weights);

    // In this process: no second build, which would need the package sources at hand.
    private sealed class InProcess : ManualConfig
    {
        public InProcess() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
    }
}
