using System.CommandLine;
using System.Text;
using PureSvd.Factorization;
using PureSvd.Models;
using PureSvd.Research.Evaluation;

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
        CheckpointCompressor.CheckDestination(request.Model, request.Output, request.Force);
        var manifest = TerminalProgress.Run(!request.Quiet, progress =>
        {
            var (plan, statistics) = Plan(request, targets, progress, cancellationToken);
            var compression = new CheckpointCompression
            {
                Method = request.Method,
                Statistics = statistics,
                StoreDense = request.Dense,
                MaxShardBytes = request.MaxShardBytes,
                Overwrite = request.Force,
                Parallelism = request.Parallelism,
            };
            return CheckpointCompressor.Compress(request.Model, plan, compression, request.Output, progress, cancellationToken);
        });

        if (request.Json)
            Console.Out.Write(Encoding.UTF8.GetString(manifest.ToJson()));
        else
            CompressionTable.Write(manifest);
        if (!request.Quiet)
            Console.Error.WriteLine($"Wrote {request.Output}.");
    }

    private static (RankPlan Plan, CalibrationStatistics? Statistics) Plan(
        CompressRequest request, IReadOnlyList<TargetShape> targets, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    {
        var statistics = default(CalibrationStatistics);
        var calibration = default(NliCalibration);
        if (request.Data is { } data && (request.Method.Needs != StatisticsKinds.None || request.Allocation == CompressRequest.MeasuredAllocation))
        {
            calibration = new NliCalibration(request.Model, data, request.Split, request.Samples, request.Seed);
            if (request.Method.Needs != StatisticsKinds.None)
                statistics = calibration.Statistics(request.Cache, request.Parallelism, request.Method.Needs, progress, cancellationToken);
        }
        else if (request.Text is { } text && request.Method.Needs != StatisticsKinds.None)
        {
            statistics = TextCalibration.Statistics(
                request.Model, text, request.Window, request.Samples, request.Seed, request.Method.Needs, request.Cache, request.Parallelism, progress, cancellationToken);
        }

        var plan = request switch
        {
            { Rank: { } rank } => RankPlan.FixedRank(targets, rank, request.Selection, request.Guard),
            { Allocation: CompressRequest.MeasuredAllocation } => calibration!.Sensitivity(request.Method, statistics, request.Parallelism, progress, cancellationToken).Allocate(request.Removed),
            { Allocation: "spectrum" } => Spectrum(request, calibration?.Model, statistics, progress, cancellationToken),
            _ => UniformAllocation.Allocate(targets, request.Removed, request.Selection),
        };
        return (plan, statistics);
    }

    private static RankPlan Spectrum(CompressRequest request, BertModel<float>? model, CalibrationStatistics? statistics, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    {
        var factorization = new ModelFactorization<float>(model ?? TransformerModel<float>.Load(request.Model), request.Method, statistics?.Layers);
        factorization.DecomposeAll(request.Parallelism, progress, cancellationToken);
        return SpectrumAllocation.Allocate(factorization.Spectra(request.Parallelism, cancellationToken), request.Removed);
    }
}
