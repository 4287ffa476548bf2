using PureSvd.Research.Studies;

namespace PureSvd.Research.Tests.Studies;

public sealed class StudyGridTests
{
    [Fact]
    public void Cells_follow_the_configuration_with_each_models_dense_cell_first_and_what_no_sample_decides_once()
    {
        var config = new StudyConfig
        {
            Models = [new StudyModel("bert", "b", "bert", null), new StudyModel("llama", "l", "llama", null)],
            Grid = [new GridPart(["svd"], ["uniform", "selective"], [0.4, 0.2]), new GridPart(["fwsvd", "svd"], ["uniform"], [0.2])],
            Seeds = [3, 1],
        };
        var one = new[]
        {
            "dense  0 3", "svd uniform 0.4 3", "svd uniform 0.2 3",
            "svd selective 0.4 3", "svd selective 0.4 1", "svd selective 0.2 3", "svd selective 0.2 1",
            "fwsvd uniform 0.2 3", "fwsvd uniform 0.2 1",
        };
        var cells = StudyGrid.Cells(config);
        Assert.Equal(one.Select(c => "bert " + c).Concat(one.Select(c => "llama " + c)), cells.Select(c => $"{c.Model} {c.Method} {c.Allocation} {Number.Text(c.Removed)} {c.Seed}"));
    }

    [Fact]
    public void What_is_done_to_whole_matrices_has_no_allocation_and_rounding_no_ratio()
    {
        var config = new StudyConfig
        {
            Models = [new StudyModel("bert", "b", "bert", null)],
            Grid = [new GridPart(["rtn-int8", "magnitude", "wanda", "svd+int8"], ["uniform", "selective"], [0.4, 0.2]), new GridPart(["rtn-int4"], ["uniform"], [])],
            Seeds = [3, 1],
        };
        Assert.Equal(
            ["dense  0 3", "rtn-int8 uniform 0 3", "magnitude uniform 0.4 3", "magnitude uniform 0.2 3", "wanda uniform 0.4 3", "wanda uniform 0.4 1", "wanda uniform 0.2 3", "wanda uniform 0.2 1",
                "svd+int8 uniform 0.4 3", "svd+int8 uniform 0.2 3", "svd+int8 selective 0.4 3", "svd+int8 selective 0.4 1", "svd+int8 selective 0.2 3", "svd+int8 selective 0.2 1", "rtn-int4 uniform 0 3"],
            StudyGrid.Cells(config).Select(c => $"{c.Method} {c.Allocation} {Number.Text(c.Removed)} {c.Seed}"));
    }
}
