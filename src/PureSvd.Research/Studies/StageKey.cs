using System.Security.Cryptography;
using System.Text;

namespace PureSvd.Research.Studies;

/// <summary>What a stage depends on, name by name; its SHA-256 names the stage's file.</summary>
/// <remarks>Names and values are written with their lengths, so that no two different lists give one text.</remarks>
public sealed class StageKey
{
    private readonly StringBuilder _text = new();

    /// <summary>A key for a <paramref name="kind"/> of stage.</summary>
    /// <param name="kind">Such as <c>cell</c>.</param>
    /// <param name="toolVersion">The tool that computes it: another version computes again.</param>
    public StageKey(string kind, string toolVersion)
    {
        Kind = kind;
        Add("kind", kind);
        Add("tool", toolVersion);
    }

    /// <summary>The kind of stage.</summary>
    public string Kind { get; }

    /// <summary>The lower-case hexadecimal hash of everything added.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_text.ToString())));

    /// <summary>Adds a text.</summary>
    public StageKey Add(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        _text.Append(Number.Text(name.Length)).Append(':').Append(name).Append('=').Append(Number.Text(value.Length)).Append(':').Append(value).Append('\n');
        return this;
    }

    /// <summary>Adds a number.</summary>
    public StageKey Add(string name, double value) => Add(name, Number.Text(value));

    /// <summary>Adds a whole number.</summary>
    public StageKey Add(string name, long value) => Add(name, Number.Text(value));

    /// <summary>Adds a seed.</summary>
    public StageKey Add(string name, ulong value) => Add(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Adds a list.</summary>
    public StageKey Add(string name, IEnumerable<string> values)
    {
        var list = values.ToList();
        Add(name, list.Count);
        foreach (var value in list)
            Add(name, value);
        return this;
    }

    /// <summary>Adds another stage's hash.</summary>
    public StageKey Add(string name, StageKey key) => Add(name, key.Hash);
}
