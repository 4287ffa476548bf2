using System.Globalization;
using System.Text;

namespace PureSvd.Tokenization;

/// <summary>Reads the regular expressions of tokenizers: Oniguruma's Ruby syntax, without what cannot be matched in linear time. The rest is refused by name.</summary>
internal ref struct PatternParser
{
    /// <summary>No pattern in use is a tenth as long or as deep.</summary>
    private const int MaxLength = 20_000, MaxDepth = 100, MaxRepeat = 1000;

    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;
    private bool _ignoreCase;
    private bool _dotIsAll;

    private PatternParser(ReadOnlySpan<char> text) => _text = text;

    /// <exception cref="FormatException">The pattern is at fault, or not supported.</exception>
    internal static PatternNode Parse(string pattern)
    {
        if (pattern.Length > MaxLength)
            throw new FormatException($"has {pattern.Length} characters, and at most {MaxLength} are read.");
        var parser = new PatternParser(pattern);
        var node = parser.ParseChoice();
        return parser._at == pattern.Length ? node : throw parser.Fault("has a ) without its (");
    }

    private readonly bool AtEnd => _at >= _text.Length;

    private readonly char Peek => AtEnd ? '\0' : _text[_at];

    private readonly FormatException Fault(string problem) => new($"{problem}, at character {_at}.");

    private readonly FormatException Unsupported(string what) => new($"uses {what}, which is not supported, at character {_at}.");

    private PatternNode ParseChoice()
    {
        if (++_depth > MaxDepth)
            throw Fault($"is nested deeper than {MaxDepth} levels");
        var (ignoreCase, dotIsAll) = (_ignoreCase, _dotIsAll);
        var branches = new List<PatternNode> { ParseSequence() };
        while (Accept('|'))
            branches.Add(ParseSequence());
        (_ignoreCase, _dotIsAll) = (ignoreCase, dotIsAll);
        _depth--;
        return branches.Count == 1 ? branches[0] : new PatternNode.Choice(branches);
    }

    private PatternNode ParseSequence()
    {
        var parts = new List<PatternNode>();
        while (!AtEnd && Peek is not ('|' or ')'))
            if (ParseAtom() is { } atom)
                parts.Add(ParseQuantifiers(atom));
        return parts.Count == 1 ? parts[0] : new PatternNode.Sequence(parts);
    }

    private PatternNode ParseQuantifiers(PatternNode body)
    {
        while (!AtEnd)
        {
            var (min, max, isInterval) = (0, (int?)null, false);
            if (Accept('*'))
                (min, max) = (0, null);
            else if (Accept('+'))
                (min, max) = (1, null);
            else if (Accept('?'))
                (min, max) = (0, 1);
            else if (Peek == '{' && TryInterval(out min, out max))
                isInterval = true;
            else
                break;
            if (body is PatternNode.Anchor or PatternNode.LookAhead)
                throw Unsupported("a repeated place");
            var isLazy = Accept('?');
            if (isLazy && isInterval && min == max)
                throw Unsupported("{n}?");
            // In Ruby's syntax {n,m}+ is a repeated repetition, and no possessive one.
            var isPossessive = !isLazy && !isInterval && Accept('+');
            if (isPossessive && body is not PatternNode.Character)
                throw Unsupported("a possessive group");
            body = new PatternNode.Repeat(body, min, max, isLazy, isPossessive);
        }
        return body;
    }

    private bool TryInterval(out int min, out int? max)
    {
        (min, max) = (0, null);
        var end = _text[_at..].IndexOf('}');
        if (end < 0)
            return false;
        var inside = _text.Slice(_at + 1, end - 1);
        var comma = inside.IndexOf(',');
        var low = comma < 0 ? inside : inside[..comma];
        var high = inside[(comma + 1)..];
        if ((low.IsEmpty && high.IsEmpty) || low.ContainsAnyExceptInRange('0', '9') || high.ContainsAnyExceptInRange('0', '9'))
            return false;
        if (low.Length > 4 || high.Length > 4)
            throw Fault($"repeats more than {MaxRepeat} times");
        min = low.IsEmpty ? 0 : int.Parse(low, CultureInfo.InvariantCulture);
        max = high.IsEmpty ? null : int.Parse(high, CultureInfo.InvariantCulture);
        if (min > MaxRepeat || max > MaxRepeat)
            throw Fault($"repeats more than {MaxRepeat} times");
        if (max < min)
            throw Unsupported("an interval that ends before it begins");
        _at += end + 1;
        return true;
    }

    // Null for what only changes the options.
    private PatternNode? ParseAtom()
    {
        switch (Peek)
        {
            case '(':
                return ParseGroup();
            case '[':
                _at++;
                return new PatternNode.Character(Fold(ParseClass()));
            case '.':
                _at++;
                return new PatternNode.Character(_dotIsAll ? CharacterSet.All : CharacterSet.Of('\n').Complement());
            case '^':
                _at++;
                return new PatternNode.Anchor(PatternAnchor.LineStart);
            case '$':
                _at++;
                return new PatternNode.Anchor(PatternAnchor.LineEnd);
            case '*' or '+' or '?':
                throw Fault($"repeats nothing by {Peek}");
            case '\\':
                return ParseEscape();
            default:
                return new PatternNode.Character(Fold(CharacterSet.Of(NextCharacter())));
        }
    }

    private PatternNode? ParseGroup()
    {
        _at++;
        if (!Accept('?'))
            return Close(ParseChoice());
        switch (Peek)
        {
            case ':':
                _at++;
                return Close(ParseChoice());
            case '=' or '!':
                var isNegative = _text[_at++] == '!';
                return new PatternNode.LookAhead(Close(ParseChoice()), isNegative);
            case '>':
                throw Unsupported("an atomic group");
            case '#':
                throw Unsupported("a comment");
            case '<' when _at + 1 < _text.Length && _text[_at + 1] is '=' or '!':
                throw Unsupported("a look-behind");
            case '<':
                var end = _text[_at..].IndexOf('>');
                _at += end > 0 ? end + 1 : throw Fault("has a group whose name does not end");
                return Close(ParseChoice());
            default:
                return ParseOptions();
        }
    }

    private PatternNode? ParseOptions()
    {
        var (ignoreCase, dotIsAll, on) = (_ignoreCase, _dotIsAll, true);
        for (; !AtEnd && Peek is not (':' or ')'); _at++)
            switch (Peek)
            {
                case '-':
                    on = false;
                    break;
                case 'i':
                    ignoreCase = on;
                    break;
                case 'm':
                    dotIsAll = on;
                    break;
                default:
                    throw Unsupported($"the option {Peek}");
            }
        var (outerCase, outerDot) = (_ignoreCase, _dotIsAll);
        (_ignoreCase, _dotIsAll) = (ignoreCase, dotIsAll);
        if (Accept(')'))
        {
            // (?i) holds to the end of the group, alternatives included.
            var rest = ParseChoice();
            (_ignoreCase, _dotIsAll) = (outerCase, outerDot);
            return rest;
        }
        if (!Accept(':'))
            throw Fault("has a group that does not end");
        var body = Close(ParseChoice());
        (_ignoreCase, _dotIsAll) = (outerCase, outerDot);
        return body;
    }

    private PatternNode Close(PatternNode body) => Accept(')') ? body : throw Fault("has a group that does not end");

    private PatternNode ParseEscape()
    {
        var kind = _at + 1 < _text.Length ? _text[_at + 1] : throw Fault("ends with a backslash");
        PatternAnchor? anchor = kind switch
        {
            'A' => PatternAnchor.TextStart,
            'z' => PatternAnchor.TextEnd,
            'Z' => PatternAnchor.LastLineEnd,
            'b' => PatternAnchor.WordBoundary,
            'B' => PatternAnchor.NoWordBoundary,
            _ => null,
        };
        if (anchor is { } place)
        {
            _at += 2;
            return new PatternNode.Anchor(place);
        }
        return new PatternNode.Character(Fold(ParseEscapedSet()));
    }

    // A set such as \s or \p{L}, or one escaped character.
    private CharacterSet ParseEscapedSet()
    {
        if (++_at >= _text.Length)
            throw Fault("ends with a backslash");
        var kind = _text[_at++];
        switch (kind)
        {
            case 's' or 'S' or 'w' or 'W' or 'd' or 'D' or 'h' or 'H':
                var name = char.ToLowerInvariant(kind) switch { 's' => "space", 'w' => "word", 'd' => "digit", _ => "xdigit" };
                var set = CharacterCategories.ByName(name)!;
                return char.IsUpper(kind) ? set.Complement() : set;
            case 'p' or 'P':
                return ParseProperty(isNegative: kind == 'P');
            case 't':
                return CharacterSet.Of('\t');
            case 'n':
                return CharacterSet.Of('\n');
            case 'r':
                return CharacterSet.Of('\r');
            case 'f':
                return CharacterSet.Of('\f');
            case 'v':
                return CharacterSet.Of('\v');
            case 'a':
                return CharacterSet.Of('\a');
            case 'e':
                return CharacterSet.Of('\e');
            case 'x':
                return CharacterSet.Of(Accept('{') ? ParseHex(_text[_at..].IndexOf('}'), ended: true) : ParseHex(2));
            case 'u':
                return CharacterSet.Of(ParseHex(4));
            default:
                if (char.IsAsciiLetterOrDigit(kind))
                    throw Unsupported($"\\{kind}");
                _at--;
                return CharacterSet.Of(NextCharacter());
        }
    }

    private int ParseHex(int length, bool ended = false)
    {
        if (length is <= 0 or > 8 || _at + length > _text.Length || !int.TryParse(_text.Slice(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value is < 0 or > 0x10FFFF)
            throw Fault("has a number of a character that is none");
        _at += length + (ended ? 1 : 0);
        return value;
    }

    private CharacterSet ParseProperty(bool isNegative)
    {
        var end = Peek == '{' ? _text[_at..].IndexOf('}') : -1;
        if (end < 0)
            throw Unsupported("\\p without { and }");
        var name = _text.Slice(_at + 1, end - 1);
        if (name.StartsWith('^'))
        {
            name = name[1..];
            isNegative = !isNegative;
        }
        var set = CharacterCategories.ByName(name.ToString()) ?? throw Unsupported($"the property {Storage.Printable.Quote(name.ToString())}");
        _at += end + 1;
        return isNegative ? set.Complement() : set;
    }

    // Behind the [.
    private CharacterSet ParseClass()
    {
        if (++_depth > MaxDepth)
            throw Fault($"is nested deeper than {MaxDepth} levels");
        var isNegative = Accept('^');
        CharacterSet? intersection = null;
        var set = CharacterSet.Empty;
        for (var isFirst = true; ; isFirst = false)
        {
            if (AtEnd)
                throw Fault("has a [ without its ]");
            if (Peek == ']' && !isFirst)
                break;
            if (_text[_at..].StartsWith("&&"))
            {
                _at += 2;
                intersection = intersection?.Intersect(set) ?? set;
                set = CharacterSet.Empty;
                continue;
            }
            set = set.Union(ParseClassItem());
        }
        _at++;
        _depth--;
        if (intersection is not null)
            set = intersection.Intersect(set);
        if (_ignoreCase)
            set = Fold(set);
        return isNegative ? set.Complement() : set;
    }

    private CharacterSet ParseClassItem()
    {
        if (_text[_at..].StartsWith("[:") && _text[_at..].IndexOf(":]") is > 0 and var end)
        {
            var name = _text.Slice(_at + 2, end - 2);
            var isNegative = name.StartsWith('^');
            var set = CharacterCategories.ByName(name[(isNegative ? 1 : 0)..].ToString()) ?? throw Unsupported($"the class {Storage.Printable.Quote(name.ToString())}");
            _at += end + 2;
            return isNegative ? set.Complement() : set;
        }
        if (Accept('['))
            return ParseClass();
        var first = ParseClassAtom();
        if (Peek != '-' || _at + 1 >= _text.Length || _text[_at + 1] == ']' || first.Enumerate(1) is not [var low])
            return first;
        _at++;
        if (ParseClassAtom().Enumerate(1) is not [var high] || high < low)
            throw Fault("has a range of characters that ends before it begins");
        return CharacterSet.Range(low, high);
    }

    private CharacterSet ParseClassAtom()
    {
        if (Peek != '\\')
            return CharacterSet.Of(NextCharacter());
        if (_at + 1 < _text.Length && _text[_at + 1] == 'b')
        {
            _at += 2;
            return CharacterSet.Of('\b');
        }
        return ParseEscapedSet();
    }

    private readonly CharacterSet Fold(CharacterSet set) => _ignoreCase ? CharacterCategories.IgnoreCase(set) : set;

    private int NextCharacter()
    {
        Rune.DecodeFromUtf16(_text[_at..], out var character, out var length);
        _at += length;
        return character.Value;
    }

    private bool Accept(char expected)
    {
        if (Peek != expected || AtEnd)
            return false;
        _at++;
        return true;
    }
}
