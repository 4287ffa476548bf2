using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace PureSvd.Tokenization;

/// <summary>How <c>tokenizer.json</c> makes text of tokens: a step that takes tokens and hands others on.</summary>
internal abstract record TokenDecoder
{
    /// <summary>Begins a text.</summary>
    /// <param name="next">Where the tokens go.</param>
    /// <param name="isStream">What is certain is handed on at once.</param>
    internal abstract TokenSink Start(TokenSink next, bool isStream);

    /// <summary>One after the other.</summary>
    internal sealed record Sequence(IReadOnlyList<TokenDecoder> Parts) : TokenDecoder
    {
        internal override TokenSink Start(TokenSink next, bool isStream) => Parts.Reverse().Aggregate(next, (sink, part) => part.Start(sink, isStream));
    }

    /// <summary>Each token by itself becomes another.</summary>
    /// <param name="Change">What a token becomes; also told whether it is the first.</param>
    internal sealed record Each(Func<string, bool, string> Change) : TokenDecoder
    {
        internal override TokenSink Start(TokenSink next, bool isStream) => new Sink(next, Change);

        private sealed class Sink(TokenSink next, Func<string, bool, string> change) : TokenSink
        {
            private bool _isFirst = true;

            internal override void Push(string token)
            {
                next.Push(change(token, _isFirst));
                _isFirst = false;
            }

            internal override void End() => next.End();
        }
    }

    /// <summary>Takes up to so many of a character off the ends of each token.</summary>
    internal sealed record Strip(char Content, int Left, int Right) : TokenDecoder
    {
        internal override TokenSink Start(TokenSink next, bool isStream) => new Sink(next, this);

        private sealed class Sink(TokenSink next, Strip strip) : TokenSink
        {
            private int _left = strip.Left;

            internal override bool TakesParts => strip.Right == 0 && next.TakesParts;

            internal override void Push(string token)
            {
                var (start, end) = (0, token.Length);
                while (start < Math.Min(strip.Left, token.Length) && token[start] == strip.Content)
                    start++;
                while (token.Length - end < strip.Right && end > start && token[end - 1] == strip.Content)
                    end--;
                next.Push(token[start..end]);
            }

            internal override void PushPart(string part)
            {
                var start = 0;
                while (start < part.Length && _left > 0)
                    if (part[start] == strip.Content)
                        (start, _left) = (start + 1, _left - 1);
                    else
                        _left = 0;
                next.PushPart(part[start..]);
            }

            internal override void End() => next.End();
        }
    }

    /// <summary>All tokens become one.</summary>
    internal sealed record Fuse : TokenDecoder
    {
        internal override TokenSink Start(TokenSink next, bool isStream) => new Sink(next, isStream);

        private sealed class Sink(TokenSink next, bool isStream) : TokenSink
        {
            private readonly FusedToken _token = new(next, isStream);

            internal override void Push(string token) => _token.Append(token);

            internal override void End() => _token.End();
        }
    }

    /// <summary>Tokens such as <c>&lt;0x0A&gt;</c> are bytes; a run of them is UTF-8, or else each one is U+FFFD.</summary>
    /// <remarks>In a stream a whole character goes on at once; if a later byte of the run turns out to be no UTF-8, it is too late to take it back, and that byte alone is U+FFFD.</remarks>
    internal sealed record ByteFallback : TokenDecoder
    {
        internal override TokenSink Start(TokenSink next, bool isStream) => new Sink(next, isStream);

        private sealed class Sink(TokenSink next, bool isStream) : TokenSink
        {
            private readonly List<byte> _bytes = [];

            internal override void Push(string token)
            {
                if (ByteOf(token) is { } value)
                {
                    _bytes.Add(value);
                    if (isStream && Utf8Stream.Take(_bytes, isEnd: false, singly: true) is { Length: > 0 } text)
                        next.Push(text);
                    return;
                }
                EndRun();
                next.Push(token);
            }

            internal override void End()
            {
                EndRun();
                next.End();
            }

            private void EndRun()
            {
                if (_bytes.Count == 0)
                    return;
                if (isStream || System.Text.Unicode.Utf8.IsValid(CollectionsMarshal.AsSpan(_bytes)))
                    next.Push(Utf8Stream.Take(_bytes, isEnd: true, singly: true));
                else
                    for (var i = 0; i < _bytes.Count; i++)
                        next.Push("\uFFFD");
                _bytes.Clear();
            }

            private static byte? ByteOf(string token)
                => token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>' && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
        }
    }

    /// <summary>The characters of GPT-2's alphabet are bytes, and all of them together UTF-8.</summary>
    internal sealed record ByteLevel : TokenDecoder
    {
        internal override TokenSink Start(TokenSink next, bool isStream) => new Sink(next, isStream);

        private sealed class Sink(TokenSink next, bool isStream) : TokenSink
        {
            private readonly FusedToken _token = new(next, isStream);
            private readonly List<byte> _bytes = [];

            internal override void Push(string token)
            {
                ByteAlphabet.Read(token, _bytes);
                _token.Append(Utf8Stream.Take(_bytes, isEnd: false));
            }

            internal override void End()
            {
                _token.Append(Utf8Stream.Take(_bytes, isEnd: true));
                _token.End();
            }
        }
    }

    /// <summary>A mark at the end of a token ends a word; there is a space between words.</summary>
    internal sealed record Suffix(string Mark) : TokenDecoder
    {
        internal override TokenSink Start(TokenSink next, bool isStream) => new Sink(next, Mark);

        // The last token gets no space, so one is always held back.
        private sealed class Sink(TokenSink next, string mark) : TokenSink
        {
            private string? _held;

            internal override void Push(string token)
            {
                if (_held is not null)
                    next.Push(_held.Replace(mark, " ", StringComparison.Ordinal));
                _held = token;
            }

            internal override void End()
            {
                if (_held is not null)
                    next.Push(_held.Replace(mark, "", StringComparison.Ordinal));
                next.End();
            }
        }
    }
}

/// <summary>Takes the tokens of a text one by one.</summary>
internal abstract class TokenSink
{
    /// <summary>A token may come in parts.</summary>
    internal virtual bool TakesParts => false;

    internal abstract void Push(string token);

    /// <summary>A part of the one token that there is.</summary>
    internal virtual void PushPart(string part) => throw new InvalidOperationException("This step needs whole tokens.");

    /// <summary>No more tokens come.</summary>
    internal abstract void End();

    /// <summary>Where the text ends up.</summary>
    internal sealed class Text : TokenSink
    {
        private readonly StringBuilder _text = new();

        internal override bool TakesParts => true;

        internal override void Push(string token) => _text.Append(token);

        internal override void PushPart(string part) => _text.Append(part);

        internal override void End()
        {
        }

        /// <summary>What came since the last time.</summary>
        internal string Take()
        {
            if (_text.Length == 0)
                return "";
            var text = _text.ToString();
            _text.Clear();
            return text;
        }
    }
}

/// <summary>A token that is made of many, handed on in parts where that is possible.</summary>
internal sealed class FusedToken(TokenSink next, bool isStream)
{
    private readonly StringBuilder _text = new();
    private readonly bool _inParts = isStream && next.TakesParts;

    internal void Append(string part)
    {
        if (_inParts)
            next.PushPart(part);
        else
            _text.Append(part);
    }

    internal void End()
    {
        if (!_inParts)
            next.Push(_text.ToString());
        next.End();
    }
}

/// <summary>Bytes to text as they come.</summary>
internal static class Utf8Stream
{
    /// <summary>Moves whole characters out of <paramref name="bytes"/>; at the end the rest of them too.</summary>
    /// <param name="bytes">The bytes that are left.</param>
    /// <param name="isEnd">No more come.</param>
    /// <param name="singly">Every byte that is no UTF-8 is a U+FFFD; otherwise every start of a character that breaks off is one.</param>
    internal static string Take(List<byte> bytes, bool isEnd, bool singly = false)
    {
        if (bytes.Count == 0)
            return "";
        var text = new StringBuilder();
        var rest = CollectionsMarshal.AsSpan(bytes);
        Span<char> units = stackalloc char[2];
        while (!rest.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(rest, out var character, out var length);
            if (status == OperationStatus.NeedMoreData && !isEnd)
                break;
            if (status != OperationStatus.Done && singly)
                length = 1;
            text.Append(units[..character.EncodeToUtf16(units)]);
            rest = rest[length..];
        }
        bytes.RemoveRange(0, bytes.Count - rest.Length);
        return text.ToString();
    }
}
