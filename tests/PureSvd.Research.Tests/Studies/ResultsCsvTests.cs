using PureSvd.Research.Studies;

namespace PureSvd.Research.Tests.Studies;

public sealed class ResultsCsvTests
{
    [Fact]
    public void Columns_are_those_of_the_design()
    {
        var results = MadeUpStudy.Create((_, _, _) => 0, models: 1, items: 30);
        var tasks = MadeUpStudy.Tasks;
        Assert.Equal(
            "study,model,method,allocation,seed,removed_requested,removed_targets,removed_model,bytes,nli_accuracy,nli_low,nli_high,nli_majority,perplexity,"
            + string.Concat(tasks.Select(t => $"probe_{t},")) + string.Concat(tasks.Select(t => $"selectivity_{t},")) + "cka,ms_per_example,speedup,seconds,compression_seconds,loss,loss_low,loss_high,p_holm,rounded,rounded_gain,rounded_p_holm,family",
            ResultsCsv.Results(StudySummary.Of(results)).Split('\n')[0]);
        Assert.Equal(
            "study,model,method,allocation,removed,seed,task,layer,vector,accuracy,sd,dev_accuracy,majority,random_encoder,static,control,selectivity,n_test",
            ResultsCsv.Probes(results).Split('\n')[0]);
    }

    [Fact]
    public void A_NaN_is_written_as_NaN_and_a_name_with_a_comma_in_quotes()
    {
        var results = MadeUpStudy.Create((_, _, _) => 0, models: 1, items: 30, name: "a, \"b\"");
        results = results with { Cells = [.. results.Cells.Select(c => c with { Cka = [1, double.NaN] })] };
        var row = ResultsCsv.Results(StudySummary.Of(results)).Split('\n')[1];
        Assert.StartsWith("\"a, \"\"b\"\"\",tiny-1,dense,", row, StringComparison.Ordinal);
        Assert.Equal("NaN", row.Split(',')[^13]);
    }

    [Fact]
    public void The_probe_of_a_task_is_that_of_the_layer_best_on_dev_whatever_its_test_accuracy()
    {
        var results = MadeUpStudy.Create((_, _, _) => 0, models: 1, items: 30);
        var cell = results.Cells[0];
        var probes = cell.Probes.Select(p => p with { DevAccuracy = p.Layer == 2 ? 0.9 : 0.5, Accuracy = p.Layer == 2 ? 0.4 : 0.8 }).ToList();
        var summary = StudySummary.Of(results with { Cells = [cell with { Probes = probes }] });
        Assert.All(summary.Cells[0].BestProbes.Values, p => Assert.Equal((2, 0.4), (p.Layer, p.Accuracy)));
    }
}
