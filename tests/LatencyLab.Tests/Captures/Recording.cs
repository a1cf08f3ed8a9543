using LatencyLab.Captures;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Tests.Captures;

/// <summary>
/// A random source of edges that keeps the rules of <see cref="IEdgeSink"/>: blocks of several channels, gaps that break the alternation of
/// levels, watermarks, and moments at which a log is flushed. The same seed gives the same recording.
/// </summary>
internal sealed record Recording(CaptureHeader Header, IReadOnlyList<Recording.Step> Steps, long EndTick)
{
    public abstract record Step;

    public sealed record EdgeStep(int Channel, bool FirstLevel, long[] Ticks) : Step;

    public sealed record GapStep(Gap Gap) : Step;

    public sealed record AdvanceStep(long Tick) : Step;

    public sealed record FlushStep : Step;

    public static Recording Make(int seed, int steps = 40, int maxBlock = 300)
    {
        var random = new Random(seed);
        var channels = random.Next(1, 5);
        var start = random.Next(3) switch { 0 => 0L, 1 => -random.NextInt64(1L << 40), _ => random.NextInt64(1L << 40) };
        bool?[] initial = [.. Enumerable.Range(0, channels).Select(_ => random.Next(3) switch { 0 => false, 1 => true, _ => (bool?)null })];
        var header = new CaptureHeader(
            new TimeBase(random.Next(2) == 0 ? 62_500_000 : 333_333_333, random.Next(2) == 0 ? null : random.NextDouble() * 100),
            [.. initial.Select((level, i) => new Channel(i, $"D{i} \"µ\"", level))],
            start);
        var floor = Enumerable.Repeat(start, channels).ToArray();
        var level = initial.Select(l => !(l ?? false)).ToArray();
        var list = new List<Step>();
        var span = random.Next(4) switch { 0 => 2L, 1 => 100L, 2 => 1_000_000L, _ => 1L << 36 };
        for (var i = 0; i < steps; i++)
        {
            var channel = random.Next(channels);
            switch (random.Next(10))
            {
                case 0:
                    var all = random.Next(2) == 0;
                    var from = all ? floor.Max() : floor[channel];
                    var gap = new Gap(from, from + random.NextInt64(span), all ? null : channel, random.Next(2) == 0 ? null : random.Next(100), "frame lost");
                    list.Add(new GapStep(gap));
                    for (var c = 0; c < channels; c++)
                    {
                        if (all || c == channel)
                        {
                            floor[c] = gap.ToTick + 1;
                            level[c] = random.Next(2) == 0;
                        }
                    }

                    break;
                case 1:
                    var watermark = floor.Min() + random.NextInt64(span);
                    list.Add(new AdvanceStep(watermark));
                    for (var c = 0; c < channels; c++)
                    {
                        floor[c] = Math.Max(floor[c], watermark);
                    }

                    break;
                case 2:
                    list.Add(new FlushStep());
                    break;
                default:
                    var ticks = new long[random.Next(1, maxBlock)];
                    for (var t = 0; t < ticks.Length; t++)
                    {
                        ticks[t] = floor[channel] + random.NextInt64(span);
                        floor[channel] = ticks[t] + 1;
                    }

                    list.Add(new EdgeStep(channel, level[channel], ticks));
                    level[channel] ^= (ticks.Length & 1) != 0;
                    break;
            }
        }

        return new Recording(header, list, floor.Max() + random.NextInt64(span));
    }

    /// <summary>What a reader must give back.</summary>
    public Capture ToCapture()
    {
        var collector = new CaptureCollector();
        CopyTo(collector);
        return collector.ToCapture();
    }

    /// <summary>Plays the recording, from Begin to End, or without End.</summary>
    public void CopyTo(IEdgeSink sink, bool withEnd = true)
    {
        sink.Begin(Header);
        foreach (var step in Steps)
        {
            switch (step)
            {
                case EdgeStep edges:
                    sink.Edges(edges.Channel, edges.FirstLevel, edges.Ticks);
                    break;
                case GapStep gap:
                    sink.Gap(gap.Gap);
                    break;
                case AdvanceStep advance:
                    sink.Advance(advance.Tick);
                    break;
                case FlushStep:
                    (sink as ChunkLogWriter)?.Flush();
                    break;
            }
        }

        if (withEnd)
        {
            sink.End(EndTick);
        }
    }
}

/// <summary>What reading a capture back is held to.</summary>
internal static class CaptureAssert
{
    /// <summary>Header, edges, levels, gaps and end are the same.</summary>
    public static void Same(Capture expected, Capture actual)
    {
        Assert.Equal(expected.Header.TimeBase, actual.Header.TimeBase);
        Assert.Equal(expected.Header.StartTick, actual.Header.StartTick);
        Assert.Equal(expected.Header.Channels, actual.Header.Channels);
        Assert.Equal(expected.EndTick, actual.EndTick);
        Assert.Equal(expected.Gaps.OrderBy(g => (g.FromTick, g.ToTick, g.Channel)), actual.Gaps.OrderBy(g => (g.FromTick, g.ToTick, g.Channel)));
        foreach (var (want, got) in expected.Traces.Zip(actual.Traces))
        {
            Assert.Equal(want.Ticks, got.Ticks);
            Assert.Equal(Levels(want), Levels(got));
        }
    }

    /// <summary>Every edge that came back is a true one, and every true one that didn't lies in a gap or behind the end.</summary>
    public static void NothingLostInSilence(Capture truth, Capture actual)
    {
        Assert.Equal(truth.Header.TimeBase, actual.Header.TimeBase);
        foreach (var (want, got) in truth.Traces.Zip(actual.Traces))
        {
            var levels = want.Ticks.Zip(Levels(want)).ToDictionary();
            Assert.All(got.Ticks.Zip(Levels(got)), e => Assert.True(levels.TryGetValue(e.First, out var level) && level == e.Second));
            var channel = want.Channel.Index;
            Assert.All(
                want.Ticks.Except(got.Ticks),
                t => Assert.True(t >= actual.EndTick || actual.Gaps.Any(g => g.Meets(channel, t, t)), $"edge at {t} of channel {channel} is missing in silence"));
        }

        // A gap that was recorded is still known, or inside of another one.
        foreach (var gap in truth.Gaps)
        {
            foreach (var channel in truth.Header.Channels.Select(c => c.Index).Where(c => gap.Channel is null || gap.Channel == c))
            {
                Assert.True(
                    gap.FromTick >= actual.EndTick || actual.Gaps.Any(g => g.Meets(channel, gap.FromTick, gap.FromTick)), $"gap at {gap.FromTick} of channel {channel} is missing");
            }
        }
    }

    private static IEnumerable<bool> Levels(Trace trace) =>
        trace.Stretches().SelectMany(s => Enumerable.Range(0, s.Count).Select(i => (i & 1) == 0 ? s.FirstLevel : !s.FirstLevel));
}
