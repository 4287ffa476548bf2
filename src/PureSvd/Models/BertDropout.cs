using PureSvd.Layers;

namespace PureSvd.Models;

/// <summary>The dropout of one training step: masks by (seed, step, place in the model, sequence of the whole batch), so that cutting a batch into shards changes no mask.</summary>
/// <param name="Hidden">After the embeddings, the attention output, the MLP and the pooler.</param>
/// <param name="Attention">On the attention probabilities.</param>
/// <param name="FirstSequence">The number, in the whole batch, of the first sequence of this shard.</param>
public readonly record struct BertDropout(Dropout Hidden, Dropout Attention, int FirstSequence = 0)
{
    /// <summary>No dropout.</summary>
    public static BertDropout None => default;

    /// <summary>The rates of <paramref name="config"/> at one step.</summary>
    public static BertDropout Of(BertConfig config, ulong seed, ulong step)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new(new Dropout(config.HiddenDropout, seed, 2 * step), new Dropout(config.AttentionDropout, seed, 2 * step + 1));
    }

    /// <summary>The same masks for a shard that begins at sequence <paramref name="sequence"/>.</summary>
    public BertDropout From(int sequence) => this with { FirstSequence = sequence };
}
