namespace LatencyLab.Statistics;

/// <summary>Periods, jitter, duty and stability of one channel from its edges.</summary>
public static class SignalAnalysis
{
    private static readonly int[] JitterSpans = [2, 8, 64];

    /// <summary>Reports on edges that alternate.</summary>
    /// <param name="ticks">Edges, strictly rising.</param>
    /// <param name="firstIsRising">Direction of the first edge.</param>
    /// <param name="options">Nominal period and reference clock.</param>
    public static SignalReport Report(ReadOnlySpan<long> ticks, bool firstIsRising, SignalOptions options) =>
        Report([(ticks.ToArray(), firstIsRising)], options);

    /// <summary>Reports on stretches of edges between which something may have been lost: no interval is taken across a gap.</summary>
    public static SignalReport Report(IReadOnlyList<(long[] Ticks, bool FirstIsRising)> stretches, SignalOptions options)
    {
        var period = new LatencyCollector([]);
        var high = new LatencyCollector([]);
        var low = new LatencyCollector([]);
        var cycleToCycle = new CountTable();
        var spans = Array.ConvertAll(JitterSpans, _ => new CountTable());
        Int128 highSum = 0, periodSum = 0;
        long cycles = 0;
        var rising = new List<long[]>();
        foreach (var (ticks, firstIsRising) in stretches)
        {
            for (var i = 1; i < ticks.Length; i++)
            {
                var endsHigh = ((i & 1) == 1) == firstIsRising;
                (endsHigh ? high : low).AddMatched(ticks[i] - ticks[i - 1], ticks[i - 1], i);
            }

            var starts = ticks.Where((_, i) => ((i & 1) == 0) == firstIsRising).ToArray();
            rising.Add(starts);
            for (var i = 1; i < starts.Length; i++)
            {
                period.AddMatched(starts[i] - starts[i - 1], starts[i - 1], i - 1);
                if (i >= 2)
                {
                    cycleToCycle.Add(starts[i] - (2 * starts[i - 1]) + starts[i - 2]);
                }
            }

            for (var s = 0; s < JitterSpans.Length; s++)
            {
                for (var i = JitterSpans[s]; i < starts.Length; i++)
                {
                    spans[s].Add(starts[i] - starts[i - JitterSpans[s]]);
                }
            }

            var first = firstIsRising ? 0 : 1;
            for (var i = first; i + 2 < ticks.Length; i += 2)
            {
                highSum += ticks[i + 1] - ticks[i];
                periodSum += ticks[i + 2] - ticks[i];
                cycles++;
            }
        }

        var periods = period.ToReport();
        var highs = high.ToReport().Summary;
        var lows = low.ToReport().Summary;
        var differences = cycleToCycle.ToSorted();
        var report = new SignalReport
        {
            RisingEdges = rising.Sum(r => r.LongLength),
            Period = periods.Summary,
            High = highs,
            Low = lows,
            LongestPeriods = periods.Worst,
            PeriodJitterPeakToPeak = periods.JitterPeakToPeak,
            CycleToCycle = differences.Count == 0 ? null : new CycleToCycle(
                RootMeanSquare(differences), (long)Int128.Min(long.MaxValue, Int128.Max(-(Int128)differences.Min!.Value, differences.Max!.Value))),
            NPeriodJitter = [.. JitterSpans.Zip(spans, (n, table) => (n, Moments.StandardDeviation(table.ToSorted())))
                .Where(x => x.Item2 is not null).Select(x => (x.n, x.Item2!.Value))],
            Duty = periodSum > 0 ? (double)highSum / (double)periodSum : null,
            DutyCycleDistortion = cycles > 0 ? (double)((2 * highSum) - periodSum) / cycles : null,
        };
        return periods.Latencies.Count == 0 ? report : WithClock(report, rising, periods.Latencies, options);
    }

    private static SignalReport WithClock(SignalReport report, List<long[]> rising, SortedCounts periods, SignalOptions options)
    {
        var nominal = options.NominalPeriodTicks ?? ((double)Moments.TwiceMedian(periods) / 2);
        var grid = ClockGrid.Of(rising.MaxBy(r => r.Length)!, nominal);
        var all = rising.Select(r => ClockGrid.Of(r, nominal)).ToArray();
        report = report with
        {
            NominalPeriodTicks = nominal,
            MissingPulses = all.Sum(g => g.Missing),
            DoubledPulses = all.Sum(g => g.Doubled),
        };
        if (grid.Ticks.Length < 3)
        {
            return report;
        }

        if (options.Clock is { } clock)
        {
            return AgainstOther(report, grid, clock, nominal);
        }

        var error = TimeIntervalError.Of(grid.Ticks, grid.Cycles, options.Reference, options.NominalPeriodTicks ?? nominal);
        var (from, to) = grid.LongestWithoutHole();
        var phases = new double[to - from];
        for (var i = 0; i < phases.Length; i++)
        {
            phases[i] = (double)((Int128)grid.Ticks[from + i] - grid.Ticks[from]) - (i * nominal);
        }

        return report with
        {
            TimeIntervalError = error,
            FrequencyErrorPpm = options.NominalPeriodTicks is { } given ? (((error.PeriodTicks + error.Slope(grid.Cycles)) / given) - 1) * 1e6 : null,
            Stability = FrequencyStability.Table(phases, nominal),
        };
    }

    // Stability is that against the other clock, too: what the recorder's clock did meanwhile is in neither.
    private static SignalReport AgainstOther(SignalReport report, ClockGrid grid, ReferenceClock clock, double nominal)
    {
        if (clock.Ratio(nominal) is not { } ratio || clock.ErrorsOf(grid.Ticks, grid.Cycles, ratio) is not var (error, first))
        {
            return report;
        }

        var (from, to) = grid.LongestWithoutHole();
        (from, to) = (Math.Max(from, first), Math.Min(to, first + error.Errors.Count));
        return report with
        {
            TimeIntervalError = error,
            FrequencyErrorPpm = error.Slope(grid.Cycles.AsSpan(first, error.Errors.Count)) / error.PeriodTicks * 1e6,
            Stability = FrequencyStability.Table(to > from ? [.. error.Errors.Skip(from - first).Take(to - from)] : [], nominal),
        };
    }

    private static double RootMeanSquare(SortedCounts values)
    {
        var mean = Moments.Mean(values)!.Value;
        return Math.Sqrt((Moments.SquaredDeviations(values) / values.Count) + (mean * mean));
    }
}

/// <summary>Edges with the number of the cycle that each begins; doubled edges are left out.</summary>
/// <param name="Ticks">The edges that are due.</param>
/// <param name="Cycles">Their cycle numbers, rising from 0; a hole is a missing pulse.</param>
/// <param name="Missing">Cycles without an edge.</param>
/// <param name="Doubled">Edges between two due ones.</param>
public sealed record ClockGrid(long[] Ticks, long[] Cycles, long Missing, long Doubled)
{
    // Each edge is numbered from the one before, so that a drifting clock keeps its numbers (a fixed grid would slip).
    public static ClockGrid Of(long[] edges, double period)
    {
        var ticks = new List<long>();
        var cycles = new List<long>();
        long missing = 0, doubled = 0;
        foreach (var tick in edges)
        {
            if (ticks.Count == 0)
            {
                ticks.Add(tick);
                cycles.Add(0);
                continue;
            }

            var step = Step(ticks[^1]);
            if (step == 0)
            {
                doubled++;

                // Of two edges for one cycle the one nearer to its place stays.
                if (ticks.Count > 1 && OffPlace(tick) < OffPlace(ticks[^1]))
                {
                    ticks[^1] = tick;
                }

                continue;
            }

            missing += step - 1;
            cycles.Add(cycles[^1] + step);
            ticks.Add(tick);

            long Step(long from) => (long)Math.Min(1e15, Math.Round((double)((Int128)tick - from) / period));

            double OffPlace(long at) => Math.Abs((double)((Int128)at - ticks[^2]) - ((cycles[^1] - cycles[^2]) * period));
        }

        return new ClockGrid([.. ticks], [.. cycles], missing, doubled);
    }

    /// <summary>The longest run of edges without a missing pulse.</summary>
    public (int From, int To) LongestWithoutHole()
    {
        int best = 0, bestEnd = 0, start = 0;
        for (var i = 1; i <= Cycles.Length; i++)
        {
            if (i == Cycles.Length || Cycles[i] != Cycles[i - 1] + 1)
            {
                (best, bestEnd) = i - start > bestEnd - best ? (start, i) : (best, bestEnd);
                start = i;
            }
        }

        return (best, bestEnd);
    }
}
