using CsCheck;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Tests.Signals;

public sealed class CaptureCutTests
{
    private static readonly Gen<(long[] First, long[] Second, int Blocks, int Wanted, long Span)> Streams = Gen.Select(
        Gen.Long[1, 500].HashSet[0, 80], Gen.Long[1, 500].HashSet[0, 80], Gen.Int[1, 9], Gen.Int[0, 40], Gen.Long[1, 600],
        (a, b, blocks, wanted, span) => (a.Order().ToArray(), b.Order().ToArray(), blocks, wanted, span));

    [Fact]
    public void Exactly_the_stimuli_that_were_asked_for_are_left_and_every_channel_ends_with_them() => Streams.Sample(s =>
    {
        var (_, capture) = Feed(s, null, s.Wanted);
        var rising = s.First.Where((_, i) => (i & 1) == 0).ToArray();
        var end = s.Wanted < rising.Length ? rising[s.Wanted] : 600;
        Assert.Equal(end, capture.EndTick);
        Assert.Equal(s.First.Where(t => t < end), capture.Traces[0].Ticks);
        Assert.Equal(s.Second.Where(t => t < end), capture.Traces[1].Ticks);
        Assert.True(capture.Traces.All(t => t.Ticks.Length == 0 || t.FirstLevel));
    });

    [Fact]
    public void A_span_cuts_gaps_as_well() => Streams.Sample(s =>
    {
        var (_, capture) = Feed(s, s.Span, null);
        var end = Math.Min(600, s.Span);
        Assert.Equal(end, capture.EndTick);
        Assert.Equal(s.Second.Where(t => t < end), capture.Traces[1].Ticks);
        Assert.Equal(end > 250 ? [new Gap(250, Math.Min(260, end - 1), 1, 2, "lost")] : [], capture.Gaps);
    });

    private static (CaptureCut Cut, Capture Capture) Feed((long[] First, long[] Second, int Blocks, int Wanted, long Span) s, long? span, int? stimuli)
    {
        var collector = new CaptureCollector();
        var cut = new CaptureCut(collector, span, stimuli is { } wanted ? new StimulusCount(0, EdgeKind.Rising, wanted) : null);
        cut.Begin(new CaptureHeader(new TimeBase(1000), [new Channel(0, "A"), new Channel(1, "B")]));
        cut.Gap(new Gap(250, 260, 1, 2, "lost"));
        // Blocks of any size, of which the second channel is ahead of what is complete.
        var size = (s.First.Length / s.Blocks) + 1;
        cut.Edges(1, true, s.Second);
        for (var i = 0; i < s.First.Length; i += size)
        {
            var block = s.First[i..Math.Min(s.First.Length, i + size)];
            cut.Edges(0, (i & 1) == 0, block);
            cut.Advance(block[^1]);
        }

        cut.End(600);
        return (cut, collector.ToCapture());
    }
}
