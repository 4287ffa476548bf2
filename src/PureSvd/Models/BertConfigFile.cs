using System.Text.Json;
using PureSvd.Layers;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>Reads and writes the <c>config.json</c> of a BERT.</summary>
internal static class BertConfigFile
{
    internal const string DenseType = "bert";
    internal const string CompressedType = "puresvd-bert";

    /// <summary>Reads the configuration of <paramref name="directory"/>.</summary>
    /// <exception cref="InputDataException">It is missing or malformed, or of a model that is not a BERT as published.</exception>
    internal static BertConfig Read(string directory) => ConfigReader.Read(directory, Read);

    internal static BertConfig Read(ConfigReader json)
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

    private static void CheckArchitecture(ConfigReader json)
    {
        if (json.ModelType() is var type and not (DenseType or CompressedType))
            throw json.Fault("model_type", $"the model is of type {Printable.Quote(type)}, not a BERT.", "Take a checkpoint whose model_type is bert.");
        if (json.Text("position_embedding_type") is { } position && position != "absolute")
            throw new InputDataException(json.Path, $"the position embeddings are {Printable.Quote(position)}.", "position_embedding_type", "Only absolute ones are supported.");
        foreach (var flag in new[] { "is_decoder", "add_cross_attention" })
            if (json.Flag(flag) == true)
                throw new InputDataException(json.Path, "the model is a decoder.", flag, "Only encoders are supported.");
    }

    // {"0": "entailment", …} in the order of the ids; without names LABEL_i, as many as num_labels says.
    private static string[] ReadLabels(ConfigReader json)
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
    internal static void Write(string directory, BertConfig config, bool compressed, IReadOnlyDictionary<string, string> sharedBases, bool classifier, bool maskedLm)
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
        if (SharedBases.Member(sharedBases) is { } shared)
            known.Add(shared);
        ConfigWriter.Write(directory, known, config.Original);
    }

    private static void WriteObject(Utf8JsonWriter json, string name, int count, Action<int> member)
    {
        json.WriteStartObject(name);
        for (var i = 0; i < count; i++)
            member(i);
        json.WriteEndObject();
    }
}
