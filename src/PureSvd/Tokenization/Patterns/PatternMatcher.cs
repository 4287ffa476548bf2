using System.Buffers;
using System.Text;

namespace PureSvd.Tokenization;

/// <summary>Runs a <see cref="Pattern"/> on one text, with backtracking, but never twice from the same fork at the same place.</summary>
/// <remarks>
/// What follows from a fork at a place does not depend on the way there, since there are no back-references; so a second arrival at a fork that failed fails. A bit for each fork and place makes the
/// cost of all matches of a text at most forks × length, whatever the pattern. The forks on the way of a match did not fail, and are forgotten when it is found; inside a look-ahead they are kept as having
/// succeeded, since there only that counts. Sources: the bit-state engine of R. Cox's RE2; J. Davis et al., <i>Using selective memoization to defeat regular expression denial of service</i> (2021).
/// </remarks>
internal ref struct PatternMatcher : IDisposable
{
    private const int Failure = -1;

    private readonly PatternStep[] _steps;
    private readonly ReadOnlySpan<char> _text;
    private readonly int _width;
    private readonly ulong[] _tried;
    private readonly ulong[] _succeeded;
    private readonly (int Start, int End)[] _runs;
    private readonly List<Alternative> _alternatives = [];
    private readonly List<long> _path = [];

    internal PatternMatcher(Pattern pattern, ReadOnlySpan<char> text)
    {
        _steps = pattern.Steps;
        _text = text;
        _width = text.Length + 1;
        _runs = new (int, int)[pattern.Runs];
        var words = checked((int)(((long)pattern.Forks * _width + 63) / 64));
        _tried = ArrayPool<ulong>.Shared.Rent(words);
        _succeeded = ArrayPool<ulong>.Shared.Rent(words);
        _tried.AsSpan(0, words).Clear();
        _succeeded.AsSpan(0, words).Clear();
    }

    /// <summary>A way that is still to be tried: where, and how long the path to its fork is.</summary>
    private readonly record struct Alternative(int Step, int At, int PathLength);

    /// <inheritdoc/>
    public readonly void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(_tried);
        ArrayPool<ulong>.Shared.Return(_succeeded);
    }

    /// <summary>The first match that starts at <paramref name="from"/> or later.</summary>
    internal readonly bool Find(int from, out int start, out int end)
    {
        for (start = from; start <= _text.Length; start += start < _text.Length ? LengthAt(start) : 1)
            if ((end = Match(0, start, isLookAhead: false)) != Failure)
                return true;
        end = Failure;
        return false;
    }

    /// <summary>The number of UTF-16 units of the character at <paramref name="at"/>.</summary>
    internal readonly int LengthAt(int at)
    {
        Read(at, out var length);
        return length;
    }

    private readonly int Match(int step, int at, bool isLookAhead)
    {
        var (alternatives, path) = (_alternatives.Count, _path.Count);
        while (true)
        {
            var end = Advance(ref step, ref at, isLookAhead);
            if (end != Failure)
            {
                Forget(path, isLookAhead);
                _alternatives.RemoveRange(alternatives, _alternatives.Count - alternatives);
                return end;
            }
            if (_alternatives.Count == alternatives)
            {
                _path.RemoveRange(path, _path.Count - path);
                return Failure;
            }
            var next = _alternatives[^1];
            _alternatives.RemoveAt(_alternatives.Count - 1);
            _path.RemoveRange(next.PathLength, _path.Count - next.PathLength);
            (step, at) = (next.Step, next.At);
        }
    }

    // Goes on until a match or a failure.
    private readonly int Advance(ref int step, ref int at, bool isLookAhead)
    {
        while (true)
        {
            ref readonly var s = ref _steps[step];
            switch (s.Kind)
            {
                case PatternStepKind.Accept:
                    return at;
                case PatternStepKind.Character:
                    if (at == _text.Length || !s.Set!.Contains(Read(at, out var length)))
                        return Failure;
                    at += length;
                    step++;
                    break;
                case PatternStepKind.Run:
                    if (!TakeRun(s, ref at))
                        return Failure;
                    step++;
                    break;
                case PatternStepKind.Jump:
                    step = s.X;
                    break;
                case PatternStepKind.Anchor:
                    if (!IsAt((PatternAnchor)s.X, at))
                        return Failure;
                    step++;
                    break;
                case PatternStepKind.LookAhead:
                    if ((Match(step + 1, at, isLookAhead: true) != Failure) == (s.Y == 1))
                        return Failure;
                    step = s.X;
                    break;
                case PatternStepKind.Fork:
                    var place = (long)s.Number * _width + at;
                    if (isLookAhead && IsSet(_succeeded, place))
                        return at;
                    if (IsSet(_tried, place))
                        return Failure;
                    _tried[place >> 6] |= 1UL << (int)place;
                    _alternatives.Add(new Alternative(s.Y, at, _path.Count + 1));
                    _path.Add(place);
                    step = s.X;
                    break;
            }
        }
    }

    private readonly void Forget(int from, bool isLookAhead)
    {
        for (var i = from; i < _path.Count; i++)
        {
            var place = _path[i];
            _tried[place >> 6] &= ~(1UL << (int)place);
            if (isLookAhead)
                _succeeded[place >> 6] |= 1UL << (int)place;
        }
        _path.RemoveRange(from, _path.Count - from);
    }

    private readonly bool TakeRun(in PatternStep step, ref int at)
    {
        var start = at;
        var isLimited = step.Number == PatternProgram.NoNumber;
        // Text that the same run took a while ago is not read again.
        if (!isLimited && _runs[step.Number] is var last && last.Start <= at && at < last.End)
        {
            at = last.End;
            return true;
        }
        var count = 0;
        while (count < step.Y && at < _text.Length && step.Set!.Contains(Read(at, out var length)))
        {
            at += length;
            count++;
        }
        if (!isLimited)
            _runs[step.Number] = (start, at);
        return count >= step.X;
    }

    private readonly bool IsAt(PatternAnchor anchor, int at) => anchor switch
    {
        PatternAnchor.TextStart => at == 0,
        PatternAnchor.TextEnd => at == _text.Length,
        PatternAnchor.LastLineEnd => at == _text.Length || (at == _text.Length - 1 && _text[at] == '\n'),
        PatternAnchor.LineStart => at == 0 || (_text[at - 1] == '\n' && at < _text.Length),
        PatternAnchor.LineEnd => at == _text.Length || _text[at] == '\n',
        PatternAnchor.WordBoundary => IsWordAt(at) != IsWordBefore(at),
        _ => IsWordAt(at) == IsWordBefore(at),
    };

    private readonly bool IsWordAt(int at) => at < _text.Length && CharacterCategories.Word.Contains(Read(at, out _));

    private readonly bool IsWordBefore(int at)
    {
        if (at == 0)
            return false;
        Rune.DecodeLastFromUtf16(_text[..at], out var character, out _);
        return CharacterCategories.Word.Contains(character.Value);
    }

    // A surrogate without its partner reads as U+FFFD.
    private readonly int Read(int at, out int length)
    {
        var unit = _text[at];
        if (!char.IsSurrogate(unit))
        {
            length = 1;
            return unit;
        }
        Rune.DecodeFromUtf16(_text[at..], out var character, out length);
        return character.Value;
    }

    private static bool IsSet(ulong[] bits, long place) => (bits[place >> 6] >> (int)place & 1) != 0;
}
