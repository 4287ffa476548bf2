using System.CommandLine;
using System.Globalization;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd forward</c>: logits and every hidden state of one sequence.</summary>
internal static class ForwardCommand
{
    internal static Command Create()
    {
        var shared = new SharedOptions();
        var model = new Argument<string>("MODEL") { Description = "A checkpoint directory." };
        var ids = new Option<string?>("--ids") { Description = "Token ids, as in 101,2023,102." };
        var types = new Option<string?>("--types") { Description = "Segments of the ids, 0 or 1; all 0 if left out." };
        var mask = new Option<string?>("--mask") { Description = "1 for an id that counts, 0 for padding; all 1 if left out. Rows are written for the 1s only." };
        var text = new Option<string?>("--text") { Description = "A sentence, instead of ids." };
        var pair = new Option<string?>("--pair") { Description = "A second sentence." };
        var output = new Option<string>("--out") { Description = "Where logits.npy and hidden_00.npy … are written.", Required = true };
        var command = new Command("forward", "Writes the logits and every hidden state of one sequence as float32 .npy files.") { model, ids, types, mask, text, pair, output, shared.Threads, shared.Quiet };
        command.SetAction(parse =>
        {
            var directory = parse.GetValue(model)!;
            if (parse.GetValue(ids) is null == parse.GetValue(text) is null)
                throw new ArgumentException("Give either --ids or --text.");
            if (parse.GetValue(text) is not null && (parse.GetValue(types) ?? parse.GetValue(mask)) is not null)
                throw new ArgumentException("--types and --mask go with --ids.");
            if (parse.GetValue(pair) is not null && parse.GetValue(text) is null)
                throw new ArgumentException("--pair goes with --text.");
            var loaded = TransformerModel<float>.Load(directory);
            var batch = parse.GetValue(ids) is { } list
                ? FromIds(list, parse.GetValue(types), parse.GetValue(mask))
                : FromText(directory, loaded, parse.GetValue(text)!, parse.GetValue(pair), parse.GetValue(shared.Quiet));
            if (batch.TokenCount == 0)
                throw new ArgumentException("There is no token that counts.");
            Run(loaded, batch, parse.GetValue(output)!, shared.Parallelism(parse), parse.GetValue(shared.Quiet));
            return ExitCodes.Done;
        });
        return command;
    }

    private static TokenBatch FromIds(string ids, string? types, string? mask)
    {
        var row = Row("--ids", ids, null);
        return TokenBatch.FromPadded(row, types is null ? null : Row("--types", types, row.Length), mask is null ? null : Row("--mask", mask, row.Length));
    }

    private static int[,] Row(string option, string text, int? length)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var row = new int[1, parts.Length];
        for (var i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out row[0, i]))
                throw new ArgumentException($"{option}: \"{parts[i]}\" is not a whole number.");
        return length is null || length == parts.Length ? row : throw new ArgumentException($"{option} has {parts.Length} numbers, and --ids {length}.");
    }

    private static TokenBatch FromText(string directory, TransformerModel<float> model, string text, string? pair, bool quiet)
    {
        if (model is LlamaModel<float>)
        {
            // A decoder's text is not cut: what it would then see is another text.
            var whole = ModelDirectory.Tokenizer(directory, model).Encode(text, pair);
            return whole.Ids.Length <= model.ContextLength
                ? TokenBatch.Pack([whole])
                : throw new ArgumentException($"The text has {whole.Ids.Length} tokens, and the model's context is {model.ContextLength}.");
        }
        var encoding = ModelDirectory.Tokenizer(directory, model).Encode(text, pair, model.ContextLength);
        if (encoding.Truncated > 0 && !quiet)
            Console.Error.WriteLine($"puresvd: {encoding.Truncated} tokens were cut off: the model takes {model.ContextLength}.");
        return TokenBatch.Pack([encoding]);
    }

    private static void Run(TransformerModel<float> model, TokenBatch batch, string output, Parallelism parallelism, bool quiet)
    {
        Directory.CreateDirectory(output);
        var logits = Path.Combine(output, "logits.npy");
        if (model is LlamaModel<float> llama)
        {
            var session = llama.CreateSession();
            session.Forward(batch, parallelism);
            WriteHidden(model, output, session.Hidden);
            NpyFile.Write(logits, session.Logits(parallelism));
            return;
        }
        var bert = (BertModel<float>)model;
        var encoder = bert.CreateSession();
        encoder.Forward(batch, parallelism);
        WriteHidden(model, output, encoder.Hidden);
        if (bert.HasClassifier)
            NpyFile.Write<float>(logits, encoder.Logits.Row(0), encoder.Logits.Columns);
        else if (bert.HasMaskedLmHead)
            NpyFile.Write(logits, encoder.MaskedLmLogits(parallelism));
        else if (!quiet)
            Console.Error.WriteLine("puresvd: the model has neither a classifier nor a masked-language-model head, so there are no logits.");
    }

    private static void WriteHidden(TransformerModel<float> model, string output, Func<int, MatrixView<float>> hidden)
    {
        for (var i = 0; i <= model.LayerCount; i++)
            NpyFile.Write(Path.Combine(output, $"hidden_{i:00}.npy"), hidden(i));
    }
}
