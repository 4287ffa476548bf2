namespace PureSvd.Tokenization;

/// <summary>Byte-pair encoding of one word: of all pairs of neighbours that have a merge, the one of lowest rank is merged, the leftmost first, until there is none.</summary>
/// <remarks>
/// A priority queue holds the pairs, a linked list the symbols: O(n log n) for n symbols. An entry of the queue whose symbols have changed since is dropped when it comes up.
/// Holds its buffers from word to word; not thread-safe. Sources: R. Sennrich et al., <i>Neural machine translation of rare words with subword units</i> (2016);
/// <c>Word::merge_all</c> of huggingface/tokenizers and <c>bpe_model.cc</c> of google/sentencepiece, which agree in this order.
/// </remarks>
/// <param name="merges">Which pairs become what.</param>
/// <param name="watched">Symbols of which <see cref="Formed"/> is to say what pair made them; null for none.</param>
internal sealed class BpeMerger(BpeMerges merges, IReadOnlySet<int>? watched = null)
{
    private const int None = -1;

    private readonly PriorityQueue<int, ulong> _queue = new();
    private Symbol[] _symbols = new Symbol[64];
    private int _count;

    /// <summary>The pair that last offered itself for each watched symbol.</summary>
    internal Dictionary<int, (int Left, int Right)> Formed { get; } = [];

    /// <summary>Forgets the last word.</summary>
    internal void Clear()
    {
        _count = 0;
        _queue.Clear();
    }

    /// <summary>Adds a symbol at the end of the word.</summary>
    /// <param name="id">What it is; negative for one that never merges.</param>
    /// <param name="start">Where in the text it starts.</param>
    internal void Add(int id, int start)
    {
        if (_count == _symbols.Length)
            Array.Resize(ref _symbols, 2 * _count);
        _symbols[_count] = new Symbol { Id = id, Start = start, Previous = _count - 1, Next = _count + 1 };
        _count++;
    }

    /// <summary>Merges until no pair is left that can be.</summary>
    internal void Merge()
    {
        if (_count == 0)
            return;
        _symbols[_count - 1].Next = None;
        for (var i = 0; i + 1 < _count; i++)
            Enqueue(i);
        while (_queue.TryDequeue(out var merged, out var priority))
        {
            var left = (int)(uint)priority;
            var right = _symbols[left].Next;
            // A symbol that became part of another one has no next.
            if (right == None || !merges.TryGet(_symbols[left].Id, _symbols[right].Id, out var merge) || merge.Symbol != merged)
                continue;
            _symbols[left].Id = merged;
            var next = _symbols[left].Next = _symbols[right].Next;
            _symbols[right].Next = None;
            _symbols[right].Previous = None;
            if (next != None)
            {
                _symbols[next].Previous = left;
                Enqueue(left);
            }
            if (_symbols[left].Previous is not None and var previous)
                Enqueue(previous);
        }
    }

    /// <summary>The symbols of the word, first to last, each with the place where it starts.</summary>
    internal bool MoveNext(ref int cursor, out int id, out int start)
    {
        if (cursor == None || _count == 0)
        {
            (id, start) = (None, None);
            return false;
        }
        (id, start, cursor) = (_symbols[cursor].Id, _symbols[cursor].Start, _symbols[cursor].Next);
        return true;
    }

    /// <summary>Queues the pair of a symbol and the next one, if it has a merge.</summary>
    private void Enqueue(int left)
    {
        ref readonly var symbol = ref _symbols[left];
        if (symbol.Id < 0 || _symbols[symbol.Next].Id is not (>= 0 and var right) || !merges.TryGet(symbol.Id, right, out var merge))
            return;
        if (watched is not null && watched.Contains(merge.Symbol))
            Formed[merge.Symbol] = (symbol.Id, right);
        _queue.Enqueue(merge.Symbol, ((ulong)(uint)merge.Rank << 32) | (uint)left);
    }

    private struct Symbol
    {
        internal int Id, Start, Previous, Next;
    }
}
