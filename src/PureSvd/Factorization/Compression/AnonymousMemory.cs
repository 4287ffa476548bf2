using System.Globalization;

namespace PureSvd.Factorization;

/// <summary>The peak of this process's anonymous resident memory, sampled: what it really needs, without the pages of mapped files, which the system may drop.</summary>
internal sealed class AnonymousMemory : IDisposable
{
    private const string StatusFile = "/proc/self/status";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly Timer? _timer;
    private long _peak;

    internal AnonymousMemory()
    {
        if (File.Exists(StatusFile))
            _timer = new Timer(_ => Sample(), null, TimeSpan.Zero, Interval);
    }

    /// <summary>The largest sample in bytes; null where the system does not say.</summary>
    internal long? Peak
    {
        get
        {
            if (_timer is not null)
                Sample();
            return Volatile.Read(ref _peak) is > 0 and var peak ? peak : null;
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Sample()
    {
        var now = Read();
        for (var seen = Volatile.Read(ref _peak); now > seen;)
        {
            var before = Interlocked.CompareExchange(ref _peak, now, seen);
            if (before == seen)
                break;
            seen = before;
        }
    }

    // A line such as "RssAnon:	  123456 kB".
    private static long Read()
    {
        try
        {
            foreach (var line in File.ReadLines(StatusFile))
            {
                if (line.StartsWith("RssAnon:", StringComparison.Ordinal) && line.EndsWith("kB", StringComparison.Ordinal)
                    && long.TryParse(line.AsSpan(8, line.Length - 10).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
                    return kilobytes << 10;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a figure for the report: without it the work goes on.
        }
        return 0;
    }
}
