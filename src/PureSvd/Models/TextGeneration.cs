using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>Token after token: predict, choose, append.</summary>
public static class TextGeneration
{
    /// <summary>The tokens that follow <paramref name="prompt"/>, one at a time as they are asked for; ends before a token that ends the text, or where the context is full.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">At least one token, and fewer than the context holds.</param>
    /// <param name="sampler">Chooses each token.</param>
    /// <param name="maxTokens">At most so many.</param>
    /// <param name="endId">A token that ends the text, beside those of the model's configuration; null for none.</param>
    /// <param name="useCache">Keep keys and values; otherwise the whole text is computed again for every token, which is slow and good for checking.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <exception cref="ArgumentException">The prompt is empty, or too long, or a token of it is outside the vocabulary.</exception>
    /// <exception cref="ArithmeticException">The model's logits are not numbers.</exception>
    public static IEnumerable<int> Generate<T>(
        LlamaModel<T> model, IReadOnlyList<int> prompt, TokenSampler sampler, int maxTokens, int? endId = null, bool useCache = true,
        Parallelism? parallelism = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(sampler);
        if (prompt.Count == 0 || prompt.Count >= model.ContextLength)
            throw new ArgumentException($"The prompt has {prompt.Count} tokens; it takes 1 to {model.ContextLength - 1} with the model's context.", nameof(prompt));
        return Iterate(model, prompt, sampler, Math.Min(maxTokens, model.ContextLength - prompt.Count), endId, useCache, parallelism ?? Parallelism.All, cancellationToken);
    }

    private static IEnumerable<int> Iterate<T>(
        LlamaModel<T> model, IReadOnlyList<int> prompt, TokenSampler sampler, int maxTokens, int? endId, bool useCache, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var decoder = model.CreateDecoder(prompt.Count + maxTokens);
        var text = new int[prompt.Count + maxTokens];
        var length = prompt.Count;
        for (var i = 0; i < length; i++)
            text[i] = prompt[i];
        for (var made = 0; made < maxTokens; made++)
        {
            if (!useCache)
                decoder.Truncate(0);
            var logits = decoder.Append(text.AsSpan(decoder.Length, length - decoder.Length), parallelism, cancellationToken);
            var id = sampler.Next<T>(logits.Row(0));
            if (id == endId || model.Config.EosTokenIds.Contains(id))
                yield break;
            text[length++] = id;
            yield return id;
        }
    }
}
