using System.Diagnostics;
using LatencyLab.Analysis;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Benchmarks;

/// <summary>
/// Sampler frames to edges, and edges to pairs, on one core. USB full speed carries at most 12 Mbit/s, so at most 0.375 M stamps of four bytes a
/// second: the ratio to that is what the table shows.
/// </summary>
internal static class HotLoops
{
    private const double UsbEdgesPerSecond = 12e6 / 8 / 4;

    public static int Run(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0]) : 5;
        Console.WriteLine($"{"work",-28} {"median",14} {"best",14} {"of USB full speed",18}");
        Print("frames to edges", rounds, Decode, "edges/s");
        Print("edges to pairs", rounds, Pair, "pairs/s");
        return 0;
    }

    private static void Print(string work, int rounds, Func<double> rate, string unit)
    {
        rate();
        var rates = Enumerable.Range(0, rounds).Select(_ => rate()).Order().ToArray();
        var median = rates[rounds / 2];
        Console.WriteLine($"{work,-28} {median / 1e6,8:0.0} M {unit} {rates[^1] / 1e6,6:0.0} M {median / UsbEdgesPerSecond,16:0}x");
    }

    private static double Decode()
    {
        const int Frames = 40_000;
        const int Words = 256;
        var frame = new byte[FrameFormat.MaxFrameBytes];
        var bytes = new MemoryStream();
        var hello = """{"proto":1,"part":"sampler","hz":125000000,"tick_hz":62500000,"channels":[2],"stim":2,"pulses":1,"build":""}"""u8;
        bytes.Write(frame, 0, FrameFormat.Write(frame, new FrameHeader(FrameType.Hello, 0, 0, 1), hello));
        var payload = new byte[4 + (4 * Words)];
        var count = 0u;
        for (var f = 0; f < Frames; f++)
        {
            BitConverter.TryWriteBytes(payload, (uint)(f * Words));
            for (var w = 0; w < Words; w++)
            {
                count += 1000;
                BitConverter.TryWriteBytes(payload.AsSpan(4 + (4 * w)), ~count);
            }

            bytes.Write(frame, 0, FrameFormat.Write(frame, new FrameHeader(FrameType.Edges, 0, (uint)f + 1, 1), payload));
        }

        var all = bytes.ToArray();
        var reader = new PicoFrameReader(1, ["D0"], new EdgeFanOut());
        var decoder = new FrameDecoder(reader);
        var clock = Stopwatch.StartNew();
        for (var at = 0; at < all.Length; at += 65536)
        {
            decoder.Feed(all.AsSpan(at, Math.Min(65536, all.Length - at)));
        }

        return reader.EdgesSeen == (long)Frames * Words ? reader.EdgesSeen / clock.Elapsed.TotalSeconds : throw new InvalidOperationException("Edges were lost.");
    }

    private static double Pair()
    {
        const int Stimuli = 20_000_000;
        const int Block = 16_384;
        var stimulus = new long[2 * Block];
        var response = new long[2 * Block];
        var counter = new Counter();
        var pairer = new Pairer(new PairingRules(0, 1, WindowTicks: 500), counter);
        pairer.Begin(new CaptureHeader(new TimeBase(62_500_000), [new Channel(0, "D0"), new Channel(1, "D1")]));
        var tick = 0L;
        var clock = new Stopwatch();
        for (var done = 0; done < Stimuli; done += Block)
        {
            for (var i = 0; i < Block; i++)
            {
                tick += 1000;
                stimulus[2 * i] = tick;
                stimulus[(2 * i) + 1] = tick + 50;
                response[2 * i] = tick + 100 + (i & 63);
                response[(2 * i) + 1] = tick + 180 + (i & 63);
            }

            clock.Start();
            pairer.Edges(0, true, stimulus);
            pairer.Edges(1, true, response);
            pairer.Advance(tick + 900);
            clock.Stop();
        }

        pairer.End(tick + 1000);
        return counter.Matched / clock.Elapsed.TotalSeconds;
    }

    private sealed class Counter : IPairSink
    {
        public long Matched { get; private set; }

        public void Pairs(ReadOnlySpan<Pair> pairs) => Matched += pairs.Length;
    }
}
