using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd generate</c>: text from a decoder, as it is made.</summary>
internal static class GenerateCommand
{
    private sealed record Settings(string Directory, string Prompt, int MaxTokens, SamplingOptions Sampling, bool UseCache, Parallelism Parallelism, bool Json, bool Quiet);

    internal static Command Create()
    {
        var shared = new SharedOptions();
        var model = new Argument<string>("MODEL") { Description = "A checkpoint directory of a decoder, dense or compressed." };
        var prompt = new Option<string>("--prompt") { Description = "The text to go on with.", Required = true };
        var maxTokens = new Option<int>("--max-tokens") { Description = "Stop after so many tokens, or when the context is full.", DefaultValueFactory = _ => 256 };
        var temperature = new Option<double>("--temperature") { Description = "0 for the likeliest token, always; 1 for the model's own distribution.", DefaultValueFactory = _ => 0 };
        var topK = new Option<int?>("--top-k") { Description = "Draw from the so many likeliest tokens only." };
        var topP = new Option<double?>("--top-p") { Description = "Draw from the likeliest tokens that together reach this probability." };
        var noCache = new Option<bool>("--no-cache") { Description = "Compute the whole text again for every token: slow, to check the key-value cache." };
        var command = new Command("generate", "Goes on with a text, token by token; how fast is said on standard error.")
        {
            model, prompt, maxTokens, temperature, topK, topP, noCache, shared.Seed, shared.Threads, shared.Json, shared.Quiet,
        };
        command.SetAction((parse, cancellationToken) =>
        {
            var sampling = new SamplingOptions { Temperature = parse.GetValue(temperature), TopK = parse.GetValue(topK), TopP = parse.GetValue(topP), Seed = parse.GetValue(shared.Seed) };
            if (parse.GetValue(maxTokens) is < 1 and var count)
                throw new ArgumentException($"--max-tokens must be at least 1, and is {count}.");
            Run(new Settings(
                parse.GetValue(model)!, parse.GetValue(prompt)!, parse.GetValue(maxTokens), sampling, !parse.GetValue(noCache),
                shared.Parallelism(parse), parse.GetValue(shared.Json), parse.GetValue(shared.Quiet)), cancellationToken);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static void Run(Settings s, CancellationToken cancellationToken)
    {
        var sampler = new TokenSampler(s.Sampling);
        if (TransformerModel<float>.Load(s.Directory) is not LlamaModel<float> model)
            throw new InputDataException(s.Directory, "is not a decoder, so it makes no text.", remedy: "Name a checkpoint of Llama's architecture.");
        var tokenizer = ModelDirectory.Tokenizer(s.Directory, model);
        var prompt = tokenizer.Encode(s.Prompt).Ids;
        if (prompt.Length == 0)
            throw new ArgumentException("--prompt has no token.");
        if (prompt.Length >= model.ContextLength)
            throw new ArgumentException($"--prompt has {prompt.Length} tokens, and the model's context is {model.ContextLength}.");

        var output = new Output(tokenizer.StreamingDecoder(), s.Json);
        output.Prompt(prompt);
        var watch = Stopwatch.StartNew();
        var first = TimeSpan.Zero;
        foreach (var id in TextGeneration.Generate(model, prompt, sampler, s.MaxTokens, tokenizer.EosId, s.UseCache, s.Parallelism, cancellationToken))
        {
            if (output.Ids.Count == 0)
                first = watch.Elapsed;
            output.Append(id);
        }
        output.Finish();
        var rest = (watch.Elapsed - first).TotalSeconds;
        if (s.Json)
            output.WriteJson(prompt);
        if (s.Quiet)
            return;
        var speed = output.Ids.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"; then {output.Ids.Count - 1} at {(output.Ids.Count - 1) / rest:F1} tokens/s") : "";
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"prompt of {prompt.Length} tokens and the first one in {first.TotalSeconds:F3} s{speed}"));
    }

    /// <summary>What was made so far, written as soon as it is certain.</summary>
    private sealed class Output(StreamingDecoder decoder, bool json)
    {
        private readonly StringBuilder _prompt = new();
        private readonly StringBuilder _completion = new();

        internal List<int> Ids { get; } = [];

        internal void Prompt(int[] ids)
        {
            foreach (var id in ids)
                Write(decoder.Append(id), _prompt);
        }

        internal void Append(int id)
        {
            Ids.Add(id);
            Write(decoder.Append(id), _completion);
        }

        internal void Finish()
        {
            Write(decoder.Finish(), _completion);
            if (!json)
                Console.Out.WriteLine();
        }

        internal void WriteJson(int[] prompt)
            => Console.Out.WriteLine(JsonSerializer.Serialize(new GenerateResult(prompt, [.. Ids], _prompt.ToString(), _completion.ToString()), CommandJson.Default.GenerateResult));

        private void Write(string text, StringBuilder kept)
        {
            kept.Append(text);
            if (json || text.Length == 0)
                return;
            Console.Out.Write(text);
            Console.Out.Flush();
        }
    }
}

/// <summary>What <c>generate --json</c> prints.</summary>
internal sealed record GenerateResult(int[] PromptIds, int[] Ids, string Prompt, string Completion);
