namespace PureSvd.Research.Evaluation;

/// <summary>What a model thinks of the choices of one item.</summary>
public sealed class LikelihoodPrediction
{
    /// <param name="item">The item.</param>
    /// <param name="logLikelihoods">Σ log p of each choice, in nats.</param>
    public LikelihoodPrediction(LikelihoodItem item, IReadOnlyList<double> logLikelihoods)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(logLikelihoods);
        Item = item;
        LogLikelihoods = logLikelihoods;
        Choice = ArgMax(logLikelihoods);
        // As Python counts them: characters, and not the units of UTF-16.
        NormalizedChoice = ArgMax([.. logLikelihoods.Select((value, c) => value / item.Choices[c].EnumerateRunes().Count())]);
    }

    /// <summary>The item.</summary>
    public LikelihoodItem Item { get; }

    /// <summary>Σ log p of each choice, in nats.</summary>
    public IReadOnlyList<double> LogLikelihoods { get; }

    /// <summary>The likeliest choice, the first on a tie; −1 where a log-likelihood is not a number.</summary>
    public int Choice { get; }

    /// <summary>The choice that is likeliest by character.</summary>
    public int NormalizedChoice { get; }

    private static int ArgMax(IReadOnlyList<double> values)
    {
        var best = 0;
        for (var i = 0; i < values.Count; i++)
        {
            if (double.IsNaN(values[i]))
                return -1;
            if (values[i] > values[best])
                best = i;
        }
        return best;
    }
}

/// <summary>What a model scored on a task, and what is needed to judge the score.</summary>
public sealed class LikelihoodResult
{
    /// <param name="task">The task.</param>
    /// <param name="predictions">Those of all items, in the order of the file.</param>
    public LikelihoodResult(LikelihoodTask task, IReadOnlyList<LikelihoodPrediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(predictions);
        Task = task;
        Predictions = predictions;
        GoldHistogram = Histogram(prediction => prediction.Item.Gold);
        ChoiceHistogram = Histogram(prediction => prediction.Choice);
        NormalizedHistogram = Histogram(prediction => prediction.NormalizedChoice);
        NonFinite = predictions.Count(prediction => prediction.Choice < 0);
        Accuracy = Share(prediction => prediction.Choice);
        NormalizedAccuracy = Share(prediction => prediction.NormalizedChoice);
    }

    /// <summary>The task.</summary>
    public LikelihoodTask Task { get; }

    /// <summary>Those of all items, in the order of the file.</summary>
    public IReadOnlyList<LikelihoodPrediction> Predictions { get; }

    /// <summary>n.</summary>
    public int Count => Predictions.Count;

    /// <summary><c>acc</c>; NaN if any log-likelihood is not a number.</summary>
    public double Accuracy { get; }

    /// <summary><c>acc_norm</c>; NaN if any log-likelihood is not a number.</summary>
    public double NormalizedAccuracy { get; }

    /// <summary><c>acc_stderr</c>: the sample's standard deviation / √n; NaN for a single item.</summary>
    public double StandardError => ErrorOf(Accuracy);

    /// <summary><c>acc_norm_stderr</c>.</summary>
    public double NormalizedStandardError => ErrorOf(NormalizedAccuracy);

    /// <summary>What always giving the most frequent answer would score.</summary>
    public double MajorityRate => (double)GoldHistogram.Max() / Count;

    /// <summary>How often each choice is right.</summary>
    public IReadOnlyList<int> GoldHistogram { get; }

    /// <summary>How often each choice is likeliest.</summary>
    public IReadOnlyList<int> ChoiceHistogram { get; }

    /// <summary>How often each choice is likeliest by character.</summary>
    public IReadOnlyList<int> NormalizedHistogram { get; }

    /// <summary>How many items have a log-likelihood that is not a number.</summary>
    public int NonFinite { get; }

    /// <summary>How many answered examples stood before each item.</summary>
    public int Shots { get; init; }

    /// <summary>What decided which.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether every text began with BOS.</summary>
    public bool Bos { get; init; }

    /// <summary>How many items had a context that was longer than the model reads, and was cut at its start.</summary>
    public int Truncated { get; init; }

    private double Share(Func<LikelihoodPrediction, int> choice)
        => NonFinite > 0 ? double.NaN : (double)Predictions.Count(prediction => choice(prediction) == prediction.Item.Gold) / Count;

    private double ErrorOf(double accuracy) => Count < 2 ? double.NaN : Math.Sqrt(accuracy * (1 - accuracy) / (Count - 1));

    private int[] Histogram(Func<LikelihoodPrediction, int> choice)
    {
        var counts = new int[Task.Choices.Count];
        foreach (var prediction in Predictions)
            if (choice(prediction) is >= 0 and var index)
                counts[index]++;
        return counts;
    }
}
