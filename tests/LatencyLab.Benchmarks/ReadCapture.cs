using LatencyLab.Formats;
using LatencyLab.Signals;

namespace LatencyLab.Benchmarks;

/// <summary>Reads a capture of any format and counts: what a reader costs without what comes after it.</summary>
internal static class ReadCapture
{
    public static int Run(string[] args)
    {
        var counter = new Counter();
        var source = CaptureFile.Open(args[0], new ReadOptions { Channels = args.Length > 1 ? args[1..] : null });
        source.Read(counter);
        Console.WriteLine($"{source.Format}: {counter.Edges} edges on {counter.Channels} channels in {counter.EndTick} ticks");
        return 0;
    }

    private sealed class Counter : IEdgeSink
    {
        public long Edges { get; private set; }

        public int Channels { get; private set; }

        public long EndTick { get; private set; }

        public void Begin(CaptureHeader header) => Channels = header.Channels.Count;

        public void End(long endTick) => EndTick = endTick;

        public void Gap(Gap gap)
        {
        }

        public void Advance(long completeBeforeTick)
        {
        }

        void IEdgeSink.Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => Edges += ticks.Length;
    }
}
