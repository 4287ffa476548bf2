using System.CommandLine;
using System.Text.Json;
using PureSvd.Tokenization;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd tokenize</c>: the ids and pieces of a text; loads only the tokenizer.</summary>
internal static class TokenizeCommand
{
    internal static Command Create()
    {
        var shared = new SharedOptions();
        var model = new Argument<string>("MODEL") { Description = "A checkpoint directory, or a tokenizer.json, tokenizer.model or vocab.txt." };
        var text = new Option<string>("--text") { Description = "The sentence.", Required = true };
        var pair = new Option<string?>("--pair") { Description = "A second sentence." };
        var maxLength = new Option<int?>("--max-length") { Description = "Truncate to this many tokens, special ones included." };
        var command = new Command("tokenize", "Prints the pieces and ids of a text, special tokens included.") { model, text, pair, maxLength, shared.Json, shared.Quiet };
        command.SetAction(parse =>
        {
            var tokenizer = TokenizerFiles.Load(parse.GetValue(model)!);
            var encoding = tokenizer.Encode(parse.GetValue(text)!, parse.GetValue(pair), parse.GetValue(maxLength));
            if (encoding.Truncated > 0 && !parse.GetValue(shared.Quiet))
                Console.Error.WriteLine($"puresvd: {encoding.Truncated} tokens were cut off.");
            var pieces = Array.ConvertAll(encoding.Ids, tokenizer.Piece);
            if (parse.GetValue(shared.Json))
                Console.Out.WriteLine(JsonSerializer.Serialize(new TokenizeResult(encoding.Ids, pieces), CommandJson.Default.TokenizeResult));
            else
                Console.Out.WriteLine($"{string.Join(' ', pieces)}\n{string.Join(' ', encoding.Ids)}");
            return ExitCodes.Done;
        });
        return command;
    }
}

/// <summary>What <c>tokenize --json</c> prints.</summary>
internal sealed record TokenizeResult(int[] Ids, string[] Pieces);
