using System.Text.Json.Serialization;
using PureSvd.Cli.Commands;
using PureSvd.Factorization;

namespace PureSvd.Cli;

/// <summary>What commands print under <c>--json</c> that has no form of its own.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(GenerateResult))]
[JsonSerializable(typeof(LikelihoodReport))]
[JsonSerializable(typeof(TruncationReport))]
[JsonSerializable(typeof(TokenizeResult))]
[JsonSerializable(typeof(SvdResult))]
[JsonSerializable(typeof(InspectResult))]
internal sealed partial class CommandJson : JsonSerializerContext;
