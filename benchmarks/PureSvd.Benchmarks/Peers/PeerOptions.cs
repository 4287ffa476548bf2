using System.Globalization;

namespace PureSvd.Benchmarks.Peers;

/// <summary>What to run: <c>-- peers [GROUP ...] [--threads t] [--type float|double] [--match TEXT] [--pairs p] [--out DIR] [--list]</c>.</summary>
internal sealed record PeerOptions(HashSet<string> Groups)
{
    internal int? Threads { get; private set; }

    internal string? Type { get; private set; }

    internal string? Match { get; private set; }

    internal int? Pairs { get; private set; }

    /// <summary>Where each group's table is kept, as <c>peers-GROUP.md</c>.</summary>
    internal string? Directory { get; private set; }

    internal bool List { get; private set; }

    internal bool Wants(PeerRow row) =>
        (Threads is null || row.Threads == Threads) && (Type is null || row.Type == Type) && (Match is null || row.Work.Contains(Match, StringComparison.OrdinalIgnoreCase));

    /// <summary>Null if they are wrong, which was then said.</summary>
    internal static PeerOptions? Parse(string[] args, string[] groups)
    {
        var options = new PeerOptions([]);
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--threads":
                    options.Threads = int.Parse(value, CultureInfo.InvariantCulture);
                    i++;
                    break;
                case "--pairs":
                    options.Pairs = int.Parse(value, CultureInfo.InvariantCulture);
                    i++;
                    break;
                case "--type":
                    options.Type = value;
                    i++;
                    break;
                case "--match":
                    options.Match = value;
                    i++;
                    break;
                case "--out":
                    options.Directory = value;
                    i++;
                    break;
                case "--list":
                    options.List = true;
                    break;
                case var group when groups.Contains(group):
                    options.Groups.Add(group);
                    break;
                default:
                    Console.Error.WriteLine($"peers: neither an option nor a group: {args[i]}; groups: {string.Join(", ", groups)}");
                    return null;
            }
        }

        return options;
    }
}
