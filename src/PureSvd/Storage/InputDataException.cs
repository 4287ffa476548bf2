namespace PureSvd.Storage;

/// <summary>A file or a model is at fault: which one, where, what, and what to do. The command line prints the message as its one line and ends with 1.</summary>
public sealed class InputDataException : Exception
{
    /// <summary>Says that <paramref name="file"/> is at fault.</summary>
    /// <param name="file">The file or directory, as the user named it.</param>
    /// <param name="problem">What is wrong, with the names, shapes or offsets involved.</param>
    /// <param name="place">Where in the file: a tensor, a line, a byte offset; null for the file as a whole.</param>
    /// <param name="remedy">What to do about it.</param>
    /// <param name="inner">What revealed it.</param>
    public InputDataException(string file, string problem, string? place = null, string? remedy = null, Exception? inner = null)
        : base($"{file}{(place is null ? "" : $" ({place})")}: {problem}{(remedy is null ? "" : $" {remedy}")}", inner)
    {
        File = file;
        Problem = problem;
        Place = place;
        Remedy = remedy;
    }

    /// <summary>The file or directory.</summary>
    public string File { get; }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }

    /// <summary>Where in the file.</summary>
    public string? Place { get; }

    /// <summary>What to do.</summary>
    public string? Remedy { get; }
}
