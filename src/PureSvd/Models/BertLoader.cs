using System.Numerics;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>Loads a BERT from a Hugging Face directory, with whichever heads are in it.</summary>
internal static class BertLoader
{
    internal static BertModel<T> Load<T>(string directory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!Directory.Exists(directory))
            throw new InputDataException(directory, "there is no such directory.", remedy: "Name the directory of a Hugging Face checkpoint.");
        var config = BertConfigFile.Read(directory);
        using var checkpoint = Checkpoint.Open(directory);
        var source = new CheckpointParameters<T>(checkpoint, CheckpointNames.Bert);
        CheckLayerCount(checkpoint, source, config);

        var embeddings = BertAssembly.Embeddings(config, source);
        var blocks = new BertBlock<T>[config.LayerCount];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = BertAssembly.Block(config, source, i);
        var pooler = HasLinear(source, BertAssembly.Pooler) ? source.Linear(BertAssembly.Pooler, config.HiddenSize, config.HiddenSize) : null;
        config = Classify(checkpoint, source, config);
        var classifier = config.Labels.Count > 0 ? source.Linear(BertAssembly.Classifier, config.HiddenSize, config.Labels.Count) : null;
        if (classifier is not null && pooler is null)
            throw new InputDataException(directory, "is missing, and the classifier reads it.", $"tensor {Printable.Quote(BertAssembly.Pooler + ".weight")}", "Take the weights of a whole BertForSequenceClassification.");
        return new BertModel<T>(config, embeddings, blocks, pooler, classifier, MaskedLmHead(source, config, embeddings));
    }

    private static bool HasLinear<T>(CheckpointParameters<T> source, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => source.Contains($"{name}.weight") || source.Contains($"{name}.a.weight");

    private static void CheckLayerCount<T>(Checkpoint checkpoint, CheckpointParameters<T> source, BertConfig config)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!source.Contains("bert.embeddings.word_embeddings.weight"))
            throw new InputDataException(checkpoint.Directory, "is missing: these are not the weights of a BERT.", $"tensor {Printable.Quote("bert.embeddings.word_embeddings.weight")}", "Take a checkpoint whose model_type is bert.");
        var count = 0;
        while (source.Contains($"{BertAssembly.Block(count)}.attention.output.LayerNorm.weight"))
            count++;
        if (count > config.LayerCount)
            throw new InputDataException(checkpoint.Directory, $"the weights have {count} layers, and num_hidden_layers in {ConfigReader.FileName} is {config.LayerCount}.", $"tensor {Printable.Quote(BertAssembly.Block(config.LayerCount))}", "Take the config.json and the weights of one checkpoint.");
    }

    // The labels that the classifier really has; none without a classifier, whatever id2label says.
    private static BertConfig Classify<T>(Checkpoint checkpoint, CheckpointParameters<T> source, BertConfig config)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var shape = source.ShapeOf($"{BertAssembly.Classifier}.weight") ?? source.ShapeOf($"{BertAssembly.Classifier}.b.weight");
        if (shape is null)
            return config with { Labels = [] };
        var rows = shape.Length == 2 ? (int)Math.Clamp(shape[0], 0, int.MaxValue) : 0;
        if (config.Labels.Count == 0 && rows > 0)
            return config with { Labels = BertConfig.UnnamedLabels(rows) };
        if (rows != config.Labels.Count)
            throw new InputDataException(checkpoint.Directory, $"has the shape {Printable.Shape(shape)}, and id2label in {ConfigReader.FileName} has {config.Labels.Count} labels.", $"tensor {Printable.Quote(BertAssembly.Classifier + ".weight")}", "Correct id2label.");
        return config;
    }

    private static BertMaskedLmHead<T>? MaskedLmHead<T>(CheckpointParameters<T> source, BertConfig config, BertEmbeddings<T> embeddings)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!HasLinear(source, $"{BertAssembly.MaskedLm}.transform.dense"))
            return null;
        const string DecoderName = BertAssembly.MaskedLm + ".decoder.weight";
        var table = embeddings.Word.Table;
        var decoder = table;
        // As transformers: tied when the configuration says so; without a word from it, a table that differs from the embeddings is one of its own.
        if (config.TieWordEmbeddings != true && source.Contains(DecoderName))
        {
            var own = source.Matrix(DecoderName, config.VocabularySize, config.HiddenSize);
            if (config.TieWordEmbeddings == false || !own.Value.Span.SequenceEqual(table.Value.Span))
                decoder = own;
        }
        return BertAssembly.MaskedLmHead(config, source, decoder);
    }
}
