using LatencyLab.Simulation;

namespace LatencyLab.Tests.Simulation;

public sealed class SimulatedCaptureTests
{
    [Fact]
    public async Task A_capture_without_faults_has_every_edge_where_it_truly_was()
    {
        var rig = SimulatedRig.Create("sim:esp32?seed=7");
        var run = await SimulatedSession.RunAsync(rig);
        Assert.Equal("\u0004\u0004>", run.Rest);
        Assert.Empty(run.Capture.Gaps);
        Assert.Equal(200, run.Reader.End!.Pulses);
        Assert.Equal(200, run.Callbacks);
        var rows = run.Truth.Rows(warmup: 0);
        Assert.Equal(200, rows.Count(r => r.Status == "matched"));
        var stimuli = run.Capture.Traces[0].Ticks.Where((_, i) => i % 2 == 0).ToArray();
        var answers = run.Capture.Traces[1].Ticks.Where((_, i) => i % 2 == 0).ToArray();
        for (var i = 0; i < 200; i++)
        {
            // Between one and three cycles of 8 ns later: two flip-flops, and a grid of two cycles.
            Assert.InRange((stimuli[i] * 16.0) - rows[i].StimulusNs!.Value, 8 - 0.001, 24);
            Assert.InRange((answers[i] * 16.0) - rows[i].ResponseNs!.Value, 8 - 0.001, 24);
            Assert.Equal(i, rows[i].CausedBySequence);
        }
    }
}
