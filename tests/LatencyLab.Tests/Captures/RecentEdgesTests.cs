using CsCheck;
using LatencyLab.Captures;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Tests.Captures;

public sealed class RecentEdgesTests
{
    private static readonly CaptureHeader Header = new(new TimeBase(1_000_000), [new Channel(0, "D0"), new Channel(1, "D1")]);

    private static readonly Gen<(int Channel, int[] Steps)[]> Blocks = Gen.Select(Gen.Int[0, 1], Gen.Int[1, 50].Array[1, 30]).Array[0, 60];

    [Fact]
    public void What_is_kept_is_the_end_of_the_stream_edge_for_edge() => Gen.Select(Blocks, Gen.Int[1, 2000], Gen.Int[20, 400]).Sample((blocks, span, most) =>
    {
        var recent = new RecentEdges(span, most);
        recent.Begin(Header);
        var (all, ends, counts) = (new List<Edge>(), new long[2], new long[2]);
        foreach (var (channel, steps) in blocks)
        {
            // Channels keep step with each other to a block, as they do in a stream.
            ends[channel] = Math.Max(ends[channel], ends[1 - channel] - 100);
            var ticks = Array.ConvertAll(steps, s => ends[channel] += s);
            recent.Edges(channel, (counts[channel] & 1) == 0, ticks);
            all.AddRange(ticks.Select((t, i) => new Edge(t, channel, ((counts[channel] + i) & 1) == 0)));
            counts[channel] += ticks.Length;
            Assert.True(recent.Held <= Math.Max(most, ticks.Length));
        }

        recent.End(Math.Max(ends[0], ends[1]) + 1);
        var collector = new CaptureCollector();
        var copied = recent.CopyTo(collector);
        var capture = collector.ToCapture();
        Assert.Equal(copied!.Value.FromTick, capture.Header.StartTick);
        foreach (var trace in capture.Traces)
        {
            var expected = all.Where(e => e.Channel == trace.Channel.Index && e.Tick >= copied.Value.FromTick).ToList();
            Assert.Equal(expected.Select(e => e.Tick), trace.Ticks);
            Assert.Equal(expected.Select(e => e.Level), trace.Ticks.Select((_, i) => trace.LevelAfter(i)));
            Assert.Equal(expected.Count, copied.Value.Edges[trace.Channel.Index]);
            // The level at the begin is that after the last edge before it.
            var before = all.LastOrDefault(e => e.Channel == trace.Channel.Index && e.Tick < copied.Value.FromTick);
            if (all.Any(e => e.Channel == trace.Channel.Index && e.Tick < copied.Value.FromTick))
            {
                Assert.Equal(before.Level, trace.Channel.InitialLevel);
            }
        }

        // All of the span is there, unless there were more edges than may be kept.
        if (all.Count <= most)
        {
            Assert.True(copied.Value.FromTick <= Math.Max(0, Math.Max(ends[0], ends[1]) - span));
        }
    });

    [Fact]
    public void Captures_follow_each_other_with_a_gap_between_them()
    {
        var recent = new RecentEdges(1_000_000);
        foreach (var ticks in new long[][] { [10, 20], [5, 30] })
        {
            recent.Begin(Header);
            recent.Edges(0, true, ticks);
            recent.Advance(40);
            recent.End(50);
        }

        var collector = new CaptureCollector();
        recent.CopyTo(collector);
        var capture = collector.ToCapture();
        Assert.Equal([10, 20, 56, 81], capture.Traces[0].Ticks);
        var gap = Assert.Single(capture.Gaps);
        Assert.Equal((50, 51, RecentEdges.BetweenCaptures), (gap.FromTick, gap.ToTick, gap.Reason));
        Assert.Equal(101, capture.EndTick);
    }

    [Fact]
    public void A_stream_without_end_takes_a_bounded_number_of_edges_and_gaps()
    {
        var recent = new RecentEdges(long.MaxValue / 4, 10_000);
        recent.Begin(Header);
        var tick = 0L;
        for (var i = 0; i < 5_000; i++)
        {
            recent.Edges(i & 1, (i & 2) == 0, [tick += 10, tick += 10, tick += 10]);
            recent.Gap(new Gap(tick + 1, tick + 2, i & 1, 1, "frame lost"));
        }

        recent.End(tick + 10);
        var collector = new CaptureCollector();
        recent.CopyTo(collector);
        var capture = collector.ToCapture();
        Assert.True(recent.Held <= 10_000);
        Assert.InRange(capture.Gaps.Count, 1, 1024);
    }
}
