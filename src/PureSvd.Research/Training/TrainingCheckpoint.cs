using System.Globalization;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Research.Training;

/// <summary><c>checkpoint.safetensors</c>: parameters, moments and the number of updates of an unfinished stage; written whole or not at all.</summary>
internal static class TrainingCheckpoint
{
    internal const string FileName = "checkpoint.safetensors";

    /// <summary>Writes the state after <c>optimizer.Step</c> updates.</summary>
    internal static void Save(string directory, string key, AdamW<float> optimizer)
    {
        var tensors = new List<(TensorSpec, MatrixView<float>)>();
        foreach (var (parameter, first, second) in optimizer.State)
            foreach (var (prefix, values) in new[] { ("value.", parameter.Value), ("first.", first), ("second.", second) })
                tensors.Add((new TensorSpec(prefix + parameter.Name, TensorDType.F32, values.Rows, values.Columns), values.View));
        SafetensorsWriter.Write<float>(Path.Combine(directory, FileName), tensors, new Dictionary<string, string>
        {
            ["key"] = key,
            ["step"] = optimizer.Step.ToString(CultureInfo.InvariantCulture),
        });
    }

    /// <summary>Restores the state if there is one with this key.</summary>
    /// <returns>Whether there was.</returns>
    internal static bool TryRestore(string directory, string key, AdamW<float> optimizer)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
            return false;
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault("key") != key || !long.TryParse(file.Metadata.GetValueOrDefault("step"), NumberStyles.None, CultureInfo.InvariantCulture, out var step))
            return false;
        foreach (var (parameter, first, second) in optimizer.State)
        {
            file.Read("value." + parameter.Name, parameter.Value.Span);
            file.Read("first." + parameter.Name, first.Span);
            file.Read("second." + parameter.Name, second.Span);
        }
        optimizer.Step = step;
        return true;
    }

    /// <summary>Removes it.</summary>
    internal static void Delete(string directory) => File.Delete(Path.Combine(directory, FileName));
}
