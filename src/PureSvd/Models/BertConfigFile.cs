using System.Text.Json;
using PureSvd.Layers;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>Reads and writes the <c>config.json</c> of a BERT.</summary>
internal static class BertConfigFile
{
    internal const string FileName = "config.json";
    internal const string DenseType = "bert";
    internal const string CompressedType = "puresvd-bert";
    private const long MaxBytes = 16 << 20;

    /// <summary>Reads the configuration of <paramref name="directory"/>.</summary>
    /// <exception cref="InputDataException">It is missing or malformed, or of a model that is not a BERT as published.</exception>
    internal static BertConfig Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            using var document = JsonDocument.Parse(InputFile.ReadAllBytes(path, MaxBytes));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InputDataException(path, "is not a JSON object.", remedy: "Take the config.json that belongs to the checkpoint.");
            return Read(new Reader(path, document.RootElement.Clone()));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // The latter: text that is not valid UTF-8 or UTF-16.
        {
            throw new InputDataException(path, $"is not valid JSON: {e.Message}", remedy: "Take the config.json that belongs to the checkpoint.", inner: e);
        }
    }

    private static BertConfig Read(Reader json)
    {
        CheckArchitecture(json);
        var defaults = new BertConfig();
        var config = defaults with
        {
            VocabularySize = json.Size("vocab_size", defaults.VocabularySize),
            HiddenSize = json.Size("hidden_size", defaults.HiddenSize),
            LayerCount = json.Size("num_hidden_layers", defaults.LayerCount),
            HeadCount = json.Size("num_attention_heads", defaults.HeadCount),
            IntermediateSize = json.Size("intermediate_size", defaults.IntermediateSize),
            MaxPositions = json.Size("max_position_embeddings", defaults.MaxPositions),
            TypeVocabularySize = json.Size("type_vocab_size", defaults.TypeVocabularySize),
            LayerNormEpsilon = json.Number("layer_norm_eps", defaults.LayerNormEpsilon, "positive", static x => x > 0 && x < 1),
            Activation = json.Text("hidden_act") ?? defaults.Activation,
            HiddenDropout = json.Number("hidden_dropout_prob", defaults.HiddenDropout, "at least 0 and below 1", static x => x is >= 0 and < 1),
            AttentionDropout = json.Number("attention_probs_dropout_prob", defaults.AttentionDropout, "at least 0 and below 1", static x => x is >= 0 and < 1),
            InitializerRange = json.Number("initializer_range", defaults.InitializerRange, "positive", static x => x > 0 && x < 10),
            TieWordEmbeddings = json.Flag("tie_word_embeddings"),
            Labels = ReadLabels(json),
            Original = json.Root,
        };
        if (config.HiddenSize % config.HeadCount != 0)
            throw new InputDataException(json.Path, $"hidden_size is {config.HiddenSize}, which num_attention_heads {config.HeadCount} does not divide.", "num_attention_heads", "Correct one of the two.");
        if (Activations.ByName(config.Activation) is null)
            throw new InputDataException(json.Path, $"the activation {Printable.Quote(config.Activation)} is not known.", "hidden_act", "Known are gelu, gelu_new, gelu_pytorch_tanh and relu.");
        return config;
    }

    private static void CheckArchitecture(Reader json)
    {
        var type = json.Text("model_type");
        if (type is not (null or DenseType or CompressedType))
            throw new InputDataException(json.Path, $"the model is of type {Printable.Quote(type)}, not a BERT.", "model_type", "Take a checkpoint whose model_type is bert.");
        if (type is null && json.Root.TryGetProperty("architectures", out var architectures) && architectures.ValueKind == JsonValueKind.Array
            && architectures.GetArrayLength() > 0 && architectures[0].ValueKind == JsonValueKind.String && !architectures[0].GetString()!.StartsWith("Bert", StringComparison.Ordinal))
            throw new InputDataException(json.Path, $"the architecture is {Printable.Quote(architectures[0].GetString()!)}, not a BERT.", "architectures", "Take a checkpoint whose model_type is bert.");
        if (json.Text("position_embedding_type") is { } position && position != "absolute")
            throw new InputDataException(json.Path, $"the position embeddings are {Printable.Quote(position)}.", "position_embedding_type", "Only absolute ones are supported.");
        foreach (var flag in new[] { "is_decoder", "add_cross_attention" })
            if (json.Flag(flag) == true)
                throw new InputDataException(json.Path, "the model is a decoder.", flag, "Only encoders are supported.");
    }

    // {"0": "entailment", …} in the order of the ids; without names LABEL_i, as many as num_labels says.
    private static string[] ReadLabels(Reader json)
    {
        if (!json.Root.TryGetProperty("id2label", out var map) || map.ValueKind == JsonValueKind.Null)
            return json.Root.TryGetProperty("num_labels", out _) ? BertConfig.UnnamedLabels(json.Size("num_labels", 2)) : [];
        if (map.ValueKind != JsonValueKind.Object)
            throw new InputDataException(json.Path, "is not an object from ids to names.", "id2label");
        var labels = new string?[map.EnumerateObject().Count()];
        foreach (var entry in map.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, out var id) || (uint)id >= (uint)labels.Length || labels[id] is not null || entry.Value.ValueKind != JsonValueKind.String)
                throw new InputDataException(json.Path, $"the ids must run from 0 to {labels.Length - 1}, each with one name; {Printable.Quote(entry.Name)} does not fit.", "id2label");
            labels[id] = entry.Value.GetString();
        }
        return labels!;
    }

    /// <summary>Writes <paramref name="config"/>, and whatever else the file that it was read from had.</summary>
    internal static void Write(string directory, BertConfig config, bool compressed, bool classifier, bool maskedLm)
    {
        var known = new List<(string Name, Action<Utf8JsonWriter, string> Write)>
        {
            ("architectures", (json, name) =>
            {
                json.WriteStartArray(name);
                json.WriteStringValue(classifier ? "BertForSequenceClassification" : maskedLm ? "BertForMaskedLM" : "BertModel");
                json.WriteEndArray();
            }),
            ("model_type", (json, name) => json.WriteString(name, compressed ? CompressedType : DenseType)),
            ("vocab_size", (json, name) => json.WriteNumber(name, config.VocabularySize)),
            ("hidden_size", (json, name) => json.WriteNumber(name, config.HiddenSize)),
            ("num_hidden_layers", (json, name) => json.WriteNumber(name, config.LayerCount)),
            ("num_attention_heads", (json, name) => json.WriteNumber(name, config.HeadCount)),
            ("intermediate_size", (json, name) => json.WriteNumber(name, config.IntermediateSize)),
            ("max_position_embeddings", (json, name) => json.WriteNumber(name, config.MaxPositions)),
            ("type_vocab_size", (json, name) => json.WriteNumber(name, config.TypeVocabularySize)),
            ("layer_norm_eps", (json, name) => json.WriteNumber(name, config.LayerNormEpsilon)),
            ("hidden_act", (json, name) => json.WriteString(name, config.Activation)),
            ("hidden_dropout_prob", (json, name) => json.WriteNumber(name, config.HiddenDropout)),
            ("attention_probs_dropout_prob", (json, name) => json.WriteNumber(name, config.AttentionDropout)),
            ("initializer_range", (json, name) => json.WriteNumber(name, config.InitializerRange)),
        };
        if (config.TieWordEmbeddings is { } tied)
            known.Add(("tie_word_embeddings", (json, name) => json.WriteBoolean(name, tied)));
        if (config.Labels.Count > 0)
        {
            known.Add(("id2label", (json, name) => WriteObject(json, name, config.Labels.Count, i => json.WriteString($"{i}", config.Labels[i]))));
            if (config.Labels.Distinct(StringComparer.Ordinal).Count() == config.Labels.Count)
                known.Add(("label2id", (json, name) => WriteObject(json, name, config.Labels.Count, i => json.WriteNumber(config.Labels[i], i))));
        }

        var names = known.Select(k => k.Name).ToHashSet(StringComparer.Ordinal);
        AtomicFile.Write(Path.Combine(directory, FileName), stream =>
        {
            using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            {
                json.WriteStartObject();
                foreach (var (name, write) in known)
                    write(json, name);
                if (config.Original is { } original)
                    foreach (var member in original.EnumerateObject())
                        if (!names.Contains(member.Name))
                            member.WriteTo(json);
                json.WriteEndObject();
            }
            stream.WriteByte((byte)'\n');
        });
    }

    private static void WriteObject(Utf8JsonWriter json, string name, int count, Action<int> member)
    {
        json.WriteStartObject(name);
        for (var i = 0; i < count; i++)
            member(i);
        json.WriteEndObject();
    }

    /// <summary>Typed access to the members of one JSON object, with errors that name file and member.</summary>
    private sealed record Reader(string Path, JsonElement Root)
    {
        internal int Size(string name, int fallback)
        {
            if (!Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
                return fallback;
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var size) && size > 0
                ? size
                : throw new InputDataException(Path, $"is {Printable.Quote(value.GetRawText())}, not a positive whole number.", name);
        }

        internal double Number(string name, double fallback, string range, Func<double, bool> isInRange)
        {
            if (!Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
                return fallback;
            return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && isInRange(number)
                ? number
                : throw new InputDataException(Path, $"is {Printable.Quote(value.GetRawText())}, not a number that is {range}.", name);
        }

        internal string? Text(string name)
        {
            if (!Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
                return null;
            return value.ValueKind == JsonValueKind.String ? value.GetString() : throw new InputDataException(Path, $"is {Printable.Quote(value.GetRawText())}, not a text.", name);
        }

        internal bool? Flag(string name)
        {
            if (!Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
                return null;
            return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new InputDataException(Path, $"is {Printable.Quote(value.GetRawText())}, not true or false.", name);
        }
    }
}
