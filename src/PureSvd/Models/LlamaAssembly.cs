namespace PureSvd.Models;

/// <summary>Puts a Llama together from parameters under the names of Hugging Face.</summary>
internal static class LlamaAssembly
{
    internal const string Prefix = "model.";
    internal const string EmbeddingName = "model.embed_tokens.weight";
    internal const string HeadName = "lm_head.weight";

    internal static string Block(int index) => $"model.layers.{index}";
}
