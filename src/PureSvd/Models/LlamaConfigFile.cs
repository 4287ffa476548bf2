using System.Text.Json;
using PureSvd.Layers;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>Reads and writes the <c>config.json</c> of a model of Llama's architecture.</summary>
internal static class LlamaConfigFile
{
    internal const string DenseType = "llama";
    internal const string MistralType = "mistral";
    internal const string CompressedType = "puresvd-llama";

    /// <summary>Reads the configuration of <paramref name="directory"/>.</summary>
    /// <exception cref="InputDataException">It is missing or malformed, or of a model that this library cannot run.</exception>
    internal static LlamaConfig Read(string directory) => ConfigReader.Read(directory, Read);

    internal static bool IsLlama(string modelType) => modelType is DenseType or MistralType or CompressedType;

    internal static LlamaConfig Read(ConfigReader json)
    {
        CheckArchitecture(json);
        var defaults = new LlamaConfig();
        var rope = Rope(json);
        var config = defaults with
        {
            VocabularySize = json.Size("vocab_size", defaults.VocabularySize),
            HiddenSize = json.Size("hidden_size", defaults.HiddenSize),
            LayerCount = json.Size("num_hidden_layers", defaults.LayerCount),
            HeadCount = json.Size("num_attention_heads", defaults.HeadCount),
            IntermediateSize = json.Size("intermediate_size", defaults.IntermediateSize),
            MaxPositions = json.Size("max_position_embeddings", defaults.MaxPositions),
            SlidingWindow = json.Flag("use_sliding_window") == false ? null : json.OptionalSize("sliding_window"),
            RmsNormEpsilon = json.Number("rms_norm_eps", defaults.RmsNormEpsilon, "positive", static x => x > 0 && x < 1),
            RopeTheta = (rope?.Root.TryGetProperty("rope_theta", out _) == true ? rope : json).Number("rope_theta", defaults.RopeTheta, "at least 1", static x => x >= 1 && double.IsFinite(x)),
            RopeScaling = rope is null ? null : Scaling(rope),
            AttentionBias = json.Flag("attention_bias") ?? false,
            MlpBias = json.Flag("mlp_bias") ?? false,
            TieWordEmbeddings = json.Flag("tie_word_embeddings") ?? false,
            InitializerRange = json.Number("initializer_range", defaults.InitializerRange, "positive", static x => x > 0 && x < 10),
            BosTokenId = TokenIds(json, "bos_token_id").Cast<int?>().FirstOrDefault(),
            EosTokenIds = TokenIds(json, "eos_token_id"),
            Original = json.Root,
        };
        if (json.OptionalSize("num_key_value_heads") is { } keyValueHeads)
            config = config with { KeyValueHeadCount = keyValueHeads };
        if (json.OptionalSize("head_dim") is { } headSize)
            config = config with { HeadSize = headSize };
        else if (config.HiddenSize % config.HeadCount != 0)
            throw json.Fault("num_attention_heads", $"hidden_size is {config.HiddenSize}, which num_attention_heads {config.HeadCount} does not divide, and there is no head_dim.", "Correct one of the two.");
        CheckHeads(json, config);
        return config;
    }

    private static void CheckHeads(ConfigReader json, LlamaConfig config)
    {
        if (config.HeadCount % config.KeyValueHeadCount != 0)
            throw json.Fault("num_key_value_heads", $"num_attention_heads is {config.HeadCount}, which num_key_value_heads {config.KeyValueHeadCount} does not divide.", "Correct one of the two.");
        if (config.HeadSize % 2 != 0)
            throw json.Fault("head_dim", $"the size of a head is {config.HeadSize}, and rotary embeddings need an even one.");
        if ((long)config.HeadCount * config.HeadSize > int.MaxValue)
            throw json.Fault("head_dim", $"{config.HeadCount} heads of {config.HeadSize} are more than any model has.");
    }

    private static void CheckArchitecture(ConfigReader json)
    {
        if (json.ModelType() is var type && !IsLlama(type))
            throw json.Fault("model_type", $"the model is of type {Printable.Quote(type)}, not of Llama's architecture.", "Supported are bert, llama and mistral.");
        if (json.Text("hidden_act") is { } activation and not ("silu" or "swish"))
            throw json.Fault("hidden_act", $"the activation {Printable.Quote(activation)} is not supported.", "Llama's is silu.");
        if (json.Object("quantization_config") is { } quantization)
            throw quantization.Fault("quant_method", $"the weights are quantized ({Printable.Quote(quantization.Text("quant_method") ?? "unnamed")}).", "Take the checkpoint in float32, float16 or bfloat16.");
        if (json.Number("partial_rotary_factor", 1, "a number", double.IsFinite) is var part && part != 1)
            throw json.Fault("partial_rotary_factor", FormattableString.Invariant($"only a part of each head is rotated ({part})."), "Rotary embeddings over whole heads alone are supported.");
    }

    // transformers 4 has rope_theta and rope_scaling side by side; transformers 5 both in rope_parameters.
    private static ConfigReader? Rope(ConfigReader json) => json.Object("rope_parameters") ?? json.Object("rope_scaling");

    private static RotaryScaling? Scaling(ConfigReader rope)
    {
        static bool AtLeastOne(double x) => x >= 1 && double.IsFinite(x);
        static bool Positive(double x) => x > 0 && double.IsFinite(x);
        var (key, type) = rope.Text("rope_type") is { } named ? ("rope_type", named) : ("type", rope.Text("type"));
        switch (type)
        {
            case null when !rope.Root.TryGetProperty("factor", out _):
            case "default":
                return null;
            case "linear":
                return new RotaryScaling(RotaryScalingKind.Linear, rope.RequiredNumber("factor", "at least 1", AtLeastOne));
            case "llama3":
                var scaling = new RotaryScaling(
                    RotaryScalingKind.Llama3,
                    rope.RequiredNumber("factor", "at least 1", AtLeastOne),
                    rope.RequiredNumber("low_freq_factor", "positive", Positive),
                    rope.RequiredNumber("high_freq_factor", "positive", Positive),
                    rope.OptionalSize("original_max_position_embeddings") ?? throw rope.Fault("original_max_position_embeddings", "is missing, and llama3 scaling needs it."));
                return scaling.HighFrequencyFactor > scaling.LowFrequencyFactor
                    ? scaling
                    : throw rope.Fault("high_freq_factor", FormattableString.Invariant($"is {scaling.HighFrequencyFactor}, and must be above low_freq_factor {scaling.LowFrequencyFactor}."));
            default:
                throw rope.Fault(key, $"the scaling of rotary embeddings {Printable.Quote(type ?? "none")} is not supported.", "Supported are linear and llama3.");
        }
    }

    // One id or a list of them; Llama 3 has several ends.
    private static int[] TokenIds(ConfigReader json, string name)
    {
        if (!json.Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return [];
        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return Array.ConvertAll(items, item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0
            ? id
            : throw json.Fault(name, $"is {Printable.Quote(value.GetRawText())}, neither a token id nor a list of them."));
    }

    /// <summary>Writes <paramref name="config"/>, and whatever else the file that it was read from had.</summary>
    internal static void Write(string directory, LlamaConfig config, bool compressed, IReadOnlyDictionary<string, string> sharedBases)
    {
        var dense = config.Original is { } read && read.TryGetProperty("model_type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == MistralType ? MistralType : DenseType;
        var known = new List<(string Name, Action<Utf8JsonWriter, string> Write)>
        {
            ("architectures", (json, name) =>
            {
                json.WriteStartArray(name);
                json.WriteStringValue(dense == MistralType ? "MistralForCausalLM" : "LlamaForCausalLM");
                json.WriteEndArray();
            }),
            ("model_type", (json, name) => json.WriteString(name, compressed ? CompressedType : dense)),
            ("vocab_size", (json, name) => json.WriteNumber(name, config.VocabularySize)),
            ("hidden_size", (json, name) => json.WriteNumber(name, config.HiddenSize)),
            ("num_hidden_layers", (json, name) => json.WriteNumber(name, config.LayerCount)),
            ("num_attention_heads", (json, name) => json.WriteNumber(name, config.HeadCount)),
            ("num_key_value_heads", (json, name) => json.WriteNumber(name, config.KeyValueHeadCount)),
            ("head_dim", (json, name) => json.WriteNumber(name, config.HeadSize)),
            ("intermediate_size", (json, name) => json.WriteNumber(name, config.IntermediateSize)),
            ("max_position_embeddings", (json, name) => json.WriteNumber(name, config.MaxPositions)),
            ("rms_norm_eps", (json, name) => json.WriteNumber(name, config.RmsNormEpsilon)),
            ("hidden_act", (json, name) => json.WriteString(name, "silu")),
            ("rope_theta", (json, name) => json.WriteNumber(name, config.RopeTheta)),
            ("rope_scaling", (json, name) => WriteScaling(json, name, config.RopeScaling)),
            ("attention_bias", (json, name) => json.WriteBoolean(name, config.AttentionBias)),
            ("mlp_bias", (json, name) => json.WriteBoolean(name, config.MlpBias)),
            ("tie_word_embeddings", (json, name) => json.WriteBoolean(name, config.TieWordEmbeddings)),
            ("initializer_range", (json, name) => json.WriteNumber(name, config.InitializerRange)),
            ("bos_token_id", (json, name) => WriteIds(json, name, config.BosTokenId is { } bos ? [bos] : [])),
            ("eos_token_id", (json, name) => WriteIds(json, name, config.EosTokenIds)),
        };
        if (config.SlidingWindow is { } window)
            known.Add(("sliding_window", (json, name) => json.WriteNumber(name, window)));
        if (SharedBases.Member(sharedBases) is { } shared)
            known.Add(shared);
        ConfigWriter.Write(directory, known, config.Original, except: "rope_parameters");
    }

    private static void WriteScaling(Utf8JsonWriter json, string name, RotaryScaling? scaling)
    {
        if (scaling is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteString("rope_type", scaling.Kind == RotaryScalingKind.Linear ? "linear" : "llama3");
        json.WriteNumber("factor", scaling.Factor);
        if (scaling.Kind == RotaryScalingKind.Llama3)
        {
            json.WriteNumber("low_freq_factor", scaling.LowFrequencyFactor);
            json.WriteNumber("high_freq_factor", scaling.HighFrequencyFactor);
            json.WriteNumber("original_max_position_embeddings", scaling.OriginalPositions);
        }
        json.WriteEndObject();
    }

    private static void WriteIds(Utf8JsonWriter json, string name, IReadOnlyList<int> ids)
    {
        if (ids.Count == 0)
        {
            json.WriteNull(name);
        }
        else if (ids.Count == 1)
        {
            json.WriteNumber(name, ids[0]);
        }
        else
        {
            json.WriteStartArray(name);
            foreach (var id in ids)
                json.WriteNumberValue(id);
            json.WriteEndArray();
        }
    }
}
