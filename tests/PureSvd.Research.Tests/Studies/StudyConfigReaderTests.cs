using System.Text.Json;
using PureSvd.Research.Studies;
using PureSvd.Storage;

namespace PureSvd.Research.Tests.Studies;

public sealed class StudyConfigReaderTests : IDisposable
{
    private const string Model = "\"models\": [{ \"path\": \"m\" }], \"nli\": { \"test\": \"t.tsv\" }";
    private readonly string _folder = Directory.CreateTempSubdirectory("puresvd-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_left_out_has_its_default_and_paths_start_at_the_file()
    {
        var config = Read($"{{ {Model} }}");
        Assert.Equal(Path.Combine(_folder, "m"), config.Models[0].Path);
        Assert.Equal("m", config.Models[0].Family);
        Assert.Equal("study", config.Name);
        Assert.Equal(new StudyConfig().Probing.ProbeSeeds, config.Probing.ProbeSeeds);
        Assert.Equal([1UL], config.Seeds);
    }

    [Fact]
    public void A_text_is_a_path_or_some_documents_of_a_file()
    {
        var config = Read("{ \"models\": [{ \"path\": \"m\" }], \"text\": { \"test\": \"a.txt\", \"train\": { \"file\": \"b.txt\", \"separator\": \"##\", \"skip\": 2, \"take\": 3 }, \"window\": 64 } }");
        Assert.Equal(new TextSettings { Test = new(Path.Combine(_folder, "a.txt")), Train = new(Path.Combine(_folder, "b.txt"), "##", 2, 3), Window = 64 }, config.Text);
    }

    [Theory]
    [InlineData("\"text\": { \"test\": { \"separator\": \"x\" } }", "text.test.file")]
    [InlineData("\"modles\": []", "modles")]
    [InlineData("\"nli\": { \"tets\": \"x\" }, \"models\": []", "nli.tets")]
    [InlineData("\"grid\": [{ \"methods\": [\"svd\"], \"removed\": [0.2, \"0.4\"] }]", "grid[0].removed[1]")]
    [InlineData("\"seeds\": [-1]", "seeds[0]")]
    [InlineData("\"timing\": { \"repeats\": 1.5 }", "timing.repeats")]
    [InlineData("\"probing\": []", "probing")]
    [InlineData("\"probing\": { \"mdl\": 1 }", "probing.mdl")]
    [InlineData("\"recover\": { \"steps\": 0.5 }", "recover.steps")]
    [InlineData("\"recover\": { \"step\": 5 }", "recover.step")]
    [InlineData("\"recover\": 5", "recover")]
    public void What_cannot_be_read_is_refused_with_its_place(string json, string place)
    {
        var error = Assert.Throws<InputDataException>(() => Read($"{{ {json} }}"));
        Assert.Equal(place, error.Place);
    }

    [Theory]
    [InlineData("\"grid\": [{ \"methods\": [\"svd\"], \"removed\": [1] }]", "grid[0].removed")]
    [InlineData("\"grid\": [{ \"methods\": [\"vsd\"], \"removed\": [0.2] }]", "grid[0].methods")]
    [InlineData("\"grid\": [{ \"methods\": [\"svd\"], \"allocations\": [\"evenly\"], \"removed\": [0.2] }]", "grid[0].allocations")]
    [InlineData("\"seeds\": [1, 1]", "seeds")]
    [InlineData("\"probing\": { \"vectors\": [\"max\"] }", "probing.vectors")]
    [InlineData("\"selection\": { \"rates\": [0] }", "selection")]
    [InlineData("\"grid\": [{ \"methods\": [\"svd\"] }]", "grid[0].removed")]
    [InlineData("\"grid\": [{ \"methods\": [\"svd+int7\"], \"removed\": [0.2] }]", "grid[0].methods")]
    [InlineData("\"grid\": [{ \"methods\": [\"wanda+int8\"], \"removed\": [0.2] }]", "grid[0].methods")]
    [InlineData("\"grid\": [{ \"methods\": [\"rtn-int8:0\"] }]", "grid[0].methods")]
    [InlineData("\"recover\": { \"steps\": 5 }", "recover")]
    [InlineData("\"recover\": { \"steps\": 0 }", "recover.steps")]
    [InlineData("\"recover\": { }", "recover")]
    [InlineData("\"recover\": { \"epochs\": -1 }", "recover.epochs")]
    [InlineData("\"recover\": { \"epochs\": 1e300 }", "recover.epochs")]
    [InlineData("\"recover\": { \"steps\": 5, \"update\": \"some\" }", "recover.update")]
    [InlineData("\"recover\": { \"steps\": 5, \"learningRate\": 0 }", "recover.learningRate")]
    [InlineData("\"recover\": { \"steps\": 5, \"distill\": 2 }", "recover.distill")]
    public void What_cannot_be_run_is_refused_with_its_place(string json, string place)
    {
        var error = Assert.Throws<InputDataException>(() => Read($"{{ {Model}, {json} }}"));
        Assert.Equal(place, error.Place);
    }

    /// <summary>A file with every setting that the schema names is read, and one that it does not name is refused: the two do not drift apart.</summary>
    [Fact]
    public void The_schema_names_the_settings_that_are_read()
    {
        using var schema = JsonDocument.Parse(StudySchema.Text);
        var paths = new List<string>();
        var example = Example(schema.RootElement, "", paths);
        Read(example);
        Assert.Contains("text.dev.separator", paths);
        Assert.All(paths, p => Assert.Equal(p, Assert.Throws<InputDataException>(() => Read(Example(schema.RootElement, "", [], misspelt: p))).Place!.Replace("[0]", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal)));
        var allocations = schema.RootElement.GetProperty("properties").GetProperty("grid").GetProperty("items").GetProperty("properties").GetProperty("allocations").GetProperty("items").GetProperty("enum");
        Assert.Equal(StudyPresets.Allocations, allocations.EnumerateArray().Select(a => a.GetString()));
        foreach (var name in Factorization.FactorizationMethods.All.Select(m => m.Name).Concat(Factorization.CompressionScheme.Baselines.Select(b => b.Name)))
            Assert.Contains(name, StudySchema.Text, StringComparison.Ordinal);
    }

    /// <summary>A value that the schema allows; the setting at <paramref name="misspelt"/> gets an underscore.</summary>
    private static string Example(JsonElement schema, string place, List<string> paths, string? misspelt = null)
    {
        if (schema.TryGetProperty("enum", out var names))
            return names[0].GetRawText();
        if (schema.TryGetProperty("oneOf", out var either))
            return Example(either[1], place, paths, misspelt);
        switch (schema.GetProperty("type").GetString())
        {
            case "array":
                return $"[{Example(schema.GetProperty("items"), place, paths, misspelt)}]";
            case "object":
                Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
                return "{" + string.Join(',', schema.GetProperty("properties").EnumerateObject().Select(p =>
                {
                    var own = place.Length == 0 ? p.Name : $"{place}.{p.Name}";
                    paths.Add(own);
                    return $"\"{p.Name}{(own == misspelt ? "_" : "")}\": {Example(p.Value, own, paths, misspelt)}";
                })) + "}";
            case "integer":
                return $"{Math.Max(1, schema.GetProperty("minimum").GetInt32())}";
            case "number":
                return "0.5";
            case "boolean":
                return "true";
            default:
                return place.EndsWith("methods", StringComparison.Ordinal) ? "\"svd\"" : "\"x\"";
        }
    }

    [Fact]
    public void A_file_that_is_no_JSON_is_refused_with_its_line()
        => Assert.Contains("line 2", Assert.Throws<InputDataException>(() => Read("{\n nonsense }")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', (byte)'\\', (byte)'u', (byte)'d', (byte)'8', (byte)'0', (byte)'0', (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    public void A_file_that_is_no_text_is_refused(byte[] bytes)
    {
        var file = Path.Combine(_folder, "study.json");
        File.WriteAllBytes(file, bytes);
        Assert.Equal(file, Assert.Throws<InputDataException>(() => StudyConfigReader.Read(file)).File);
    }

    [Fact]
    public void Two_models_of_one_name_are_refused()
        => Assert.Equal("models", Assert.Throws<InputDataException>(() => Read("{ \"models\": [{ \"path\": \"a/m\" }, { \"path\": \"b/m\" }], \"nli\": { \"test\": \"t\" } }")).Place);

    private StudyConfig Read(string json)
    {
        var file = Path.Combine(_folder, "study.json");
        File.WriteAllText(file, json);
        return StudyConfigReader.Read(file);
    }
}
