using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>Scratch matrices that a session reuses from call to call, so that a warm forward or backward pass allocates nothing. Not thread-safe.</summary>
public sealed class Workspace<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, ScratchMatrix<T>> _byKey = [];

    /// <summary>Scratch [rows×columns] under <paramref name="key"/>; its contents are undefined, and live until the next call with the same key.</summary>
    public MatrixView<T> Get(string key, int rows, int columns)
    {
        if (!_byKey.TryGetValue(key, out var scratch))
            _byKey[key] = scratch = new ScratchMatrix<T>();
        return scratch.Resize(rows, columns);
    }
}
