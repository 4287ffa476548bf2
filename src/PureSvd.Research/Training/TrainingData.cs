using PureSvd.Research.Corpora;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Research.Training;

/// <summary>Turns the files of a stage into encoded sequences.</summary>
internal static class TrainingData
{
    private const ulong MaskStream = 0x6D61736BUL, CopyStream = 0x636F7079UL, DevStream = 0x646576UL;

    /// <summary>Text for masked-language-model training.</summary>
    internal static TrainingTask MaskedLm(TrainingStage stage, bool dev, ITokenizer tokenizer, int maxLength, ulong seed)
    {
        var sequences = new List<TokenEncoding>();
        foreach (var file in dev ? stage.Dev : stage.Train)
            sequences.AddRange(stage.Pack ? Packed(file, tokenizer, maxLength) : TextFile.ReadLines(file).Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => tokenizer.Encode(line, null, maxLength)));
        foreach (var file in dev ? [] : stage.TrainPairs)
            sequences.AddRange(NliFile.Read(file, stage.TrainSplit).Select(e => tokenizer.Encode(e.Premise, e.Hypothesis, maxLength)));
        sequences.RemoveAll(s => s.Special.All(special => special));
        if (sequences.Count == 0)
            throw new InputDataException((dev ? stage.Dev : stage.Train)[0], "there is no text.");
        var mask = tokenizer.MaskId ?? throw new InputDataException(stage.Train.Concat(stage.TrainPairs).First(), "the tokenizer has no [MASK] token, which masked-language-model training needs.", remedy: "Add [MASK] to the vocabulary.");
        return new MaskedLmTask(sequences, stage.MaskRate, mask, tokenizer.VocabularySize, seed ^ (dev ? DevStream : MaskStream));
    }

    /// <summary>Changed copies of the sentences of running text.</summary>
    internal static TrainingTask Matching(TrainingStage stage, bool dev, ITokenizer tokenizer, int maxLength, ulong seed)
    {
        var text = (dev ? stage.Dev : stage.Train).SelectMany(TextFile.ReadLines)
            .Concat((dev ? [] : stage.TrainPairs).SelectMany(file => NliFile.Read(file, stage.TrainSplit)).SelectMany(e => new[] { e.Premise, e.Hypothesis }));
        return new MatchingTask(SentenceCopies.Of(text, tokenizer, maxLength, (dev ? stage.Dev : [.. stage.Train, .. stage.TrainPairs])[0]), seed ^ (dev ? DevStream : CopyStream));
    }

    /// <summary>Labelled pairs or sentences; labels that are not given are the training files', in alphabetical order.</summary>
    internal static (TrainingTask Train, TrainingTask? Dev, IReadOnlyList<string> Labels) Classification(TrainingStage stage, ITokenizer tokenizer, int maxLength, IReadOnlyList<string> known)
    {
        var train = stage.Train.Select(file => Read(stage, file, stage.TrainSplit)).ToList();
        var labels = known.Count > 0 ? known : [.. train.SelectMany(f => f.Examples).Select(e => e.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (labels.Count < 2)
            throw new InputDataException(stage.Train[0], $"every label is \"{labels[0]}\", and there is nothing to learn.");
        var dev = stage.Dev.Select(file => Read(stage, file, stage.DevSplit)).ToList();
        return (Encode(train, labels, tokenizer, maxLength, training: true), dev.Count == 0 ? null : Encode(dev, labels, tokenizer, maxLength, training: false), labels);
    }

    private static ClassificationTask Encode(List<LabelledFile> files, IReadOnlyList<string> labels, ITokenizer tokenizer, int maxLength, bool training)
    {
        var sequences = new List<TokenEncoding>();
        var targets = new List<int>();
        Func<int, int> classOfOutput = static output => output;
        foreach (var file in files)
        {
            var map = LabelMap.Create(labels, [.. file.Examples.Select(e => e.Label)], file.Path, file.LineOf);
            if (map.Folded && (training || files.Count > 1))
                throw new InputDataException(file.Path, $"its labels and the model's ({string.Join(", ", labels)}) do not tell the same classes apart.", remedy: "Train with labels that are the model's.");
            classOfOutput = map.ClassOfOutput;
            foreach (var (first, second, label) in file.Examples)
            {
                sequences.Add(tokenizer.Encode(first, second, maxLength));
                targets.Add(map.ClassOfGold(label));
            }
        }
        return new ClassificationTask(sequences, [.. targets], classOfOutput);
    }

    private static LabelledFile Read(TrainingStage stage, string file, string? split)
    {
        if (stage.Task == TrainingTaskKind.Nli)
        {
            var corpus = NliFile.Read(file, split);
            return new LabelledFile(file, [.. corpus.Select(e => (e.Premise, (string?)e.Hypothesis, e.Label))], corpus.LineOf);
        }
        return new LabelledFile(file, [.. ClassificationFile.Read(file).Select(e => (e.Sentence, (string?)null, e.Label))], null);
    }

    // Consecutive lines of a document fill a sequence up to the limit; what does not fit starts the next one.
    private static IEnumerable<TokenEncoding> Packed(string file, ITokenizer tokenizer, int maxLength)
    {
        var open = new List<int>();
        TokenEncoding? frame = null;
        foreach (var line in TextFile.ReadLines(file).Append(""))
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                if (open.Count > 0)
                    yield return Close(open, open.Count, frame!);
                continue;
            }
            var encoding = tokenizer.Encode(line);
            frame ??= encoding;
            for (var t = 0; t < encoding.Ids.Length; t++)
                if (!encoding.Special[t])
                    open.Add(encoding.Ids[t]);
            while (open.Count >= maxLength - 2)
                yield return Close(open, maxLength - 2, frame);
        }
    }

    // [CLS] … [SEP] around the first tokens, which are taken away.
    private static TokenEncoding Close(List<int> open, int count, TokenEncoding frame)
    {
        int[] ids = [frame.Ids[0], .. open.Take(count), frame.Ids[^1]];
        open.RemoveRange(0, count);
        var special = new bool[ids.Length];
        special[0] = special[^1] = true;
        return new TokenEncoding(ids, new int[ids.Length], special, 0);
    }

    private sealed record LabelledFile(string Path, IReadOnlyList<(string First, string? Second, string Label)> Examples, Func<int, int>? LineOf);
}
