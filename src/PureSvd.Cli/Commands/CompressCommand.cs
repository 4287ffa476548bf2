using System.CommandLine;
using System.Text;
using PureSvd.Factorization;
using PureSvd.Models;
using PureSvd.Research.Evaluation;
using PureSvd.Storage;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd compress</c>: a checkpoint directory into a smaller one.</summary>
internal static class CompressCommand
{
    internal static Command Create()
    {
        var options = new CompressOptions();
        var command = new Command("compress", "Compresses a checkpoint directory by low-rank factorization.");
        command.Arguments.Add(options.Model);
        foreach (var option in options.All)
            command.Options.Add(option);
        command.SetAction((parse, cancellationToken) =>
        {
            Run(options.Read(parse), cancellationToken);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static void Run(CompressRequest request, CancellationToken cancellationToken)
    {
        var targets = CheckpointCompressor.ReadTargets(request.Model);
        using var destination = CompressionDestination.Reserve(request.Model, request.Output, request.Force);
        var manifest = TerminalProgress.Run(!request.Quiet, progress =>
        {
            var (plan, statistics) = Plan(request, targets, progress, cancellationToken);
            var compression = new CheckpointCompression
            {
                Method = request.Method,
                Statistics = statistics,
                Encoder = request.Scheme.Encoder,
                EncoderRemoves = request.Scheme.Encoder is { TakesBudget: true } ? request.Removed : 0,
                StoreDense = request.Dense,
                MaxShardBytes = request.MaxShardBytes,
                Overwrite = request.Force,
                Parallelism = request.Parallelism,
            };
            return CheckpointCompressor.Compress(request.Model, plan, compression, destination, progress, cancellationToken);
        });

        if (request.Json)
            Console.Out.Write(Encoding.UTF8.GetString(manifest.ToJson()));
        else
            CompressionTable.Write(manifest);
        if (!request.Quiet)
            Console.Error.WriteLine($"Wrote {request.Output}.");
    }

    private static (RankPlan Plan, CalibrationSource? Statistics) Plan(
        CompressRequest request, IReadOnlyList<TargetShape> targets, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    {
        var searches = request.Rank is null && request.Selection is null && Allocations.NeedsLoss(request.Allocation);
        var needs = request.Scheme.Needs;
        var pairs = request.Data is { } data && (needs != StatisticsKinds.None || searches) ? new NliCalibration(request.Model, data, request.Split, request.Samples, request.Seed) : null;
        CalibrationSource? statistics = needs == StatisticsKinds.None ? null
            : pairs is not null ? pairs.Statistics(request.Cache, request.Parallelism, needs, progress, cancellationToken)
            : request.Text is { } text && IsPlannedWithout(request) ? TextCalibration.Streamed(request.Model, text, request.Window, request.Samples, request.Seed, needs)
            : request.Text is not null ? TextCalibration.Statistics(request.Model, request.Text, request.Window, request.Samples, request.Seed, needs, request.Cache, request.Parallelism, progress, cancellationToken)
            : null;
        var plan = request switch
        {
            { Scheme: { Method: null, TakesBudget: var pruned } } => new RankPlan("none", null, [.. targets.Select(t => LayerPlan.Dense(t))])
            {
                Remark = pruned ? FormattableString.Invariant($"{request.Removed} of the bytes of every target linear were to be removed, the index of what is left included") : null,
            },
            { Rank: { } rank } => RankPlan.FixedRank(targets, rank, request.Selection, request.Guard),
            { Method: SharedBasisSvd sharing } => sharing.Allocate(targets, request.Removed),
            { Allocation: "uniform" } or { Selection: not null } => UniformAllocation.Allocate(targets, request.Removed, request.Selection),
            _ => Search(request, pairs, statistics as CalibrationStatistics, searches, progress, cancellationToken),
        };
        return (plan.ToMultiplesOf(request.Multiple), statistics);
    }

    /// <summary>Whether statistics are of no use to the plan, nor to be kept: then they need not be in memory all at once.</summary>
    private static bool IsPlannedWithout(CompressRequest request)
        => request.Cache is null && request.Method is not SharedBasisSvd && (request.Scheme.Method is null || request.Rank is not null || request.Selection is not null || request.Allocation == "uniform");

    private static RankPlan Search(
        CompressRequest request, NliCalibration? pairs, CalibrationStatistics? statistics, bool searches, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    {
        var model = pairs?.Model ?? TransformerModel<float>.Load(request.Model);
        var loss = !searches ? null : pairs is not null ? pairs.Loss(request.Parallelism, cancellationToken) : LossOfText(request, model, cancellationToken);
        return Allocations.Allocate(request.Allocation, new AllocationRequest<float>
        {
            Factorization = new ModelFactorization<float>(model, request.Method, statistics?.Layers),
            Removed = request.Removed,
            Loss = loss,
            Evaluations = request.Evaluations,
            Seed = request.Seed,
            Factored = !request.FullMatrices,
            Parallelism = request.Parallelism,
        }, progress, cancellationToken);
    }

    private static Func<TransformerModel<float>, double> LossOfText(CompressRequest request, TransformerModel<float> model, CancellationToken cancellationToken)
    {
        if (model is not LlamaModel<float>)
            throw new InputDataException(request.Model, "is an encoder, and running text gives it no loss to judge a plan by.", remedy: "Give labelled pairs with --data.");
        var windows = TextCalibration.OtherWindows(model, request.Model, request.Text!, request.Window, request.Samples, request.Seed);
        var sample = new TextSample(windows);
        return candidate => sample.MeanLoss(candidate, request.Parallelism, cancellationToken);
    }
}
