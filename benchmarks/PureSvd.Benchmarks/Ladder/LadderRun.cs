using System.Globalization;

namespace PureSvd.Benchmarks.Ladder;

/// <summary><c>-- ladder [NAME ...] [--out DIR]</c>: runs the ladders, so that every gain that a chapter states can be seen again.</summary>
internal static class LadderRun
{
    /// <summary>A step is run again until it has had this long, the best counts; a step that takes longer runs once.</summary>
    private const double StepSeconds = 0.5;

    /// <summary>Every ladder. A new one is a file <c>Ladder/XxxLadder.cs</c> and a line here.</summary>
    private static readonly WorkLadder[] s_ladders =
    [
        new GemmLadder(),
        new SvdLadder(),
    ];

    internal static int Run(string[] args)
    {
        var at = Array.IndexOf(args, "--out");
        var directory = at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
        var names = args.Where((_, i) => at < 0 || (i != at && i != at + 1)).ToHashSet(StringComparer.Ordinal);
        if (names.FirstOrDefault(name => s_ladders.All(ladder => ladder.Name != name)) is { } unknown)
        {
            Console.Error.WriteLine($"ladder: no {unknown}; there are {string.Join(", ", s_ladders.Select(ladder => ladder.Name))}");
            return 2;
        }

        List<string> all = [Machine.Describe(), ""];
        all.ForEach(Console.WriteLine);
        foreach (var ladder in s_ladders.Where(ladder => names.Count == 0 || names.Contains(ladder.Name)))
        {
            List<string> lines = [$"## {ladder.Name}: {ladder.Title}", "", $"| {"step",-44} | {"speed",14} | gain | in all |", $"|{new string('-', 46)}|{new string('-', 15)}:|-----:|-------:|"];
            lines.ForEach(Console.WriteLine);
            double previous = 0, first = 0;
            foreach (var step in ladder.Steps())
            {
                var seconds = Best(step);
                first = first == 0 ? seconds : first;
                var speed = ladder.Flops > 0 ? FormattableString.Invariant($"{ladder.Flops / seconds / 1e9:F1} GFLOP/s") : FormattableString.Invariant($"{seconds:F4} s");
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"| {step.Name,-44} | {speed,14} | {(previous == 0 ? 1 : previous / seconds),3:F2}× | {first / seconds,5:F1}× |"));
                Console.WriteLine(lines[^1]);
                previous = seconds;
            }

            Console.WriteLine();
            all.AddRange([.. lines, ""]);
        }

        if (directory is not null)
        {
            Directory.CreateDirectory(directory);
            var path = Path.Combine(directory, "ladder.md");
            File.WriteAllText(path + ".new", string.Join('\n', all));
            File.Move(path + ".new", path, overwrite: true);
        }

        return 0;
    }

    private static double Best(LadderStep step)
    {
        Func<double> now = step.Threads == 1 ? Clock.ThreadSeconds : Clock.WallSeconds;
        double best = double.PositiveInfinity, all = 0;
        for (var round = 0; round < 2 || (all < StepSeconds && round < 50); round++)
        {
            var start = now();
            step.Run();
            var seconds = now() - start;
            all += seconds;
            best = Math.Min(best, seconds);
            if (seconds > 2)
                break;
        }

        return best;
    }
}
