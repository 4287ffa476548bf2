using System.Text.Json;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary><c>shared_bases</c> in the <c>config.json</c> of a compressed checkpoint: the layers that use another layer's factor A, and whose it is.</summary>
internal static class SharedBases
{
    internal const string Key = "shared_bases";

    private static readonly Dictionary<string, string> s_none = [];

    /// <summary>From a layer that stores no factor A to the one that stores it for both.</summary>
    /// <exception cref="InputDataException">It is no object from names to names, or an owner borrows its own.</exception>
    internal static IReadOnlyDictionary<string, string> Read(string directory) => ConfigReader.Read(directory, json =>
    {
        if (json.Object(Key) is not { } map)
            return s_none;
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in map.Root.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.String || !owners.TryAdd(member.Name, member.Value.GetString()!))
                throw map.Fault(member.Name, "is given twice, or is not the name of a layer.", "Compress the original checkpoint again.");
        }
        foreach (var (layer, owner) in owners)
        {
            if (owners.ContainsKey(owner))
                throw map.Fault(layer, $"borrows from {Printable.Quote(owner)}, which borrows itself.", "Compress the original checkpoint again.");
        }
        return owners;
    });

    /// <summary>The member of <c>config.json</c> for a model whose layers share; null where none does.</summary>
    internal static (string Name, Action<Utf8JsonWriter, string> Write)? Member(IReadOnlyDictionary<string, string> owners)
        => owners.Count == 0 ? null : (Key, (json, name) => Write(json, name, owners));

    /// <summary>Writes the member.</summary>
    internal static void Write(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> owners)
    {
        json.WriteStartObject(name);
        foreach (var (layer, owner) in owners.OrderBy(o => o.Key, StringComparer.Ordinal))
            json.WriteString(layer, owner);
        json.WriteEndObject();
    }
}
