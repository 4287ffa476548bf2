namespace PureSvd.Models;

/// <summary>The names under which a tensor may be stored, its canonical name first.</summary>
internal static class CheckpointNames
{
    private const string BertPrefix = "bert.";

    /// <summary>BERT: without the <c>bert.</c> prefix, <c>gamma</c>/<c>beta</c> for the weight and bias of a norm, and the decoder's bias with the decoder.</summary>
    internal static IEnumerable<string> Bert(string name)
    {
        var old = name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? name[..^"weight".Length] + "gamma"
            : name.EndsWith("LayerNorm.bias", StringComparison.Ordinal) ? name[..^"bias".Length] + "beta"
            : null;
        yield return name;
        if (old is not null)
            yield return old;
        if (name == $"{BertAssembly.MaskedLm}.bias")
            yield return $"{BertAssembly.MaskedLm}.decoder.bias";
        if (!name.StartsWith(BertPrefix, StringComparison.Ordinal))
            yield break;
        yield return name[BertPrefix.Length..];
        if (old is not null)
            yield return old[BertPrefix.Length..];
    }

    /// <summary>Llama: without the <c>model.</c> prefix, as a bare LlamaModel is saved.</summary>
    internal static IEnumerable<string> Llama(string name)
        => name.StartsWith(LlamaAssembly.Prefix, StringComparison.Ordinal) ? [name, name[LlamaAssembly.Prefix.Length..]] : [name];
}
