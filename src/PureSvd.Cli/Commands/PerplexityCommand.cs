using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Research.Evaluation;
using PureSvd.Storage;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd perplexity</c>: how well a decoder foresees a text, in both conventions.</summary>
internal static class PerplexityCommand
{
    internal static Command Create()
    {
        var shared = new SharedOptions();
        var model = new Argument<string>("MODEL") { Description = "A decoder's checkpoint directory, dense or compressed." };
        var text = new Option<string>("--text") { Description = "A UTF-8 text file.", Required = true };
        var separator = new Option<string?>("--separator") { Description = "What stands between documents, such as <|endoftext|>; white space after it is dropped. One document if left out." };
        var window = new Option<int?>("--window") { Description = "Tokens in a window; the model's context if left out." };
        var stride = new Option<int?>("--stride") { Description = "Tokens that each rolling window after the first predicts, from those before them; the whole window if left out, as the harness does." };
        var limit = new Option<int?>("--limit") { Description = "Only the first so many documents." };
        var command = new Command("perplexity", "Perplexity by word, byte and token (rolling, as lm-evaluation-harness) and by blocks (as GPTQ).")
        {
            model, text, separator, window, stride, limit, shared.Threads, shared.Json, shared.Quiet,
        };
        command.SetAction((parse, cancellationToken) =>
        {
            var directory = parse.GetValue(model)!;
            var file = parse.GetValue(text)!;
            if (parse.GetValue(limit) is <= 0 and var count)
                throw new ArgumentException($"--limit must be positive, and is {count}.");
            var documents = new Documents(file, parse.GetValue(separator) ?? "", Take: parse.GetValue(limit) ?? 0).Read();
            var (any, tokenizer) = ModelDirectory.LoadAny(directory);
            if (any is not LlamaModel<float> decoder)
                throw new InputDataException(directory, "the model is an encoder, and perplexity is a decoder's.", remedy: "Use evaluate or probe.");
            if (parse.GetValue(window) is { } length && (length < 2 || length > decoder.ContextLength))
                throw new ArgumentException($"--window must be from 2 to the model's context of {decoder.ContextLength}, and is {length}.");
            if (parse.GetValue(stride) is { } step && (step < 1 || step > (parse.GetValue(window) ?? decoder.ContextLength)))
                throw new ArgumentException($"--stride must be from 1 to the window of {parse.GetValue(window) ?? decoder.ContextLength}, and is {step}.");
            var result = TerminalProgress.RunReports(!parse.GetValue(shared.Quiet), progress =>
                Perplexity.Measure(decoder, tokenizer, documents, parse.GetValue(window), parse.GetValue(stride), shared.Parallelism(parse), progress, cancellationToken));
            Console.Out.Write(parse.GetValue(shared.Json) ? Json(result) : Text(result));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static string Text(PerplexityResult r) => string.Create(CultureInfo.InvariantCulture, $"""
        documents             {r.Documents.Count:N0}
        tokens predicted      {r.Tokens:N0}
        begin-of-text token   {(r.HasBos ? "yes" : "no")}

        rolling (lm-evaluation-harness: every token once, windows of {r.Window:N0}{(r.Stride < r.Window ? string.Create(CultureInfo.InvariantCulture, $", stride {r.Stride:N0}: not the harness's") : "")})
        word perplexity       {r.WordPerplexity:G7}
        byte perplexity       {r.BytePerplexity:G7}
        bits per byte         {r.BitsPerByte:G7}
        token perplexity      {r.TokenPerplexity:G7}   (mean −log p {r.Loss / r.Tokens:F6})

        blocks (GPTQ: {r.BlockCount:N0} blocks of {r.Window:N0} without overlap)
        token perplexity      {r.BlockPerplexity:G7}

        """);

    private static string Json(PerplexityResult r)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("window", r.Window);
            json.WriteNumber("stride", r.Stride);
            json.WriteBoolean("bos", r.HasBos);
            json.WriteStartObject("rolling");
            json.WriteNumber("tokens", r.Tokens);
            json.WriteNumber("loss", r.Loss);
            json.WriteNumber("mean_loss", r.Loss / r.Tokens);
            json.WriteNumber("word_perplexity", r.WordPerplexity);
            json.WriteNumber("byte_perplexity", r.BytePerplexity);
            json.WriteNumber("bits_per_byte", r.BitsPerByte);
            json.WriteNumber("token_perplexity", r.TokenPerplexity);
            json.WriteEndObject();
            json.WriteStartObject("blocks");
            json.WriteNumber("count", r.BlockCount);
            if (double.IsFinite(r.BlockPerplexity))
                json.WriteNumber("token_perplexity", r.BlockPerplexity);
            else
                json.WriteNull("token_perplexity");
            json.WriteEndObject();
            json.WriteStartArray("documents");
            foreach (var d in r.Documents)
            {
                json.WriteStartObject();
                json.WriteNumber("tokens", d.Tokens);
                json.WriteNumber("mean_loss", d.Loss / Math.Max(1, d.Tokens));
                json.WriteNumber("words", d.Words);
                json.WriteNumber("bytes", d.Bytes);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
