using CsCheck;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Tests.Links;

namespace LatencyLab.Tests.Samplers;

public sealed class PicoFrameReaderTests
{
    private const uint Nonce = 0xC0FFEE;

    [Fact]
    public void Edges_come_out_whatever_the_pieces_in_which_bytes_arrive() =>
        Gen.Select(Gen.Int[1, 400].Array[2, 200], Gen.Int[1, 97], Gen.Int[1, 64]).Sample((steps, piece, perFrame) =>
        {
            var ticks = Sum(steps);
            var bench = new FrameTestBench(Nonce);
            byte[] bytes = [.. bench.Hello(2), .. Frames(bench, 0, ticks, perFrame).SelectMany(f => f).ToArray(), .. bench.End(1, 0, ticks.Length, 0)];
            var (edges, reader, used) = Decode(bytes, piece);
            Assert.Equal(ticks, edges.Edges.Select(e => e.Tick));
            Assert.Equal(ticks.Select((_, i) => (i & 1) == 0), edges.Edges.Select(e => e.Level));
            Assert.Empty(edges.Gaps);
            Assert.Equal(new StreamHealth(), reader.Health);
            Assert.Equal(bytes.Length, used);
        }, iter: FuzzCases.Of(2_000));

    [Fact]
    public void Bytes_after_the_end_frame_are_left_for_the_raw_repl()
    {
        var bench = new FrameTestBench(Nonce);
        byte[] bytes = [.. "OK talk "u8, .. bench.Hello(2), .. bench.End(0, 0, 0, 0), 4, 4, (byte)'>'];
        var (_, reader, used) = Decode(bytes, 1000);
        Assert.Equal(bytes.Length - 3, used);
        Assert.Equal("OK talk ", reader.Talk);
        Assert.Equal(8, reader.Health.StrayBytes);
    }

    [Fact]
    public void A_line_that_is_high_at_the_start_gives_no_edge_but_the_levels_are_right()
    {
        var bench = new FrameTestBench(Nonce);
        byte[] bytes = [.. bench.Hello(2), .. bench.Edges(0, 0, [0, 500, 900]), .. bench.End(0, 0, 3, 0)];
        var (edges, _, _) = Decode(bytes, 1000);
        Assert.Equal([new Edge(500, 0, false), new Edge(900, 0, true)], edges.Edges);
    }

    [Fact]
    public void Heartbeats_carry_the_counter_through_any_silence_below_their_own_wrap()
    {
        // 16 ns ticks: 2^32 of them are 68.7 s. An edge at 5 s, silence for three wraps, then an edge at 300 s.
        var bench = new FrameTestBench(Nonce);
        long[] ticks = [5 * 62_500_000L, 300 * 62_500_000L];
        List<byte> bytes = [.. bench.Hello(2), .. bench.Edges(0, 0, [ticks[0]])];
        for (var ms = 100; ms < 300_000; ms += 100)
        {
            bytes.AddRange(bench.Heartbeat(ms * 1000L, ms > 5000 ? 1 : 0, 0));
        }

        bytes.AddRange(bench.Edges(0, 1, [ticks[1]]));
        bytes.AddRange(bench.End(1, 0, 2, 0));
        Assert.Equal(ticks, Decode([.. bytes], 4096).Edges.Edges.Select(e => e.Tick));
    }

    [Fact]
    public void Lost_doubled_damaged_and_foreign_frames_never_bend_an_edge_and_every_lost_edge_is_counted() =>
        Gen.Select(Gen.Int[1, 3_000_000].Array[2, 300], Gen.Int[1, 3_000_000].Array[2, 300], Gen.Int[1, 40], Gen.Int[0, 1_000_000]).Sample((stepsA, stepsB, perFrame, chaos) =>
        {
            long[][] truth = [Sum(stepsA), Sum(stepsB)];
            var bench = new FrameTestBench(Nonce);
            var foreign = new FrameTestBench(Nonce + 1);
            var random = new Random(chaos);
            var frames = Interleave(bench, truth, perFrame);
            List<byte> bytes = [.. bench.Hello(2)];
            foreach (var frame in frames)
            {
                var fate = random.Next(20);
                if (fate == 0)
                {
                    continue;
                }

                if (fate == 1)
                {
                    frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
                }

                bytes.AddRange(frame);
                if (fate == 2)
                {
                    bytes.AddRange(frame);
                }

                if (fate == 3)
                {
                    bytes.AddRange(foreign.Edges(0, 0, [1, 2, 3]));
                }
            }

            bytes.AddRange(bench.End(1, (Math.Max(truth[0][^1], truth[1][^1]) / 62) + 1000, truth[0].Length, truth[1].Length));
            var (edges, reader, _) = Decode([.. bytes], 1 + random.Next(500));
            for (var c = 0; c < 2; c++)
            {
                var got = edges.Edges.Where(e => e.Channel == c).ToArray();
                var gaps = edges.Gaps.Where(g => g.Channel == c).ToArray();
                Assert.All(got, e => Assert.Contains(e.Tick, truth[c]));
                Assert.All(got, e => Assert.Equal((Array.IndexOf(truth[c], e.Tick) & 1) == 0, e.Level));
                Assert.Equal(truth[c].Length, got.Length + gaps.Sum(g => g.LostEdges));
                foreach (var lost in truth[c].Except(got.Select(e => e.Tick)))
                {
                    Assert.Contains(gaps, g => g.FromTick <= lost && lost <= g.ToTick);
                }

                Assert.All(got, e => Assert.DoesNotContain(gaps, g => g.FromTick <= e.Tick && e.Tick <= g.ToTick));
            }

            // The watermark holds: no edge that comes after it lies before it.
            foreach (var (tick, before) in edges.Watermarks)
            {
                Assert.All(edges.Edges.Skip(before), e => Assert.True(e.Tick >= tick));
            }
        }, iter: FuzzCases.Of(3_000));

    [Fact]
    public void Random_bytes_never_throw() =>
        Gen.Byte.Array[0, 3000].Sample(bytes => { Decode(bytes, 100); }, iter: FuzzCases.Of(5_000));

    private static List<byte[]> Interleave(FrameTestBench bench, long[][] truth, int perFrame)
    {
        // Heartbeats every 100 ms of ticks; before each one all words below it have been sent, as the script does at leisure.
        var frames = new List<byte[]>();
        var sent = new int[2];
        var end = Math.Max(truth[0][^1], truth[1][^1]);
        for (var beatTick = 0L; ; beatTick += 6_250_000)
        {
            for (var c = 0; c < 2; c++)
            {
                while (sent[c] < truth[c].Length && truth[c][sent[c]] < beatTick)
                {
                    var block = truth[c].Skip(sent[c]).Take(perFrame).TakeWhile(t => t < beatTick).ToArray();
                    frames.Add(bench.Edges(c, sent[c], block));
                    sent[c] += block.Length;
                }
            }

            frames.Add(bench.Heartbeat(beatTick * 16 / 1000, sent[0], sent[1]));
            if (beatTick > end)
            {
                return frames;
            }
        }
    }

    // Made at once, since the frames' sequence numbers follow the order of the calls.
    private static byte[][] Frames(FrameTestBench bench, int channel, long[] ticks, int perFrame) =>
        [.. ticks.Chunk(perFrame).Select((block, i) => bench.Edges(channel, (long)i * perFrame, block))];

    private static long[] Sum(int[] steps)
    {
        var tick = 1L;
        return [.. steps.Select(s => tick += s)];
    }

    private static (EdgeList Edges, PicoFrameReader Reader, int Used) Decode(byte[] bytes, int piece)
    {
        var edges = new EdgeList();
        var reader = new PicoFrameReader(Nonce, ["D0", "D1"], edges);
        var decoder = new FrameDecoder(reader);
        var used = 0;
        for (var at = 0; at < bytes.Length && !decoder.Ended; at += piece)
        {
            used += decoder.Feed(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        }

        return (edges, reader, used);
    }
}
