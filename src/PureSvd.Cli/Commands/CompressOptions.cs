using System.CommandLine;
using System.Globalization;
using PureSvd.Factorization;
using PureSvd.LinearAlgebra;

namespace PureSvd.Cli.Commands;

/// <summary>What a user asked <c>compress</c> to do, checked.</summary>
internal sealed record CompressRequest(
    string Model, CompressionScheme Scheme, double Removed, int? Rank, string Allocation, LayerSelection? Selection, bool Guard, int Multiple, int Evaluations, bool FullMatrices,
    string? Data, string? Split, string? Text, int Window, int Samples, string? Cache, ulong Seed, bool Dense, long? MaxShardBytes, bool Force, string Output, Parallelism Parallelism, bool Quiet, bool Json)
{
    /// <summary>How matrices are truncated, where they are.</summary>
    internal IFactorizationMethod Method { get; } = Scheme.Method ?? new PlainSvd();
}

/// <summary>The options of <c>compress</c>.</summary>
internal sealed class CompressOptions
{
    private readonly SharedOptions _shared = new();
    private readonly Option<string> _method = new("--method") { Description = $"How a matrix is truncated: {string.Join(", ", FactorizationMethods.All.Select(m => m.Name))}; each with +int8 or +int4 to round the factors. Or a baseline without factors: {string.Join(", ", CompressionScheme.Baselines.Select(b => b.Name))}.", DefaultValueFactory = _ => "svd" };
    private readonly Option<double?> _removed = new("--removed") { Description = "The fraction of the target linears' weights to remove, from 0 to below 1." };
    private readonly Option<int?> _rank = new("--rank") { Description = "Instead of --removed: one rank for every chosen layer, capped at its full rank." };
    private readonly Option<string?> _allocation = new("--allocation")
    {
        Description = $"Which layer gets which rank: {string.Join(", ", Allocations.Names)}. Selective goes by --layers and --kinds, or without them by measured losses; those, strs, global, laser and bayes need --data or, for a decoder, --text.",
    };
    private readonly Option<int> _multiple = new("--multiple-of") { Description = "Make every rank a multiple of this, such as 8 or 16, within the budget.", DefaultValueFactory = _ => 1 };
    private readonly Option<int> _evaluations = new("--evaluations") { Description = "Runs of the model in a Bayesian search.", DefaultValueFactory = _ => 50 };
    private readonly Option<bool> _fullMatrices = new("--full-matrices") { Description = "With laser: store what is truncated as full matrices, as its authors do; saves nothing." };
    private readonly Option<string?> _layers = new("--layers") { Description = "Compress only these blocks, such as 0-1,3." };
    private readonly Option<string?> _kinds = new("--kinds") { Description = "Compress only these matrix types, such as query,key." };
    private readonly Option<string?> _data = new("--data") { Description = "Labelled pairs to calibrate an encoder on, for all methods but svd and for selection by sensitivity." };
    private readonly Option<string?> _split = new("--split") { Description = "Only this split of --data, such as TRAIN in SICK." };
    private readonly Option<string?> _text = new("--text") { Description = "Running text to calibrate on: for a decoder, and for what needs no labels (asvd, svd-llm, afm)." };
    private readonly Option<int> _window = new("--window") { Description = "Tokens of a window of --text.", DefaultValueFactory = _ => 256 };
    private readonly Option<int> _samples = new("--samples") { Description = "Pairs, or windows of --text, to calibrate on.", DefaultValueFactory = _ => 256 };
    private readonly Option<string?> _cache = new("--calibration") { Description = "A folder to keep calibration statistics in, used again when nothing that they depend on has changed." };
    private readonly Option<bool> _dense = new("--dense") { Description = "Write the products B·A under the original names, for other tools; saves nothing." };
    private readonly Option<string?> _maxShardSize = new("--max-shard-size") { Description = "The most bytes of one weight file, such as 2GB or 500MB; without it the files of the source are kept." };
    private readonly Option<bool> _noGuard = new("--no-guard") { Description = "With --rank: factorize layers even at or above their break-even rank." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace the model in a folder that is not empty, and discard the unfinished work of another compression." };
    private readonly Option<string> _output = new("--out") { Description = "The folder to write.", Required = true };

    internal Argument<string> Model { get; } = new("MODEL") { Description = "A Hugging Face directory." };

    internal IEnumerable<Option> All =>
    [
        _method, _removed, _rank, _allocation, _layers, _kinds, _multiple, _evaluations, _fullMatrices, _data, _split, _text, _window, _samples, _cache, _dense, _maxShardSize, _noGuard, _force, _output,
        _shared.Seed, _shared.Threads, _shared.Quiet, _shared.Json,
    ];

    /// <exception cref="ArgumentException">The options do not go together.</exception>
    internal CompressRequest Read(ParseResult parse)
    {
        var scheme = CompressionScheme.ByName(parse.GetValue(_method)!);
        var (removed, rank, data) = (parse.GetValue(_removed), parse.GetValue(_rank), parse.GetValue(_data));
        var free = parse.GetValue(_allocation) == "laser";
        if (free && (removed ?? rank) is not null)
            throw new ArgumentException("laser looks for what helps, and takes neither --removed nor --rank.");
        if (!scheme.TakesBudget && (removed ?? rank) is not null)
            throw new ArgumentException($"{scheme.Name} has a size of its own, and takes neither --removed nor --rank.");
        if (scheme.Encoder is { TakesBudget: true } && rank is not null)
            throw new ArgumentException($"{scheme.Name} takes --removed, the fraction of the bytes, and has no ranks.");
        if (!free && scheme.TakesBudget && removed is null == rank is null)
            throw new ArgumentException("Say either --removed or --rank.");
        if (parse.GetValue(_multiple) < 1)
            throw new ArgumentException($"--multiple-of must be at least 1, and is {parse.GetValue(_multiple)}.");
        if (parse.GetValue(_evaluations) < 2)
            throw new ArgumentException($"--evaluations must be at least 2, and is {parse.GetValue(_evaluations)}.");
        if (rank < 1)
            throw new ArgumentException($"--rank must be at least 1, and is {rank}.");
        if (removed is { } fraction && !(fraction >= 0 && fraction < 1))
            throw new ArgumentException(FormattableString.Invariant($"--removed must be at least 0 and below 1, and is {fraction}."));
        if (parse.GetValue(_samples) < 1)
            throw new ArgumentException($"--samples must be at least 1, and is {parse.GetValue(_samples)}.");

        var selection = LayerSelection.Parse(parse.GetValue(_layers), parse.GetValue(_kinds));
        var selected = selection != LayerSelection.All;
        var allocation = Allocation(parse.GetValue(_allocation), selected, rank is not null);
        if (scheme.Method is SharedBasisSvd && (rank is not null || selected || allocation != "uniform"))
            throw new ArgumentException($"{scheme.Name} takes --removed and gives every group of layers its share: no --rank, --allocation, --layers or --kinds.");
        if (scheme.Method is null && (selected || parse.GetValue(_allocation) is not (null or "uniform") || parse.GetValue(_dense)))
            throw new ArgumentException($"{scheme.Name} treats every target linear alike, in a form of its own: no --allocation, --layers, --kinds or --dense.");
        var text = parse.GetValue(_text);
        if (data is not null && text is not null)
            throw new ArgumentException("Calibrate either on --data or on --text.");
        if (parse.GetValue(_window) < 3)
            throw new ArgumentException($"--window must be at least 3, and is {parse.GetValue(_window)}.");
        if (data is null && text is null && scheme.Needs != StatisticsKinds.None && removed is not 0)
            throw new ArgumentException($"{scheme.Name} needs --data FILE with labelled pairs, or --text FILE, to calibrate on.");
        if (data is null && text is null && rank is null && !selected && Allocations.NeedsLoss(allocation))
            throw new ArgumentException($"{allocation} runs the model: it needs --data FILE with labelled pairs or, for a decoder, --text FILE to judge it by{(allocation == "selective" ? "; or --layers or --kinds" : "")}. spectrum needs no data.");
        return new CompressRequest(
            parse.GetValue(Model)!, scheme, removed ?? 0, rank, allocation, selected ? selection : null, !parse.GetValue(_noGuard), parse.GetValue(_multiple), parse.GetValue(_evaluations), parse.GetValue(_fullMatrices),
            data, parse.GetValue(_split), text, parse.GetValue(_window), parse.GetValue(_samples), parse.GetValue(_cache), parse.GetValue(_shared.Seed), parse.GetValue(_dense), Bytes(parse.GetValue(_maxShardSize)),
            parse.GetValue(_force), parse.GetValue(_output)!, _shared.Parallelism(parse), parse.GetValue(_shared.Quiet), parse.GetValue(_shared.Json));
    }

    /// <summary>A number of bytes, or of KB, MB or GB of a thousand each, as Hugging Face counts them.</summary>
    private static long? Bytes(string? text)
    {
        if (text is null)
            return null;
        var (digits, unit) = text.Trim().ToUpperInvariant() switch
        {
            [.. var head, 'K', 'B'] => (head, 1_000L),
            [.. var head, 'M', 'B'] => (head, 1_000_000L),
            [.. var head, 'G', 'B'] => (head, 1_000_000_000L),
            var all => (all, 1L),
        };
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * unit >= 1 && number * unit < long.MaxValue
            ? (long)(number * unit)
            : throw new ArgumentException($"--max-shard-size is '{text}', which is no number of bytes such as 2GB or 500MB.");
    }

    private static string Allocation(string? name, bool selected, bool fixedRank)
    {
        if (fixedRank && name is not null)
            throw new ArgumentException("--allocation goes with --removed, not with --rank.");
        return (name, selected) switch
        {
            (null or "selective", true) => "selective",
            (null, false) => "uniform",
            (_, false) when Allocations.Names.Contains(name) => name,
            (_, true) when Allocations.Names.Contains(name) => throw new ArgumentException("--layers and --kinds go with --allocation selective."),
            _ => throw new ArgumentException($"There is no allocation '{name}'; the allocations are {string.Join(", ", Allocations.Names)}."),
        };
    }
}
