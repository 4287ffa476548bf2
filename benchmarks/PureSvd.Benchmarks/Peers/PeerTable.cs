using System.Globalization;
using System.Text;

namespace PureSvd.Benchmarks.Peers;

/// <summary><c>-- peers</c>: everything that has a peer on this machine, beside it, in one table.</summary>
/// <remarks>
/// A pair is one timing of ours and one of theirs right after each other, so that a change of the clock or of the load meets both. The ratio is the median
/// of the pairs' ratios; the figures are the best of each. Short work is repeated within a timing for <see cref="PeerRow.TimingSeconds"/>.
/// On several threads a timing begins after <see cref="SettleMilliseconds"/> of rest, so that the workers of the other have gone to sleep, and one untimed run.
/// </remarks>
internal static class PeerTable
{
    /// <summary>Work that takes less, ours and theirs together, is warmed up for at most so long.</summary>
    private const double WarmSeconds = 1;

    /// <summary>Ours and theirs together: above, one pair is timed.</summary>
    private const double LongSeconds = 5;

    /// <summary>The same: above, three pairs are timed, and <see cref="PeerRow.ShortPairs"/> below.</summary>
    private const double MiddlingSeconds = 0.1;

    private const int CompilationMilliseconds = 120;

    private const int SettleMilliseconds = 30;

    /// <summary>Every group, in the order of the table. A new one is a file <c>Peers/XxxPeers.cs</c> and a line here.</summary>
    private static readonly PeerGroup[] s_groups =
    [
        new GemmPeers(),
        new ShapePeers(),
        new GemvPeers(),
        new EigenPeers(),
        new SvdPeers(),
        new TruncatedPeers(),
        new ModelPeers(),
        new JacobiPeers(),
        new MethodPeers(),
    ];

    internal static int Run(string[] args)
    {
        var options = PeerOptions.Parse(args, [.. s_groups.Select(group => group.Name)]);
        if (options is null)
            return 2;
        if (options.List)
        {
            foreach (var group in s_groups)
                Console.WriteLine($"{group.Name,-12}{group.Title}");
            return 0;
        }

        var ceilings = Ceilings.Measure();
        var header = Machine.Describe() + "\n" + ceilings + "\n";
        Console.WriteLine(header);
        foreach (var group in s_groups.Where(group => options.Groups.Count == 0 ? group.ByDefault : options.Groups.Contains(group.Name)))
        {
            var text = new StringBuilder();
            var start = Clock.WallSeconds();
            Print(text, $"## {group.Name}: {group.Title}\n");
            if (group.Remark is { } remark)
                Print(text, remark + "\n");
            Print(text, $"| {"work",-34} | type   | t | {"PureSvd",14} | {"peer",-22} | ratio | {"% of ceiling",-15} |");
            Print(text, $"|{new string('-', 36)}|--------|---|{new string('-', 15)}:|{new string('-', 24)}|------:|----------------:|");
            foreach (var row in group.Rows().Where(options.Wants))
                Print(text, Measure(row, ceilings, options.Pairs));
            Print(text, "");
            Console.Error.WriteLine(FormattableString.Invariant($"{group.Name}: {Clock.WallSeconds() - start:F0} s"));
            if (options.Directory is not null)
                Keep(Path.Combine(options.Directory, $"peers-{group.Name}.md"), header + "\n" + text);
        }

        return 0;
    }

    private static string Measure(PeerRow row, Ceilings ceilings, int? wanted)
    {
        Func<double> now = row.Threads == 1 ? Clock.ThreadSeconds : Clock.WallSeconds;
        OpenBlas.SetThreads(row.Threads);
        var first = Time(row.Ours, 1);
        var firstOfPeer = row.Theirs is null ? 0 : Time(row.Theirs, 1);
        var whole = first + firstOfPeer;
        if (whole < WarmSeconds)
            first = Math.Min(first, WarmUp(row));

        var repeats = row.Prepare is null ? (int)Math.Clamp(row.TimingSeconds / first, 1, 100_000) : 1;
        var pairs = wanted ?? (whole > LongSeconds ? 1 : whole > MiddlingSeconds ? 3 : row.ShortPairs);
        var ours = new double[pairs];
        var theirs = new double[pairs];
        for (var pair = 0; pair < pairs; pair++)
        {
            // Of long work the first runs are a pair; where it is the only one, ours has another run, now that the runtime has compiled it.
            var isFirst = pair == 0 && whole >= WarmSeconds;
            ours[pair] = isFirst && pairs > 1 ? first : Time(row.Ours, repeats);
            theirs[pair] = row.Theirs is null ? double.NaN : isFirst ? firstOfPeer : Time(row.Theirs, repeats);
        }

        var ratio = ours.Zip(theirs, (o, t) => t / o).Order().ElementAt(pairs / 2);
        var peer = row.Theirs is null ? $"{row.Peer} absent" : $"{row.Peer} {Speed(row, theirs.Min())}";
        var note = row.Note is null ? "" : " " + row.Note();
        if (row.Tokens > 0)
            note += FormattableString.Invariant($" {row.Tokens / ours.Min():F0} tokens/s, {row.Peer} {row.Tokens / theirs.Min():F0}");
        var missed = ratio < row.Reach ? FormattableString.Invariant($" (reach {row.Reach:0.0#})") : "";
        return FormattableString.Invariant($"| {row.Work,-34} | {row.Type,-6} | {row.Threads} | {Speed(row, ours.Min()),14} | {peer,-22} | {ratio,5:F2} | {ceilings.Part(row, ours.Min()),15} |{missed}{note}");

        double Time(Action action, int times)
        {
            if (row.Threads > 1)
            {
                Thread.Sleep(SettleMilliseconds);
                if (row.Prepare is null && (times > 1 || row.InSteadyState))
                    action();
            }

            row.Prepare?.Invoke();
            var start = now();
            for (var i = 0; i < times; i++)
                action();
            return (now() - start) / times;
        }
    }

    /// <summary>Runs ours until it gets no faster, and returns the time of its fastest call.</summary>
    /// <remarks>Tiered compilation counts thirty calls, then replaces the method in the background when nothing new has been compiled for 100 ms; what that calls is counted anew.</remarks>
    private static double WarmUp(PeerRow row)
    {
        const int Calls = 40, Rounds = 3;
        var (start, best) = (Clock.WallSeconds(), double.MaxValue);
        for (var (round, before) = (0, double.MaxValue); Clock.WallSeconds() < start + WarmSeconds && (round < Rounds || best < 0.98 * before); round++)
        {
            before = best;
            var begin = Clock.WallSeconds();
            for (var call = 0; call < Calls && Clock.WallSeconds() < begin + WarmSeconds / Rounds; call++)
            {
                row.Prepare?.Invoke();
                var now = Clock.WallSeconds();
                row.Ours();
                best = Math.Min(best, Clock.WallSeconds() - now);
            }

            Thread.Sleep(CompilationMilliseconds);
        }

        return best;
    }

    private static string Speed(PeerRow row, double seconds) => string.Create(CultureInfo.InvariantCulture,
        $"{(row.Bytes > 0 ? $"{row.Bytes / seconds / 1e9:F1} GB/s" : row.Flops > 0 && seconds < 0.25 ? $"{row.Flops / seconds / 1e9:F1} GFLOP/s" : seconds < 0.1 ? $"{seconds * 1e3:F2} ms" : $"{seconds:F3} s")}");

    private static void Print(StringBuilder text, string line)
    {
        Console.WriteLine(line);
        text.Append(line).Append('\n');
    }

    /// <summary>Writes a table that is kept.</summary>
    internal static void Keep(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
