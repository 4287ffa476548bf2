namespace PureSvd.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    internal const int Done = 0;

    /// <summary>The data or the model is at fault.</summary>
    internal const int Data = 1;

    /// <summary>The arguments are.</summary>
    internal const int Arguments = 2;

    /// <summary>Ctrl-C.</summary>
    internal const int Interrupted = 130;
}
