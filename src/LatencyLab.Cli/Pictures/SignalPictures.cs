using LatencyLab.Plots;
using LatencyLab.Signals;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Cli.Pictures;

/// <summary>Pictures of one clock-like channel.</summary>
internal static class SignalPictures
{
    public static Picture Periods(PictureInput input, string? channel, Duration? from, Duration? to, Duration? limit, bool logCounts, PlotStyle style, CancellationToken cancellationToken)
    {
        var edges = RisingEdges.Read(input, channel, from, to, cancellationToken);
        var periods = new CountTable();
        foreach (var stretch in edges.Stretches)
        {
            for (var i = 1; i < stretch.Count; i++)
            {
                periods.Add(stretch[i] - stretch[i - 1]);
            }
        }

        var counts = periods.ToSorted();
        var marks = new List<PlotMark>();
        if (counts.Count > 0)
        {
            marks.Add(new PlotMark("median", edges.TimeBase.ToNanoseconds(counts.ValueAtRank(Quantiles.Rank(counts.Count, 0.5)))));
        }

        return HistogramPlot.Draw(
            new HistogramData(counts, edges.TimeBase, Marks: marks, LimitNs: limit?.Nanoseconds, LogCounts: logCounts, Quantity: "period"),
            new PlotHeading($"Periods of {edges.Name}", $"{input.Heading(null).Title}, {Reports.ReportWords.Count(counts.Count)} periods between rising edges"), style);
    }

    public static Picture Tie(PictureInput input, string? channel, Duration? from, Duration? to, PlotStyle style, CancellationToken cancellationToken)
    {
        var edges = RisingEdges.Read(input, channel, from, to, cancellationToken);
        var heading = new PlotHeading($"Time interval error of {edges.Name}", $"{input.Heading(null).Title}, against the even clock that fits best");
        // Across a gap nobody knows how many cycles passed: the longest stretch without one is shown.
        var stretch = edges.Stretches.MaxBy(s => s.Count) ?? [];
        if (stretch.Count < 3)
        {
            return TiePlot.Draw([], [], edges.TimeBase, heading, style);
        }

        var periods = new CountTable();
        for (var i = 1; i < stretch.Count; i++)
        {
            periods.Add(stretch[i] - stretch[i - 1]);
        }

        var sorted = periods.ToSorted();
        var grid = ClockGrid.Of([.. stretch], Math.Max(1, sorted.ValueAtRank(Quantiles.Rank(sorted.Count, 0.5))));
        var error = TimeIntervalError.Of(grid.Ticks, grid.Cycles, TieReference.LeastSquares);
        return TiePlot.Draw(grid.Ticks, [.. error.Errors.Select(edges.TimeBase.ToNanoseconds)], edges.TimeBase, heading, style);
    }

    /// <summary>Rising edges of one channel between gaps.</summary>
    private sealed class RisingEdges(PictureInput input, string? wanted, Duration? from, Duration? to) : IEdgeSink
    {
        private readonly List<Gap> _gaps = [];
        private int _channel;
        private int _nextGap;
        private long _fromTick;
        private long _toTick = long.MaxValue;
        private long _skip;
        private long _most = long.MaxValue;

        public string Name { get; private set; } = "";

        public TimeBase TimeBase { get; private set; }

        public List<List<long>> Stretches { get; } = [[]];

        public static RisingEdges Read(PictureInput input, string? channel, Duration? from, Duration? to, CancellationToken cancellationToken)
        {
            var edges = new RisingEdges(input, channel, from, to);
            input.Source.Read(edges, cancellationToken);
            return edges;
        }

        public void Begin(CaptureHeader header)
        {
            var found = wanted is null ? header.Channels[0] : header.Channels.FirstOrDefault(c => string.Equals(c.Name, wanted, StringComparison.Ordinal));
            if (found is null || (wanted is null && header.Channels.Count > 1))
            {
                throw new LatencyLabException(
                    FaultKind.Usage, wanted is null ? "Nobody can know which channel is meant." : $"There is no channel '{wanted}'.", "--channel",
                    $"The channels of {input.Path} are {string.Join(", ", header.Channels.Take(32).Select(c => c.Name))}.");
            }

            (_channel, Name, TimeBase) = (found.Index, found.Name, header.TimeBase);
            if (input.Run is { Signals.Count: > 0, Plan: { Warmup: { } warmup, Samples: { } periods } } && from is null && to is null)
            {
                // The same periods as those that run.json counts: warm-up left out.
                (_skip, _most) = (warmup, periods + 1L);
            }

            _fromTick = from is { } f ? TimeBase.ToTicks(f) : long.MinValue;
            _toTick = to is { } t ? TimeBase.ToTicks(t) : long.MaxValue;
        }

        public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
        {
            if (channel != _channel)
            {
                return;
            }

            for (var i = firstLevel ? 0 : 1; i < ticks.Length; i += 2)
            {
                if (ticks[i] < _fromTick || ticks[i] > _toTick)
                {
                    continue;
                }

                if (_skip > 0 || _most == 0)
                {
                    _skip = Math.Max(0, _skip - 1);
                    continue;
                }

                _most--;
                if (Stretches[^1].Count > 0 && GapBetween(Stretches[^1][^1], ticks[i]))
                {
                    Stretches.Add([]);
                }

                Stretches[^1].Add(ticks[i]);
            }
        }

        // Edges and gaps both come by time, so the gaps that lie behind never matter again.
        private bool GapBetween(long before, long after)
        {
            while (_nextGap < _gaps.Count && _gaps[_nextGap].ToTick < before)
            {
                _nextGap++;
            }

            return _nextGap < _gaps.Count && _gaps[_nextGap].FromTick <= after;
        }

        public void Gap(Gap gap)
        {
            if (gap.Channel is null || gap.Channel == _channel)
            {
                _gaps.Add(gap);
            }
        }

        public void Advance(long completeBeforeTick)
        {
        }

        public void End(long endTick)
        {
        }
    }
}
