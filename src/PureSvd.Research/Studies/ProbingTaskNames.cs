namespace PureSvd.Research.Studies;

/// <summary>What a probing task is about (A. Conneau et al., 2018, §3).</summary>
public enum ProbedProperty
{
    /// <summary>Length and words.</summary>
    Surface,

    /// <summary>Order and trees.</summary>
    Syntactic,

    /// <summary>Tense, number and sense.</summary>
    Semantic,

    /// <summary>Not one of the ten.</summary>
    Other,
}

/// <summary>The ten tasks of SentEval, by their file names.</summary>
public static class ProbingTaskNames
{
    private static readonly (string File, string Short, ProbedProperty Property)[] All =
    [
        ("sentence_length", "SentLen", ProbedProperty.Surface),
        ("word_content", "WC", ProbedProperty.Surface),
        ("tree_depth", "TreeDepth", ProbedProperty.Syntactic),
        ("top_constituents", "TopConst", ProbedProperty.Syntactic),
        ("bigram_shift", "BShift", ProbedProperty.Syntactic),
        ("past_present", "Tense", ProbedProperty.Semantic),
        ("subj_number", "SubjNum", ProbedProperty.Semantic),
        ("obj_number", "ObjNum", ProbedProperty.Semantic),
        ("odd_man_out", "SOMO", ProbedProperty.Semantic),
        ("coordination_inversion", "CoordInv", ProbedProperty.Semantic),
    ];

    /// <summary>The paper's short name, or the file name for any other task.</summary>
    public static string ShortName(string task) => All.FirstOrDefault(t => t.File == task).Short ?? task;

    /// <summary>What the task is about.</summary>
    public static ProbedProperty Property(string task) => All.FirstOrDefault(t => t.File == task) is { File: not null } found ? found.Property : ProbedProperty.Other;
}
