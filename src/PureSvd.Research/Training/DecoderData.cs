using PureSvd.Research.Corpora;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Research.Training;

/// <summary>Turns the files of a stage into sequences for a decoder.</summary>
internal static class DecoderData
{
    /// <summary>Running text and pairs in their template, every token predicted.</summary>
    internal static TrainingTask Text(TrainingStage stage, bool dev, ITokenizer tokenizer, int maxLength)
    {
        var (sequences, answers) = (new List<TokenEncoding>(), new List<int>());
        foreach (var file in dev ? stage.Dev : stage.Train)
            foreach (var sequence in stage.Pack ? Packed(file, tokenizer, maxLength) : TextFile.ReadLines(file).Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => tokenizer.Encode(line, null, maxLength)))
                Add(sequence, int.MaxValue);
        foreach (var file in dev ? [] : stage.TrainPairs)
        {
            var corpus = NliFile.Read(file, stage.TrainSplit);
            for (var i = 0; i < corpus.Count; i++)
            {
                var question = stage.Template.Ask(corpus[i].Premise, corpus[i].Hypothesis);
                Add(tokenizer.Encode(question + Answer(stage, corpus[i].Label, file, corpus.LineOf(i)), null, maxLength), tokenizer.Encode(question).Ids.Length);
            }
        }
        if (sequences.Count == 0)
            throw new InputDataException((dev ? stage.Dev : [.. stage.Train, .. stage.TrainPairs])[0], "there is no text.");
        return new CausalLmTask(sequences, [.. sequences.Select(_ => 1)], [.. answers], stage.AnswerWeight);

        void Add(TokenEncoding sequence, int answer)
        {
            if (sequence.Ids.Length < 2)
                return;
            sequences.Add(sequence);
            answers.Add(answer);
        }
    }

    /// <summary>Pairs in their template: for training the right answer is predicted, for dev the choices are compared.</summary>
    internal static TrainingTask Pairs(TrainingStage stage, bool dev, ITokenizer tokenizer, int maxLength)
    {
        string[] labels = [.. stage.Template.Choices.Keys];
        var (sequences, firsts, gold) = (new List<TokenEncoding>(), new List<int>(), new List<int>());
        foreach (var file in !dev ? stage.Train : stage.DevPairs.Count > 0 ? stage.DevPairs : stage.Dev)
        {
            var corpus = NliFile.Read(file, dev ? stage.DevSplit : stage.TrainSplit);
            for (var i = 0; i < corpus.Count; i++)
            {
                var question = stage.Template.Ask(corpus[i].Premise, corpus[i].Hypothesis);
                var answer = Answer(stage, corpus[i].Label, file, corpus.LineOf(i));
                foreach (var choice in dev ? labels.Select(label => stage.Template.Choices[label]) : [answer])
                {
                    var whole = tokenizer.Encode(question + choice, null, maxLength);
                    if (whole.Truncated > 0)
                        throw new InputDataException(file, $"with the template this pair has {whole.Ids.Length + whole.Truncated} tokens, more than {maxLength}.", $"line {corpus.LineOf(i)}", "Raise max_length, or leave the pair out.");
                    sequences.Add(whole);
                    firsts.Add(Math.Min(tokenizer.Encode(question).Ids.Length, whole.Ids.Length - 1));
                }
                gold.Add(Array.FindIndex(labels, label => stage.Template.Choices[label] == answer));
            }
        }
        return dev ? new ChoiceTask(sequences, [.. firsts], [.. gold], labels.Length) : new CausalLmTask(sequences, [.. firsts]);
    }

    private static string Answer(TrainingStage stage, string label, string file, int line)
        => stage.Template.Choices.FirstOrDefault(choice => string.Equals(choice.Key, label, StringComparison.OrdinalIgnoreCase)).Value
            ?? throw new InputDataException(file, $"the label \"{label}\" has no choice in the template ({string.Join(", ", stage.Template.Choices.Keys)}).", $"line {line}");

    // Consecutive lines fill a sequence up to the limit, each sequence with what begins a text; an empty line ends one.
    private static IEnumerable<TokenEncoding> Packed(string file, ITokenizer tokenizer, int maxLength)
    {
        int[] begin = tokenizer.BosId is { } bos ? [bos] : [];
        var open = new List<int>();
        foreach (var line in TextFile.ReadLines(file).Append(""))
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                if (open.Count > 0)
                    yield return Close(open.Count);
                continue;
            }
            open.AddRange(tokenizer.EncodeText(line));
            while (open.Count >= maxLength - begin.Length)
                yield return Close(maxLength - begin.Length);
        }

        TokenEncoding Close(int count)
        {
            int[] ids = [.. begin, .. open.Take(count)];
            open.RemoveRange(0, count);
            var special = new bool[ids.Length];
            special.AsSpan(0, begin.Length).Fill(true);
            return new TokenEncoding(ids, new int[ids.Length], special, 0);
        }
    }
}
