using CsCheck;
using LatencyLab.Plots;
using LatencyLab.Signals;

namespace LatencyLab.Cli.Tests.Plots;

public sealed class WaveformStrokesTests
{
    private const int Columns = 50;

    private static readonly Gen<Capture> Captures = Gen.Select(
        Gen.Long[0, 5000].Array[0, 300], Gen.Bool, Gen.Select(Gen.Long[0, 5000], Gen.Long[0, 300]).Array[0, 3],
        (ticks, first, gaps) =>
        {
            long[] sorted = [.. ticks.Distinct().Order()];
            var channel = new Channel(0, "D0", sorted.Length > 0 ? !first : first);
            return new Capture(
                new CaptureHeader(PlotSamples.Pico, [channel]), [new Trace(channel, first, sorted, [])],
                [.. gaps.Select(g => new Gap(g.Item1, g.Item1 + g.Item2, 0, null, "lost")).OrderBy(g => g.FromTick)], 5001);
        });

    [Fact]
    public void Lines_have_the_level_of_the_trace_at_every_tick_outside_of_gaps() => Gen.Select(Captures, Gen.Long[0, 2500], Gen.Long[10, 2500]).Sample((capture, from, width) =>
    {
        var to = from + width;
        var strokes = WaveformStrokes.Trace(capture, 0, from, to, Columns);
        var doubts = WaveformStrokes.Doubts(capture, 0, from, to, Columns);
        for (var tick = from + 1; tick < to; tick++)
        {
            if (doubts.Exists(g => g.FromTick <= tick && tick <= g.ToTick))
            {
                continue;
            }

            var busy = strokes.Busy.Exists(b => b.From <= tick && tick <= b.To);
            var lines = strokes.Lines.SelectMany(l => Levels(l, tick)).Distinct().ToList();
            var unknown = strokes.Unknown.Exists(u => u.From <= tick && tick <= u.To);
            Assert.True(busy || lines.Count > 0 || unknown, $"nothing is drawn at {tick}");
            if (lines.Count > 0 && !busy)
            {
                Assert.Contains(LevelAt(capture.Traces[0], tick), lines);
            }
        }
    }, iter: 300);

    [Fact]
    public void No_line_crosses_a_gap() => Gen.Select(Captures, Gen.Long[0, 2500], Gen.Long[10, 2500]).Sample((capture, from, width) =>
    {
        var strokes = WaveformStrokes.Trace(capture, 0, from, from + width, Columns);
        foreach (var gap in WaveformStrokes.Doubts(capture, 0, from, from + width, Columns).Where(g => g.ToTick > g.FromTick + 1))
        {
            Assert.DoesNotContain(strokes.Lines, l => l[0].Tick < gap.ToTick && l[^1].Tick > gap.FromTick && l[0].Tick <= gap.FromTick && l[^1].Tick >= gap.ToTick);
        }
    });

    [Fact]
    public void Strokes_follow_the_width_of_the_picture_and_not_the_edges()
    {
        var few = Strokes(10_000);
        var many = Strokes(2_000_000);
        Assert.True(many <= few + (4 * Columns), $"{few} points for 10 thousand edges, {many} for two million");

        static int Strokes(int edges)
        {
            var channel = new Channel(0, "D0", false);
            var capture = new Capture(
                new CaptureHeader(PlotSamples.Pico, [channel]), [new Trace(channel, true, [.. Enumerable.Range(1, edges).Select(i => (long)i * 7)], [])], [], (edges * 7L) + 8);
            var strokes = WaveformStrokes.Trace(capture, 0, 0, capture.EndTick, Columns);
            return strokes.Lines.Sum(l => l.Count) + strokes.Busy.Count;
        }
    }

    private static IEnumerable<bool> Levels(List<LevelPoint> line, long tick)
    {
        for (var i = 1; i < line.Count; i++)
        {
            if (line[i - 1].Tick <= tick && tick <= line[i].Tick)
            {
                yield return line[i - 1].High;
                yield return line[i].High;
            }
        }
    }

    private static bool LevelAt(Trace trace, long tick)
    {
        var index = Array.FindLastIndex(trace.Ticks, t => t <= tick);
        return index < 0 ? trace.Channel.InitialLevel!.Value : trace.LevelAfter(index);
    }
}
