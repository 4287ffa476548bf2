using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>The keys and values of the tokens that a decoder has seen, one matrix [capacity×(groups·d)] of each for every layer; the capacity doubles when it must, up to a limit.</summary>
/// <remarks>2·layers·groups·d numbers a token. Not thread-safe.</remarks>
public sealed class KeyValueCache<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Matrix<T>[] _keys;
    private readonly Matrix<T>[] _values;
    private readonly int _limit;

    /// <summary>An empty cache.</summary>
    /// <param name="layers">The number of layers.</param>
    /// <param name="width">groups·d.</param>
    /// <param name="capacity">Tokens to make room for at once.</param>
    /// <param name="limit">The most tokens it will ever hold.</param>
    public KeyValueCache(int layers, int width, int capacity, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, limit);
        _limit = limit;
        _keys = new Matrix<T>[layers];
        _values = new Matrix<T>[layers];
        for (var i = 0; i < layers; i++)
            (_keys[i], _values[i]) = (new Matrix<T>(capacity, width), new Matrix<T>(capacity, width));
    }

    /// <summary>The number of tokens in it.</summary>
    public int Length { get; private set; }

    /// <summary>Makes room for <paramref name="count"/> more tokens and counts them in; their rows are to be filled layer by layer.</summary>
    /// <exception cref="ArgumentException">They are more than the limit allows.</exception>
    public void Extend(int count)
    {
        var length = Length + count;
        if (length > _limit)
            throw new ArgumentException($"{Length} tokens and {count} more are beyond the model's context of {_limit}.", nameof(count));
        for (var i = 0; i < _keys.Length; i++)
        {
            if (length <= _keys[i].Rows)
                continue;
            var capacity = (int)Math.Min(_limit, Math.Max(length, 2L * _keys[i].Rows));
            _keys[i] = Grown(_keys[i], capacity);
            _values[i] = Grown(_values[i], capacity);
        }
        Length = length;
    }

    /// <summary>Forgets all but the first <paramref name="length"/> tokens.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    /// <summary>The keys of a layer [<see cref="Length"/>×width], turned by their positions.</summary>
    public MatrixView<T> Keys(int layer) => _keys[layer].View.RowRange(0, Length);

    /// <summary>The values of a layer [<see cref="Length"/>×width].</summary>
    public MatrixView<T> Values(int layer) => _values[layer].View.RowRange(0, Length);

    private Matrix<T> Grown(Matrix<T> matrix, int capacity)
    {
        var grown = new Matrix<T>(capacity, matrix.Columns);
        matrix.Span[..(Length * matrix.Columns)].CopyTo(grown.Span);
        return grown;
    }
}
