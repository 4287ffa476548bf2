using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>Reads the <c>post_processor</c> of <c>tokenizer.json</c>: <c>TemplateProcessing</c>, <c>BertProcessing</c>, or none.</summary>
internal static class TemplateJson
{
    /// <exception cref="InputDataException">It is at fault, or of another type.</exception>
    internal static SpecialTokenTemplate Read(JsonInput json, Vocabulary vocabulary)
    {
        if (json.IsNull)
            return SpecialTokenTemplate.None;
        if (json["type"].Text("") == "BertProcessing")
            return SpecialTokenTemplate.Bert(ReadPairId(json["cls"], vocabulary), ReadPairId(json["sep"], vocabulary));
        json.ExpectType("TemplateProcessing");
        var tokens = new Dictionary<string, int[]>(StringComparer.Ordinal);
        if (json["special_tokens"] is { IsNull: false } special)
            foreach (var (name, value) in special.Members())
                tokens[name] = [.. value["ids"].List().Select(id => ReadId(id, vocabulary))];
        return new SpecialTokenTemplate(ReadParts(json["single"], tokens, sentences: 1), ReadParts(json["pair"], tokens, sentences: 2));
    }

    private static List<SpecialTokenTemplate.Part> ReadParts(JsonInput json, Dictionary<string, int[]> tokens, int sentences)
    {
        var parts = new List<SpecialTokenTemplate.Part>();
        foreach (var item in json.List())
        {
            if (item["Sequence"] is { IsNull: false } sequence)
            {
                var sentence = sequence["id"].Text() switch
                {
                    "A" => SpecialTokenTemplate.First,
                    "B" => SpecialTokenTemplate.Second,
                    var id => throw sequence.Fault($"names the sentence {Printable.Quote(id)}, and there are A and B."),
                };
                parts.Add(SpecialTokenTemplate.Part.Of(sentence, sequence["type_id"].NonNegative(0)));
                continue;
            }
            var token = item["SpecialToken"];
            var name = token["id"].Text();
            if (!tokens.TryGetValue(name, out var ids))
                throw token.Fault($"names {Printable.Quote(name)}, which special_tokens lacks.");
            parts.Add(SpecialTokenTemplate.Part.Token(token["type_id"].NonNegative(0), ids));
        }
        for (var sentence = 0; sentence < 2; sentence++)
            if (parts.Count(p => p.Sentence == sentence) != (sentence < sentences ? 1 : 0))
                throw json.Fault($"must have {(sentences == 1 ? "the sentence A once and no B" : "the sentences A and B once each")}.");
        return parts;
    }

    // BertProcessing writes a token as ["[CLS]", 101].
    private static int ReadPairId(JsonInput json, Vocabulary vocabulary)
        => json.List().ToList() is [_, var id] ? ReadId(id, vocabulary) : throw json.Fault("is no pair of a token and its id.");

    private static int ReadId(JsonInput json, Vocabulary vocabulary)
    {
        var id = json.Number();
        return id >= 0 && id < vocabulary.Size ? (int)id : throw json.Fault($"is the id {id}, and the vocabulary has {vocabulary.Size}.");
    }
}
