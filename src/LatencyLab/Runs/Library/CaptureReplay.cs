using LatencyLab.Formats;
using LatencyLab.Samplers;
using LatencyLab.Signals;

namespace LatencyLab.Runs.Library;

/// <summary>Captures in files and run folders as samplers.</summary>
public static class CaptureReplay
{
    /// <summary>Opens a capture of any readable format.</summary>
    /// <param name="path">A file or a run folder.</param>
    /// <param name="speed">How many recorded seconds pass in a second; null for as fast as it goes.</param>
    /// <param name="clock">Where the seconds come from.</param>
    /// <exception cref="LatencyLabException">It can't be read, or is in no known format.</exception>
    public static ISampler Open(string path, double? speed, TimeProvider clock)
    {
        // Recognised now, so that a wrong file is refused before a run folder is made.
        OpenSource(path, ReadOptions.Default);
        return new ReplaySampler(path, (lines, sink, cancellationToken) =>
        {
            var options = new ReadOptions
            {
                Channels = [.. lines.Select(l => l.Input)],
                Renames = lines.Where(l => l.Input != l.Name).ToDictionary(l => l.Input, l => l.Name, StringComparer.Ordinal),
            };
            OpenSource(path, options).Read(new LineOrder(sink, lines), cancellationToken);
        }, speed, clock);
    }

    private static ICaptureSource OpenSource(string path, ReadOptions options) =>
        Directory.Exists(path) ? RunFolder.Open(path).OpenEdges(options) : CaptureFile.Open(path, options);

    /// <summary>Puts channels into the order in which they were asked for; files have their own.</summary>
    private sealed class LineOrder(IEdgeSink sink, IReadOnlyList<SampledLine> lines) : IEdgeSink
    {
        private int[] _places = [];

        public void Begin(CaptureHeader header)
        {
            _places = [.. header.Channels.Select(c => lines.Index().First(l => l.Item.Name == c.Name).Index)];
            sink.Begin(header with { Channels = [.. header.Channels.Select(c => c with { Index = _places[c.Index] }).OrderBy(c => c.Index)] });
        }

        public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => sink.Edges(_places[channel], firstLevel, ticks);

        public void Gap(Gap gap) => sink.Gap(gap.Channel is { } channel ? gap with { Channel = _places[channel] } : gap);

        public void Advance(long completeBeforeTick) => sink.Advance(completeBeforeTick);

        public void End(long endTick) => sink.End(endTick);
    }
}
