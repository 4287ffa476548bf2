using System.Text;
using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;
using PureSvd.Tests.Storage;

namespace PureSvd.Tests.Factorization;

public class ManifestTests
{
    private static readonly CompressionManifest Example = new(
        "fwsvd", StoredForm.Factored, UniformAllocation.Allocate([new TargetShape("a", 0, "query", 24, 24), new TargetShape("b", 1, "output", 24, 60)], 0.4),
        new SizeFigures(100, 60, 1000, 960, 4000, 3840), new CalibrationKey("sha256:m", "sha256:t", "sha256:d", 7, 256, StatisticsKinds.Fisher),
        new Dictionary<string, string> { ["config.json"] = "sha256:c" }, new Dictionary<string, TruncationReport> { ["a"] = new(8, 0.5, 0.49, 2, 0.3, 20, 22) });

    [Fact]
    public void What_is_written_is_read_again()
    {
        using var folder = new TemporaryFolder();
        Example.Write(folder.Name);
        var read = CompressionManifest.Read(folder.Name);
        Assert.Equal(Encoding.UTF8.GetString(Example.ToJson()), Encoding.UTF8.GetString(read.ToJson()));
        Assert.Equal(Example.Plan.Layers, read.Plan.Layers);
        Assert.Equal(Example.Sizes, read.Sizes);
        Assert.Equal(Example.Calibration, read.Calibration);
        Assert.Equal(Example.Reports["a"], read.Reports["a"]);
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2", "format 2")]
    [InlineData("\"stored\": \"factored\"", "\"stored\": \"elsewhere\"", "factored, dense, encoded, encoded factors")]
    [InlineData("\"removed_requested\": 0.4", "\"removed_requested\": 1.5", "below 1")]
    [InlineData("\"name\": \"b\"", "\"name\": \"a\"", "twice")]
    [InlineData("\"outputs\": 24", "\"outputs\": -24", "cannot be")]
    [InlineData("\"rank\": 7", "\"rank\": 70000", "takes 1 to 24")]
    [InlineData("\"storage\": \"Factored\"", "\"storage\": \"Squeezed\"", "form")]
    [InlineData("\"storage\": \"Factored\"", "\"storage\": \"Shared\"", "no basis")]
    [InlineData("\"method\": \"fwsvd\",", "", "form")]
    [InlineData("\"method\": \"fwsvd\"", "\"method\": null", "form")]
    [InlineData("\"layers\": [", "\"layers\": [null,", "null")]
    [InlineData("{", "[", "form")]
    public void A_manifest_that_cannot_be_is_refused(string old, string changed, string message)
    {
        using var folder = new TemporaryFolder();
        var json = Encoding.UTF8.GetString(Example.ToJson());
        var at = json.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, json);
        folder.Write(CompressionManifest.FileName, json[..at] + changed + json[(at + old.Length)..]);
        var fault = Assert.Throws<InputDataException>(() => CompressionManifest.Read(folder.Name));
        Assert.Contains(CompressionManifest.FileName, fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_manifest_is_read_or_refused_but_never_crashes()
    {
        using var folder = new TemporaryFolder();
        var json = Example.ToJson();
        var random = new SeededRandom(4);
        var refused = 0;
        for (var trial = 0; trial < 400; trial++)
        {
            var bytes = json.ToArray();
            for (var flip = 0; flip <= trial % 3; flip++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            folder.Write(CompressionManifest.FileName, trial % 10 == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
            try
            {
                CompressionManifest.Read(folder.Name);
            }
            catch (InputDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 100, 400);
    }
}
