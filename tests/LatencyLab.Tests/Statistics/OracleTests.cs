using System.Globalization;
using LatencyLab.Statistics;

namespace LatencyLab.Tests.Statistics;

/// <summary>Every reference value for a statistic that LatencyLab offers, made by SciPy, numpy and R.</summary>
public sealed class OracleTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, SortedCounts> Tables = [];

    private static readonly Dictionary<string, SortedCounts[]> Runs = [];

    private static readonly Lazy<SignalReport> Clock = new(() => SignalAnalysis.Report(
        OracleData.Sample("clock_rise").Concat(OracleData.Sample("clock_fall")).Order().ToArray(), true, new SignalOptions(62500)));

    [Fact]
    public void Every_offered_statistic_equals_its_reference_value()
    {
        var wrong = new List<string>();
        var left = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        var checkedRows = 0;
        foreach (var row in OracleData.Rows)
        {
            if (Offered(row) is not { } got)
            {
                left[row.Stat] = left.GetValueOrDefault(row.Stat) + 1;
                continue;
            }

            checkedRows++;
            kinds.Add(row.Stat);
            if (!IsNear(got, row.Number, Tolerance(row)))
            {
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"line {row.Line}: {row.Dataset} {row.Stat} {row.Param}: expected {row.Value}, got {got:R}"));
            }
        }

        output.WriteLine($"{checkedRows} of {OracleData.Rows.Count} rows checked, {kinds.Count} kinds; left out:");
        output.WriteLine(string.Join(", ", left.Select(l => $"{l.Key} {l.Value}")));
        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong:\n" + string.Join('\n', wrong.Take(40)));
        Assert.True(checkedRows >= 2718, $"only {checkedRows} rows were checked");
    }

    private static double? Offered(OracleRow row)
    {
        if (row.Dataset.Contains('|', StringComparison.Ordinal))
        {
            return row.Dataset.EndsWith(" runs", StringComparison.Ordinal) ? OfRuns(row) : OfPair(row);
        }

        return row.Dataset switch
        {
            "none" => OfNumbers(row),
            "clock" => OfClock(row),
            "nist1000" => OfNist(row),
            "pvec" => OfProbabilities(row),
            _ => OfSample(row),
        };
    }

    private static double? OfSample(OracleRow row)
    {
        var table = Table(row.Dataset);
        if (row.Stat.StartsWith("quantile_hf", StringComparison.Ordinal))
        {
            var type = row.Stat["quantile_hf".Length] - '0';
            var p = OracleRow.Leading(row.Param);
            if (type == 1 && row.Stat == "quantile_hf1" && table.ValueAtRank(Quantiles.Rank(table.Count, p)) != row.Number)
            {
                return double.NaN;
            }

            return HyndmanFan.Quantile(table, p, type);
        }

        return row.Stat switch
        {
            "n" => table.Count,
            "sum" => (double)table.Sum,
            "min" => table.Min,
            "max" => table.Max,
            "mean" => Moments.Mean(table),
            "variance" => Moments.Variance(table),
            "stddev" => Moments.StandardDeviation(table),
            "mad" when row.Param.StartsWith("raw", StringComparison.Ordinal) => Moments.MedianAbsoluteDeviation(table),
            "harrell_davis" => HarrellDavis.Quantile(table, OracleRow.Leading(row.Param)),
            "quantile_ci_lower_rank" => Ranks(row, table).Low ?? 0,
            "quantile_ci_upper_rank" => Ranks(row, table).High ?? table.Count + 1,
            "quantile_ci_lower" => Ranks(row, table).Low is { } low ? table.ValueAtRank(low) : double.NegativeInfinity,
            "quantile_ci_upper" => Ranks(row, table).High is { } high ? table.ValueAtRank(high) : double.PositiveInfinity,
            "quantile_ci_coverage" => Ranks(row, table).Coverage,
            "acf" => Autocorrelation.AtLag(Series(row.Dataset), (int)row.Parameter("lag")),
            "iact_geyer_monotone" => Autocorrelation.IntegratedTime([Series(row.Dataset)]),
            "ess_geyer_monotone" => table.Count / Autocorrelation.IntegratedTime([Series(row.Dataset)]),
            "gpd_mle_xi" => Tail()!.Shape,
            "gpd_mle_sigma" => Tail()!.ScaleTicks,
            "gpd_mle_nll" => Tail()!.NegativeLogLikelihood,
            "gpd_exceedances" => Tail()!.Exceedances,
            "gpd_quantile_mle" => Tail()!.QuantileTicks(OracleRow.Leading(row.Param)),
            "gpd_pwm_xi" => TailFit.WeightedMoments(TailFit.Excesses(table, 2500)).Shape,
            "gpd_pwm_sigma" => TailFit.WeightedMoments(TailFit.Excesses(table, 2500)).Scale,
            "edivisive_best_split" => ChangePoints.BestSplit(Series(row.Dataset))!.Value.Index,
            "edivisive_Q" => ChangePoints.BestSplit(Series(row.Dataset))!.Value.Q,
            "run_median_hf7" => HyndmanFan.Quantile(RunOf(row), 0.5, 7),
            "run_p99_hf8" => HyndmanFan.Quantile(RunOf(row), 0.99, 8),
            "run_mean" => Moments.Mean(RunOf(row)),
            "anova_ms_within" => Components(row).WithinRuns,
            "var_between_runs" => Components(row).BetweenRuns,
            "icc1" => Components(row).Intraclass,
            "design_effect" => Components(row).DesignEffect,
            "effective_n" => Components(row).EffectiveN,
            _ => null,
        };

        TailFit? Tail() => TailFit.MaximumLikelihood(table, 2500);
    }

    private static double? OfPair(OracleRow row)
    {
        var names = row.Dataset.Split(' ')[0].Split('|');
        var (a, b) = (Table(names[0]), Table(names[1]));
        return row.Stat switch
        {
            "mw_U1" => MannWhitney.Of(a, b).FirstLarger,
            "mw_U2" => MannWhitney.Of(a, b).SecondLarger,
            "mw_sd_tie_corrected" => MannWhitney.Of(a, b).StandardDeviation,
            "mw_p" when row.Param == "two-sided continuity=True" => MannWhitney.Of(a, b).P,
            "a12" => MannWhitney.Of(a, b).ChanceSecondLarger,
            "cliffs_delta" => MannWhitney.Of(a, b).CliffsDelta,
            "hodges_lehmann" => HodgesLehmann.Of(a, b).Shift,
            "hl_ci_rank" when IsTieCorrected() => HodgesLehmann.Of(a, b).Rank,
            "hl_ci_lower" when IsTieCorrected() => HodgesLehmann.Of(a, b).Low,
            "hl_ci_upper" when IsTieCorrected() => HodgesLehmann.Of(a, b).High,
            "ks_D" => KolmogorovSmirnov.Of(a, b).D,
            "ks_p_kolmogorov_limit" => KolmogorovSmirnov.Of(a, b).P,
            "ad_ksamp_T" when IsMidrank() => AndersonDarling.Of(a, b)!.T,
            "ad_ksamp_p" when IsMidrank() => AndersonDarling.Of(a, b)!.P,
            "brunner_munzel_stat" => BrunnerMunzel.Of(a, b)!.Statistic,
            "brunner_munzel_p" => BrunnerMunzel.Of(a, b)!.P,
            "brown_forsythe_F" => BrownForsythe.Of(a, b)!.F,
            "brown_forsythe_p" => BrownForsythe.Of(a, b)!.P,
            "welch_t" when row.Param == "b-a" => WelchOf().T,
            "welch_p" => WelchOf().P,
            "mean_diff" => WelchOf().Difference,
            "tost_welch_p" => WelchOf().PEquivalent(row.Parameter("margin")),
            "shift_function_hf8" => HyndmanFan.Quantile(b, OracleRow.Leading(row.Param), 8) - HyndmanFan.Quantile(a, OracleRow.Leading(row.Param), 8),
            "shift_function_hd" => HarrellDavis.Quantile(b, OracleRow.Leading(row.Param)) - HarrellDavis.Quantile(a, OracleRow.Leading(row.Param)),
            _ => null,
        };

        bool IsTieCorrected() => row.Param.Contains("tie-corrected", StringComparison.Ordinal);

        bool IsMidrank() => row.Param.StartsWith("midrank=True", StringComparison.Ordinal);

        Welch WelchOf() => Welch.Of(
            Moments.Mean(a)!.Value, Moments.Variance(a)!.Value, a.Count, Moments.Mean(b)!.Value, Moments.Variance(b)!.Value, b.Count);
    }

    private static double? OfRuns(OracleRow row)
    {
        var names = row.Dataset.Split(' ')[0].Split('|');
        var (a, b) = (RunTables(names[0]), RunTables(names[1]));
        Func<SortedCounts, double> statistic = row.Param.StartsWith("median", StringComparison.Ordinal) ? run => HyndmanFan.Quantile(run, 0.5, 7)
            : row.Param.StartsWith("p99", StringComparison.Ordinal) ? run => HyndmanFan.Quantile(run, 0.99, 8)
            : run => Moments.Mean(run)!.Value;
        double[] first = [.. a.Select(statistic)];
        double[] second = [.. b.Select(statistic)];
        return row.Stat switch
        {
            "welch_p" => Welch.Of(first, second).P,
            "mean_diff" => Welch.Of(first, second).Difference,
            "perm_exact_p" when row.Param.Contains("two-sided", StringComparison.Ordinal) => Permutation.Of(first, second).P,
            _ => null,
        };
    }

    private static double? OfClock(OracleRow row)
    {
        var rise = OracleData.Sample("clock_rise");
        var report = Clock.Value;
        var tie = report.TimeIntervalError!;
        double[] phases = [.. rise.Select((t, i) => (double)(t - rise[0] - (62500L * i)))];
        return row.Stat switch
        {
            "period_mean" => report.Period.Mean,
            "period_jitter_rms" => report.Period.Sd,
            "period_jitter_pp" => report.PeriodJitterPeakToPeak,
            "c2c_jitter_rms" => report.CycleToCycle!.Rms,
            "c2c_jitter_peak" => report.CycleToCycle!.Peak,
            "n_period_jitter_rms" => report.NPeriodJitter.Single(x => x.Periods == (int)row.Parameter("n")).Sd,
            "tie_ls_period" => tie.PeriodTicks,
            "tie_ls_offset" => tie.OffsetTicks,
            "tie_ls_ppm_vs_62500" => report.FrequencyErrorPpm,
            "tie_rms" => tie.Rms,
            "tie_pp" => tie.PeakToPeak,
            "tie" => tie.Errors[(int)row.Parameter("edge")],
            "pulse_width_mean" => report.High.Mean,
            "pulse_width_std" => report.High.Sd,
            "duty_ratio_of_sums" => report.Duty,
            "dcd" => report.DutyCycleDistortion,
            "oadev" => report.Stability.FirstOrDefault(p => p.Factor == (int)row.Parameter("m"))?.Adev,
            "mdev" => report.Stability.FirstOrDefault(p => p.Factor == (int)row.Parameter("m"))?.Mdev,
            "tdev" => report.Stability.FirstOrDefault(p => p.Factor == (int)row.Parameter("m"))?.TdevTicks,
            "mtie" => FrequencyStability.MaximumTimeIntervalError([.. tie.Errors], (int)row.Parameter("n")),
            "mtie_raw" => FrequencyStability.MaximumTimeIntervalError(phases, (int)row.Parameter("n")),
            _ => null,
        };
    }

    // The 1000-point test suite of NIST SP 1065, section 12.4: frequencies of a prescribed generator, integrated to phases.
    private static double? OfNist(OracleRow row)
    {
        var phases = new double[1001];
        var n = 1234567890L;
        for (var i = 0; i < 1000; i++)
        {
            phases[i + 1] = phases[i] + (n / 2147483647.0);
            n = 16807 * n % 2147483647;
        }

        var m = (int)row.Parameter("m");
        return row.Stat switch
        {
            "oadev" => FrequencyStability.OverlappingAllanDeviation(phases, 1, m),
            "mdev" => FrequencyStability.ModifiedAllanDeviation(phases, 1, m),
            _ => null,
        };
    }

    private static double? OfProbabilities(OracleRow row)
    {
        if (row.Stat != "holm")
        {
            return null;
        }

        double[] given = [.. OracleData.Rows.Where(r => r is { Dataset: "pvec", Stat: "holm" }).Select(r => r.Parameter("p"))];
        return Multiplicity.Holm(given)[Array.IndexOf(given, row.Parameter("p"))];
    }

    private static double? OfNumbers(OracleRow row) => row.Stat switch
    {
        "zero_events_upper_95" => Proportion.Of(0, (long)row.Parameter("n")).UpperBound,
        "min_n_one_sided_upper_95" => RankInterval.SmallestSample(row.Parameter("p")),
        "min_n_two_sided_95" => RankInterval.SmallestSample(row.Parameter("p"), 0.025),
        "clopper_pearson_95" => Proportion.Of((long)row.Parameter("k"), (long)row.Parameter("n")) is var share
            && row.Param.EndsWith("lower", StringComparison.Ordinal) ? share.Low : share.High,
        "u_difference" => Quantisation.Floor,
        "u_difference_ns" => UncertaintyBudget.Of(16, 0, 0, 0, 0).QuantisationNs,
        _ => null,
    };

    private static double Tolerance(OracleRow row) => row.Stat switch
    {
        "harrell_davis" => 1e-6,
        "shift_function_hd" => 1e-6 * Table(row.Dataset.Split('|')[0]).Max!.Value / Math.Abs(row.Number),
        "gpd_mle_xi" or "gpd_mle_sigma" or "gpd_quantile_mle" => 1e-5,
        "n" or "sum" or "min" or "max" => 0,
        _ when row.Stat.EndsWith("_rank", StringComparison.Ordinal) => 0,
        _ => 1e-9,
    };

    // Probabilities below 1e-300 are 0 in the reference; differences of nearly equal numbers are held to the size of those.
    private static bool IsNear(double got, double expected, double tolerance) =>
        got.Equals(expected) || Math.Abs(got - expected) <= tolerance * Math.Abs(expected) || (expected == 0 && Math.Abs(got) < 1e-9);

    private static SortedCounts Table(string name)
    {
        lock (Tables)
        {
            return Tables.TryGetValue(name, out var table) ? table : Tables[name] = SortedCounts.Of(OracleData.Sample(name));
        }
    }

    private static double[] Series(string name) => Array.ConvertAll(OracleData.Sample(name), v => (double)v);

    private static RankInterval Ranks(OracleRow row, SortedCounts table) =>
        RankInterval.Of(table.Count, row.Parameter("p"), row.Param.Contains("conf", StringComparison.Ordinal) ? row.Parameter("conf") : 0.95);

    private static SortedCounts RunOf(OracleRow row) => RunTables(row.Dataset)[(int)row.Parameter("run")];

    private static VarianceComponents Components(OracleRow row) =>
        VarianceComponents.Of(RunTables(row.Dataset))!;

    private static SortedCounts[] RunTables(string name)
    {
        lock (Runs)
        {
            return Runs.TryGetValue(name, out var tables) ? tables : Runs[name] = [.. OracleData.Runs(name).Select(r => SortedCounts.Of(r))];
        }
    }
}
