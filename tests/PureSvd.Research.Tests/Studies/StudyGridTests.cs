using PureSvd.Research.Studies;

namespace PureSvd.Research.Tests.Studies;

public sealed class StudyGridTests
{
    [Fact]
    public void Cells_follow_the_configuration_with_each_models_dense_cells_first()
    {
        var config = new StudyConfig
        {
            Models = [new StudyModel("bert", "b", "bert", null), new StudyModel("llama", "l", "llama", null)],
            Grid = [new GridPart(["svd"], ["uniform", "selective"], [0.4, 0.2]), new GridPart(["fwsvd", "svd"], ["uniform"], [0.2])],
            Seeds = [3, 1],
        };
        var one = new[]
        {
            "dense  0 3", "dense  0 1",
            "svd uniform 0.4 3", "svd uniform 0.4 1", "svd uniform 0.2 3", "svd uniform 0.2 1",
            "svd selective 0.4 3", "svd selective 0.4 1", "svd selective 0.2 3", "svd selective 0.2 1",
            "fwsvd uniform 0.2 3", "fwsvd uniform 0.2 1",
        };
        var cells = StudyGrid.Cells(config);
        Assert.Equal(one.Select(c => "bert " + c).Concat(one.Select(c => "llama " + c)), cells.Select(c => $"{c.Model} {c.Method} {c.Allocation} {Number.Text(c.Removed)} {c.Seed}"));
    }
}
