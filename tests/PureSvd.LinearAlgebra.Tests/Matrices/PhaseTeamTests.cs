namespace PureSvd.LinearAlgebra.Tests.Matrices;

public class PhaseTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_share_of_every_phase_is_done_once_and_before_the_phase_returns(int threads)
    {
        const int Phases = 2000;
        const int Items = 50;
        var counts = new int[Items];
        var team = new PhaseTeam(threads, (member, members) =>
        {
            for (var item = member; item < Items; item += members)
                counts[item]++;
        });
        team.Run(() =>
        {
            for (var phase = 1; phase <= Phases; phase++)
            {
                team.Phase();
                Assert.All(counts, count => Assert.Equal(phase, count));
            }
        });
    }

    [Fact]
    public void A_team_can_run_again_and_inside_another()
    {
        var total = 0;
        var team = new PhaseTeam(3, (_, _) => Interlocked.Increment(ref total));
        for (var run = 0; run < 20; run++)
        {
            team.Run(() =>
            {
                team.Phase();
                var inner = new PhaseTeam(2, (member, _) => Interlocked.Add(ref total, member == 0 ? 1000 : 0));
                inner.Run(inner.Phase);
            });
        }
        Assert.Equal(20, total / 1000);
        Assert.InRange(total % 1000, 20, 60);
    }

    [Fact]
    public void What_the_leader_throws_is_thrown_and_the_others_leave()
    {
        var team = new PhaseTeam(2, (_, _) => { });
        Assert.Throws<InvalidOperationException>(() => team.Run(() => throw new InvalidOperationException()));
        var done = false;
        team.Run(() => done = true);
        Assert.True(done);
    }
}
