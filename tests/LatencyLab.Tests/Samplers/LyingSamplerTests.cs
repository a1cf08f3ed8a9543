using System.Text;
using LatencyLab.MicroPython;
using LatencyLab.Samplers;

namespace LatencyLab.Tests.Samplers;

/// <summary>Frames and lines with right checksums that say what can't be: found by fuzzing, kept as they were understood.</summary>
public sealed class LyingSamplerTests
{
    private const uint Nonce = 5;

    [Fact]
    public void Two_edges_in_one_tick_cost_their_frame_and_become_a_gap()
    {
        var bench = new FrameTestBench(Nonce);
        var (edges, health) = Decode(bench.Hello(1), bench.Edges(0, 0, [100]), bench.Edges(0, 1, [200, 200]), bench.Edges(0, 3, [300]), bench.End(1, 1000, 4));
        Assert.Equal([100, 300], edges.Edges.Select(e => e.Tick));
        Assert.Equal([true, false], edges.Edges.Select(e => e.Level));
        Assert.Equal(1, health.FramesMalformed);
        var gap = Assert.Single(edges.Gaps);
        Assert.Equal((101, 299, 2), (gap.FromTick, gap.ToTick, gap.LostEdges));
    }

    [Fact]
    public void An_edge_before_what_was_said_to_be_complete_is_lost_and_never_late()
    {
        var bench = new FrameTestBench(Nonce);
        // The first heartbeat promises the words 1 and up after 100 ms, the second one takes back that there were any.
        var (edges, health) = Decode(
            bench.Hello(1), bench.Heartbeat(100_000, 1), bench.Edges(0, 0, [50]), bench.Heartbeat(200_000, 0), bench.Edges(0, 1, [60]), bench.End(1, 300_000, 2));
        Assert.All(edges.Watermarks, w => Assert.All(edges.Edges.Skip(w.EdgesBefore), e => Assert.True(e.Tick >= w.Tick)));
        Assert.Equal(2, edges.Edges.Count + edges.Gaps.Sum(g => g.LostEdges ?? 0));
        Assert.Equal(0, health.FramesLost);
    }

    [Fact]
    public void Frames_that_change_places_cost_the_one_that_came_late_and_it_becomes_a_gap()
    {
        var bench = new FrameTestBench(Nonce);
        var (hello, first, second, third, end) = (bench.Hello(1), bench.Edges(0, 0, [100]), bench.Edges(0, 1, [200]), bench.Edges(0, 2, [300]), bench.End(1, 1000, 3));
        var (edges, health) = Decode(hello, first, third, second, end);
        Assert.Equal([100, 300], edges.Edges.Select(e => e.Tick));
        Assert.Equal([true, true], edges.Edges.Select(e => e.Level));
        var gap = Assert.Single(edges.Gaps);
        Assert.Equal((101, 299, 1), (gap.FromTick, gap.ToTick, gap.LostEdges));
        Assert.Equal((1, 1), (health.FramesLost, health.FramesDoubled));
    }

    [Theory]
    [InlineData("\"build\":\"\\ud800\"")]
    [InlineData("\"\\udc00\":1")]
    [InlineData("\"build\":\"\u0080\"")]
    public void Text_that_is_no_Unicode_makes_a_hello_malformed(string member)
    {
        var bench = new FrameTestBench(Nonce);
        var hello = bench.Frame(1, 0, Encoding.Latin1.GetBytes($$"""{"proto":1,"hz":125000000,"tick_hz":62500000,"channels":[2],{{member}}}"""));
        var (edges, health) = Decode(hello);
        Assert.Null(edges.Header);
        Assert.Equal(1, health.FramesMalformed);
    }

    [Theory]
    [InlineData("99999999999")]
    [InlineData("-1")]
    public void A_stimulus_pin_that_no_chip_has_is_none(string pin)
    {
        var hello = SamplerHello.Parse(Encoding.ASCII.GetBytes($$"""{"proto":1,"hz":125000000,"tick_hz":62500000,"channels":[2],"stim":{{pin}}}"""));
        Assert.NotNull(hello);
        Assert.Null(hello.Stim);
    }

    [Theory]
    [InlineData("""{"t":"\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    public void A_line_with_half_a_surrogate_pair_is_no_line(string json)
    {
        var bytes = Encoding.ASCII.GetBytes(json);
        Assert.Null(BoardLine.Parse($"@LL1 {json}*{System.IO.Hashing.Crc32.HashToUInt32(bytes):x8}\n"));
    }

    private static (EdgeList Edges, StreamHealth Health) Decode(params byte[][] frames)
    {
        var edges = new EdgeList();
        var reader = new PicoFrameReader(Nonce, ["D0"], edges);
        new FrameDecoder(reader).Feed([.. frames.SelectMany(f => f)]);
        return (edges, reader.Health);
    }
}
