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

    [Fact]
    public void The_reference_decides_what_a_slow_clock_looks_like()
    {
        long[] edges = [.. Enumerable.Range(0, 2001).Select(i => i * 501L)];
        var fitted = SignalAnalysis.Report(edges, true, new SignalOptions(1000)).TimeIntervalError!;
        var given = SignalAnalysis.Report(edges, true, new SignalOptions(1000, TieReference.FixedPeriod)).TimeIntervalError!;
        Assert.Equal(0, fitted.PeakToPeak, 6);
        Assert.Equal(2000, given.PeakToPeak, 6);
        Assert.Equal(given.Errors[0], -given.Errors[^1], 6);
        Assert.Equal(2000, SignalAnalysis.Report(edges, true, new SignalOptions(1000)).FrequencyErrorPpm!.Value, 6);
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
