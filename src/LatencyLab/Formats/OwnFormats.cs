using LatencyLab.Captures;
using LatencyLab.Signals;

namespace LatencyLab.Formats;

/// <summary>LatencyLab's own files among the formats that are recognised by content.</summary>
internal static class OwnFormats
{
    public static CaptureFormat ChunkLog { get; } = new("LatencyLab chunk log", ChunkLogReader.Recognises, (file, options, sink, cancellationToken) =>
        ChunkLogReader.Read(file.Path, new SelectedChannels(sink, options, file.Path), cancellationToken));

    public static CaptureFormat Parquet { get; } = new("LatencyLab Parquet", ParquetCaptureReader.Recognises, (file, options, sink, cancellationToken) =>
        ParquetCaptureReader.Read(file.Path, new SelectedChannels(sink, options, file.Path), options.Spans, cancellationToken));

    /// <summary>Lets the wanted channels of a source through, under the names and numbers that they shall have.</summary>
    private sealed class SelectedChannels(IEdgeSink sink, ReadOptions options, string path) : IEdgeSink
    {
        private readonly Dictionary<int, int> _numbers = [];

        public void Begin(CaptureHeader header)
        {
            SampleRates.Choose(header.TimeBase.TickHz, options, path);
            var selection = ChannelSelection.Resolve([.. header.Channels.Select(c => c.Name)], options, path);
            for (var number = 0; number < selection.Count; number++)
            {
                _numbers.Add(selection[number].Source, number);
            }

            sink.Begin(header with { Channels = [.. selection.Select((s, number) => new Channel(number, s.Name, header.Channels[s.Source].InitialLevel))] });
        }

        public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
        {
            if (_numbers.TryGetValue(channel, out var number))
            {
                sink.Edges(number, firstLevel, ticks);
            }
        }

        public void Gap(Gap gap)
        {
            if (gap.Channel is not { } channel)
            {
                sink.Gap(gap);
            }
            else if (_numbers.TryGetValue(channel, out var number))
            {
                sink.Gap(gap with { Channel = number });
            }
        }

        public void Advance(long completeBeforeTick) => sink.Advance(completeBeforeTick);

        public void End(long endTick) => sink.End(endTick);
    }
}
