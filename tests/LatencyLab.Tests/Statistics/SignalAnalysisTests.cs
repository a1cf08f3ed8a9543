using CsCheck;
using LatencyLab.Statistics;

namespace LatencyLab.Tests.Statistics;

public sealed class SignalAnalysisTests
{
    [Fact]
    public void Missing_and_doubled_pulses_are_counted_and_leave_the_time_error_alone()
    {
        var edges = new List<long>();
        for (var cycle = 0; cycle < 100; cycle++)
        {
            if (cycle is 40 or 41)
            {
                continue;
            }

            edges.AddRange([cycle * 1000L, (cycle * 1000L) + 300]);
            if (cycle == 70)
            {
                edges.AddRange([(cycle * 1000L) + 450, (cycle * 1000L) + 500]);
            }
        }

        var report = SignalAnalysis.Report([.. edges], true, new SignalOptions(1000));
        Assert.Equal((99, 2, 1), (report.RisingEdges, report.MissingPulses, report.DoubledPulses));
        Assert.Equal(0, report.TimeIntervalError!.PeakToPeak, 9);
        Assert.Equal(0, report.FrequencyErrorPpm!.Value, 6);
        Assert.Equal(new TimedValue(3000, 39_000, 39), report.LongestPeriods[0]);
    }

    [Fact]
    public void A_doubled_pulse_that_comes_first_does_not_replace_the_due_one()
    {
        long[] edges = [0, 100, 1000, 1100, 1600, 1700, 2000, 2100, 3000, 3100, 4000, 4100];
        var report = SignalAnalysis.Report(edges, true, new SignalOptions(1000));
        Assert.Equal((0, 1), (report.MissingPulses, report.DoubledPulses));
        Assert.Equal(0, report.TimeIntervalError!.PeakToPeak, 9);
    }

    [Theory]
    [InlineData(TieReference.LeastSquares)]
    [InlineData(TieReference.MedianPhase)]
    [InlineData(TieReference.FixedPeriod)]
    public void An_ideal_clock_has_no_time_error_against_any_reference(TieReference reference)
    {
        long[] edges = [.. Enumerable.Range(0, 2000).Select(i => 1_000_000_000_000 + (i * 500L))];
        var error = SignalAnalysis.Report(edges, true, new SignalOptions(1000, reference)).TimeIntervalError!;
        Assert.Equal(0, error.Rms, 9);
        Assert.Equal(1000, error.PeriodTicks, 9);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(1, 4)]
    public void Against_another_channel_the_recorders_own_clock_cancels(int clockCycles, int signalCycles)
    {
        // Both lines come from one perfect clock; the recorder's runs 3 % fast and wanders by two thousand ticks.
        static long Stamp(double t) => (long)Math.Round((t * 1.03) + (2000 * Math.Sin(t / 5e5)));
        const int cycles = 4000;
        long[] signal = [.. Enumerable.Range(0, 2 * cycles * signalCycles / clockCycles).Select(i => Stamp(40_000 + (i * 500.0 * clockCycles / signalCycles)))];
        long[] clock = [.. Enumerable.Range(0, cycles + 200).Select(i => Stamp(i * 1000.0))];
        var alone = SignalAnalysis.Report(signal, true, new SignalOptions()).TimeIntervalError!;
        var report = SignalAnalysis.Report(signal, true, new SignalOptions(null, TieReference.OtherChannel, new ReferenceClock(clock)));
        Assert.True(alone.PeakToPeak > 1000);
        Assert.InRange(report.TimeIntervalError!.PeakToPeak, 0, 2.5);
        Assert.Equal(0, report.FrequencyErrorPpm!.Value, 0.5);
        Assert.All(report.Stability, p => Assert.InRange(p.MtieTicks, 0, 2.5));
        Assert.InRange(report.TimeIntervalError.PeriodTicks * signalCycles / clockCycles, 1029, 1031);
    }

    [Fact]
    public void A_slower_clock_drifts_away_from_the_other_by_its_parts_per_million()
    {
        long[] signal = [.. Enumerable.Range(0, 4000).Select(i => 70_000 + (i * 50_005L))];
        long[] clock = [.. Enumerable.Range(0, 2200).Where(i => i != 700).Select(i => i * 100_000L)];
        var report = SignalAnalysis.Report(signal, true, new SignalOptions(null, TieReference.OtherChannel, new ReferenceClock(clock)));
        Assert.Equal(100, report.FrequencyErrorPpm!.Value, 6);
        Assert.Equal(1999 * 10, report.TimeIntervalError!.PeakToPeak, 6);
    }

    [Fact]
    public void Clocks_that_are_no_multiples_or_never_overlap_give_no_time_error()
    {
        long[] clock = [.. Enumerable.Range(0, 100).Select(i => i * 1000L)];
        long[] other = [.. Enumerable.Range(0, 200).Select(i => i * 685L)];
        long[] later = [.. Enumerable.Range(0, 200).Select(i => 98_500 + (i * 500L))];
        Assert.Null(new ReferenceClock(clock).Ratio(1370));
        Assert.Null(SignalAnalysis.Report(other, true, new SignalOptions(null, TieReference.OtherChannel, new ReferenceClock(clock))).TimeIntervalError);
        Assert.Null(SignalAnalysis.Report(later, true, new SignalOptions(null, TieReference.OtherChannel, new ReferenceClock(clock))).TimeIntervalError);
    }

    [Fact]
    public void Any_two_channels_give_finite_errors_or_none() =>
        Gen.Select(Edges, Edges).Sample((signal, clock) =>
        {
            var report = SignalAnalysis.Report(signal, true, new SignalOptions(null, TieReference.OtherChannel, new ReferenceClock(clock)));
            return report.TimeIntervalError is not { } error || (double.IsFinite(error.Rms) && double.IsFinite(error.PeakToPeak) && double.IsFinite(report.FrequencyErrorPpm!.Value));
        });

    private static Gen<long[]> Edges =>
        Gen.Select(Gen.Long[-1_000_000, 1_000_000], Gen.OneOf(Gen.Long[1, 50], Gen.Long[1, 1_000_000_000]).Array[1, 80])
            .Select((start, steps) => steps.Aggregate(new List<long> { start }, (edges, step) =>
            {
                edges.Add(edges[^1] + step);
                return edges;
            }).ToArray());

    [Fact]
    public void The_reference_decides_what_a_slow_clock_looks_like()
    {
        long[] edges = [.. Enumerable.Range(0, 2001).Select(i => i * 501L)];
        var fitted = SignalAnalysis.Report(edges, true, new SignalOptions(1000)).TimeIntervalError!;
        var given = SignalAnalysis.Report(edges, true, new SignalOptions(1000, TieReference.FixedPeriod)).TimeIntervalError!;
        Assert.Equal(0, fitted.PeakToPeak, 6);
        Assert.Equal(2000, given.PeakToPeak, 6);
        Assert.Equal(given.Errors[0], -given.Errors[^1], 6);
        Assert.All(
            Enum.GetValues<TieReference>().Except([TieReference.OtherChannel]),
            reference => Assert.Equal(2000, SignalAnalysis.Report(edges, true, new SignalOptions(1000, reference)).FrequencyErrorPpm!.Value, 6));
    }

    [Fact]
    public void No_interval_is_taken_across_a_gap()
    {
        var report = SignalAnalysis.Report([([0, 400, 1000, 1400], true), ([500_000, 500_600, 501_000], false)], new SignalOptions());
        Assert.Equal((1000, 1000), (report.Period.Max, report.Period.Min));
        Assert.Equal((400, 600), (report.High.Max, report.Low.Max));
        Assert.Equal(0.4, report.Duty!.Value, 9);
    }

    [Fact]
    public void Any_edges_give_finite_numbers_or_null() =>
        Gen.Select(Gen.Long[1, 1L << 40].Array[0, 40], Gen.Bool, Gen.Long[long.MinValue / 2, 0]).Sample((steps, rising, start) =>
        {
            var tick = start;
            var edges = steps.Select(s => tick += s).ToArray();
            var report = SignalAnalysis.Report(edges, rising, new SignalOptions());
            return IsFinite(report.Period.Mean) && IsFinite(report.Duty) && IsFinite(report.CycleToCycle?.Rms) && IsFinite(report.TimeIntervalError?.Rms)
                && report.Stability.All(p => double.IsFinite(p.Adev) && IsFinite(p.Mdev) && double.IsFinite(p.MtieTicks));

            static bool IsFinite(double? value) => value is null || double.IsFinite(value.Value);
        });

    [Fact]
    public void Mtie_equals_the_search_over_all_pairs() =>
        Gen.Select(Gen.Int[-50, 50].Array[1, 60], Gen.Int[1, 70]).Sample((values, intervals) =>
        {
            double[] errors = [.. values.Select(v => (double)v)];
            var slow = 0.0;
            for (var i = 0; i < errors.Length; i++)
            {
                for (var j = i; j < errors.Length && j - i <= intervals; j++)
                {
                    slow = Math.Max(slow, Math.Abs(errors[i] - errors[j]));
                }
            }

            return FrequencyStability.MaximumTimeIntervalError(errors, intervals) == slow;
        });
}
