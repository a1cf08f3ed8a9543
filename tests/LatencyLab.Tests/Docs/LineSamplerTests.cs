using LatencyLab.Links;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Docs;

public sealed class LineSamplerTests
{
    [Fact]
    public void The_page_shows_the_whole_of_it()
    {
        var page = File.ReadAllText(Repository.Path("docs", "extending.md"));
        Assert.Contains(File.ReadAllText(Repository.Path("tests", "LatencyLab.Tests", "Docs", "LineSampler.cs")).Trim(), page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_loses_is_a_gap_and_a_fault()
    {
        var (host, board) = PipeLink.CreatePair("lines");
        await board.WriteAsync("10 1\n20 3\nOVERFLOW 28\n50 0\nEND 64\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await using var sampler = new LineSampler(host);
        var collector = new CaptureCollector();
        var outcome = await sampler.ListenAsync(new ListenRequest([new("0", "A"), new("1", "B")], null), collector, null, TestContext.Current.CancellationToken);
        var capture = collector.ToCapture();
        Assert.Equal([10, 50], capture.Traces[0].Ticks);
        Assert.Equal([20, 50], capture.Traces[1].Ticks);
        Assert.Equal(new Gap(21, 40, null, null, "sampler overrun"), Assert.Single(capture.Gaps));
        Assert.Equal(100, capture.EndTick);
        Assert.Single(outcome.Faults);
    }
}
