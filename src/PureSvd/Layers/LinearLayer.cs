using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>y = W·x + b over rows: Y [n×out] = X [n×in]·Wᵀ + 1·bᵀ, with W [out×in] dense (<see cref="Linear{T}"/>), factored (<see cref="LowRankLinear{T}"/>), either as a checkpoint stores it (<see cref="StoredLinear"/>), or packed for the kernel (<see cref="PackedLinear{T}"/>).</summary>
public abstract class LinearLayer<T>(string name, int inputs, int outputs)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private BiasAndActivation<T>? _addBias;

    /// <summary>The checkpoint name without <c>.weight</c>, such as <c>bert.encoder.layer.0.attention.self.query</c>.</summary>
    public string Name { get; } = name;

    /// <summary>in.</summary>
    public int Inputs { get; } = inputs;

    /// <summary>out.</summary>
    public int Outputs { get; } = outputs;

    /// <summary>The weights and the bias that are held as <typeparamref name="T"/>, under their checkpoint names.</summary>
    public abstract IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>The weights that are used as a checkpoint stores them, and so are no parameters.</summary>
    public virtual IReadOnlyList<StoredTensor> StoredTensors => [];

    /// <summary>How many numbers the weight is stored in: out·in, or r·(out+in); the bias is not counted.</summary>
    public abstract long WeightCount { get; }

    /// <summary>Whether W is stored as two factors.</summary>
    public abstract bool IsFactored { get; }

    /// <summary>The layer whose factor A this one uses and does not count as its own; null where it shares none, or is the one that owns it.</summary>
    public virtual string? BasisOwner => null;

    /// <summary>Y ← X·Wᵀ + 1·bᵀ.</summary>
    /// <param name="x">[n×in].</param>
    /// <param name="y">[n×out], overwritten; must not overlap X.</param>
    /// <param name="workspace">Scratch of the caller's session.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void Forward(MatrixView<T> x, MatrixView<T> y, Workspace<T> workspace, Parallelism parallelism)
    {
        if (Bias is null)
            Product(x, y, workspace, parallelism);
        else
            Product(x, _addBias ??= new BiasAndActivation<T>(Bias, null), y, workspace, parallelism);
    }

    /// <summary>Y ← X·Wᵀ: the layer without its bias.</summary>
    internal abstract void Product(MatrixView<T> x, MatrixView<T> y, Workspace<T> workspace, Parallelism parallelism);

    /// <summary>Y ← f(X·Wᵀ), with the bias in f if it is to have one. Here f is a pass of its own over Y; a layer that can gives it to the product.</summary>
    internal virtual void Product(MatrixView<T> x, IGemmEpilogue<T> f, MatrixView<T> y, Workspace<T> workspace, Parallelism parallelism)
    {
        Product(x, y, workspace, parallelism);
        RowBlocks.For(y.Rows, y.Columns, (f, y), static (first, count, s) => s.f.Apply(s.y.RowRange(first, count), first, 0), parallelism);
    }

    /// <summary>dX ← dY·W, and adds dYᵀ·X and 1ᵀ·dY into the gradients.</summary>
    /// <param name="x">[n×in], as in the forward pass.</param>
    /// <param name="dy">[n×out].</param>
    /// <param name="dx">[n×in], overwritten.</param>
    /// <param name="gradients">Added to, for the parameters it holds.</param>
    /// <param name="workspace">Scratch of the caller's session.</param>
    /// <param name="parallelism">The threads to use.</param>
    public abstract void Backward(MatrixView<T> x, MatrixView<T> dy, MatrixView<T> dx, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism);

    /// <summary>W [out×in] as one dense matrix: the stored one, or B·A.</summary>
    public abstract Matrix<T> ToDense();

    /// <summary>b [1×out]; null where there is none.</summary>
    public abstract Parameter<T>? Bias { get; }

    /// <summary>db += 1ᵀ·dY.</summary>
    private protected void AddBiasGradient(MatrixView<T> dy, Gradients<T> gradients)
    {
        if (Bias is null || gradients[Bias] is not { } gradient)
            return;
        var db = gradient.Span;
        for (var i = 0; i < dy.Rows; i++)
            TensorPrimitives.Add(db, dy.Row(i), db);
    }
}
