using System.Globalization;
using System.Text;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Units;

namespace LatencyLab.Reports;

/// <summary>What the reports for people say about a run; HTML and Markdown put it into their own form.</summary>
public static class ReportWords
{
    private const int LongestText = 400;

    /// <summary>As on terminals, with a real micro sign.</summary>
    public static string Time(double nanoseconds, double resolutionNs = 0) =>
        UnitText.Time(nanoseconds, resolutionNs).Replace(" us", " µs", StringComparison.Ordinal);

    /// <summary>Text of boards and files on one line: no control characters, none that reorder a line, and an end.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder();
        foreach (var rune in (text.Length > LongestText ? text[..LongestText] + "…" : text).EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            clean.Append(category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned ? "\uFFFD" : rune.ToString());
        }

        return clean.ToString();
    }

    /// <summary>What a test measures, in a few words.</summary>
    public static string Measured(string test) => test switch
    {
        "irq" => "IRQ response time, pin to pin",
        "poll" => "Polling response time, pin to pin",
        "schedule" => "Time until a scheduled function runs",
        "toggle" => "Toggle rate of a pin",
        "timer" => "Period of machine.Timer",
        "listen" => "Response time, pin to pin",
        _ => "Capture",
    };

    /// <summary>"IRQ response time, pin to pin: esp32, GPIO4 rising".</summary>
    public static string Title(RunDocument run)
    {
        var what = run.SelfTimed ? "SELF-TIMED: IRQ response time, timed by the board itself" : Measured(run.Plan.Test);
        var where = string.Join(", ", new[]
        {
            run.Target?.Chip, (run.Plan.Pin ?? run.Plan.ResponsePin) is { } pin ? $"GPIO{pin.ToString(CultureInfo.InvariantCulture)}{(run.Plan.Irq is { } irq ? " " + irq : "")}" : null, run.Source?.File,
        }.OfType<string>());
        return Clean(where.Length == 0 ? what : $"{what}: {where}");
    }

    /// <summary>"MicroPython 1.27.0, handler bytecode, load none, n 1000, missed 1".</summary>
    public static string Subtitle(RunDocument run) => Clean(string.Join(", ", new[]
    {
        run.Plan.Label,
        run.Target?.Micropython is { } version ? "MicroPython " + version : null,
        run.Plan.Handler is { } handler ? "handler " + handler : null,
        run.Plan.Load is { } load ? "load " + load : null,
        run.LatencyNs is { } numbers ? "n " + Count(numbers.N) : null,
        run.Counts is { Missed: > 0 } missed ? "missed " + Count(missed.Missed) : null,
        run.Counts is { Late: > 0 } late ? "late " + Count(late.Late) : null,
        run.Counts is { Excluded: > 0 } excluded ? "excluded " + Count(excluded.Excluded) : null,
    }.OfType<string>()));

    /// <summary>The result in one or two sentences, the worst news first.</summary>
    public static string Verdict(RunDocument run)
    {
        var trouble = run.Status switch
        {
            RunStatus.Invalid => $"Not valid: {Reasons(run)}. The numbers below must not be used. ",
            RunStatus.Partial => $"Partial: {Reasons(run)}. What was recorded holds, but isn't all. ",
            _ => "",
        };
        if (run.Live is { Break: not null })
        {
            trouble += LiveWords.Break(run)!.Replace(" us", " µs", StringComparison.Ordinal) + ". ";
        }

        if (run.Signals is { Count: > 0 } signals)
        {
            return trouble + string.Join(" ", signals.Select(s => $"{s.Name}: {(s.FrequencyHz is { } hz ? UnitText.Frequency(hz, MeasuredDigits) : "no frequency")}, {(s.PeriodsMade is { } made ? $"{Count(made)} periods made, {Count(s.PeriodsSeen)} seen" : $"{Count(s.MissingPulses)} pulses missing beside {Count(s.RisingEdges)}")}."));
        }

        if (run.LatencyNs is not { } numbers || run.Counts is not { } counts)
        {
            return trouble + "A recording without stimuli of its own; nothing was paired.";
        }

        if (counts.Stimuli == 0)
        {
            return trouble + "Nothing was measured: there was no stimulus.";
        }

        if (numbers.NMatched == 0 && counts.Matched > 0)
        {
            return $"{trouble}{Count(counts.Matched)} of {Count(counts.Stimuli)} stimuli were answered ({Missing(counts)}), but nobody can say which answer belongs to which: no latency is given.{(run.Burst is { } trains ? " " + Trains(trains) : "")}";
        }

        if (numbers.NMatched == 0)
        {
            return $"{trouble}No stimulus of {Count(counts.Stimuli)} was answered in its window ({Missing(counts)}).";
        }

        var tickNs = TickNs(run);
        var parts = new List<string>();
        if (numbers.P50 is { } median)
        {
            parts.Add($"half of the stimuli were answered within {Time(median, tickNs)}");
        }

        if (numbers.P99 is { } p99)
        {
            var interval = numbers.Ci95.TryGetValue("p99", out var ci) && ci is { Low: { } low, High: { } high } ? $" (95 % interval {Time(low, tickNs)} to {Time(high, tickNs)})" : "";
            parts.Add($"99 % within {Time(p99, tickNs)}{interval}");
        }

        parts.Add($"the longest of {Count(numbers.NMatched)} took {Time(numbers.Max ?? 0, tickNs)}");
        var sentence = string.Join(", ", parts);
        return $"{trouble}{char.ToUpperInvariant(sentence[0])}{sentence[1..]}. {(counts.Missed + counts.Late + counts.Excluded == 0 ? "None was missed." : $"Of {Count(counts.Stimuli)} stimuli {Missing(counts)}.")}";
    }

    private static string Trains(BurstDocument trains) =>
        $"{Count(trains.LossyTrains)} of {Count(trains.Trains)} trains of {Number(trains.TrainLength)} lost an interrupt"
        + (trains.AnsweredBeforeLoss is { } before ? $", most of them after {Number(before)} answers" : "")
        + (trains.QueueDepth is { } depth ? $"; {Number(depth)} waited when one was lost, beside the one being served." : ".");

    /// <summary>Rows "statistic, value, 95 % interval or remark".</summary>
    public static IEnumerable<(string Name, string Value, string Remark)> Statistics(LatencyNumbers numbers, double tickNs)
    {
        foreach (var (name, valueNs) in numbers.Statistics())
        {
            var label = name switch { "p99_9" => "p99.9", "p99_99" => "p99.99", "mad" => "MAD", _ => name };
            if (valueNs is not { } value)
            {
                yield return (label, "–", numbers.NullReasons.GetValueOrDefault(name, "not given"));
                continue;
            }

            // An observed value is as fine as a tick; means and deviations of many are finer.
            var resolution = name is "mean" or "sd" ? 0 : tickNs;
            yield return (label, Time(value, resolution), numbers.Ci95.TryGetValue(name, out var ci)
                ? Interval(ci)
                : name switch
                {
                    "max" => $"largest of {Count(numbers.NMatched)}, not a worst case",
                    "min" when value == 0 => "below one tick",
                    "mean" or "sd" or "mad" or "min" when numbers.N > numbers.NMatched => "of matched only",
                    _ => "",
                });
        }

        string Interval(Interval interval) => interval switch
        {
            { Low: { } low, High: { } high } => $"{Time(low, tickNs)} to {Time(high, tickNs)}",
            { Low: { } low } => $"from {Time(low, tickNs)}, open above",
            { High: { } high } => $"up to {Time(high, tickNs)}, open below",
            _ => "open on both sides",
        };
    }

    /// <summary>Rows "what, value" about the plan, the boards and the tool, those that the run knows.</summary>
    public static IEnumerable<(string Name, string Value)> Environment(RunDocument run)
    {
        var plan = run.Plan;
        var rows = new (string Name, string? Value)[]
        {
            ("Test", plan.Test),
            ("Label", plan.Label),
            ("Stimulus", plan.Pin is { } pin ? $"GPIO{Number(pin)}, {plan.Irq ?? plan.StimulusEdge}" : null),
            ("Response", plan.ResponsePin is { } response ? $"GPIO{Number(response)}" : null),
            ("Handler", plan.Handler),
            ("Main loop", plan.Idle),
            ("Load", plan.Load),
            ("Ways to toggle", plan.Variants is { } variants ? string.Join(", ", variants) : null),
            ("Timer period", plan.PeriodNs is { } period ? Time(period) : null),
            ("Samples", plan.Samples is { } samples ? $"{Count(samples)} after {Count(plan.Warmup ?? 0)} of warm-up" : null),
            ("Gap between pulses", plan.GapMinNs is { } gap ? $"{Time(gap)} plus up to {Time(plan.GapWidthNs ?? 0)}, seed {Number(plan.Seed ?? 0)}" : null),
            ("Pulse", plan.PulseNs is { } pulse ? Time(pulse) : null),
            ("Window", run.LatencyNs is null ? null : plan.WindowNs is { } window ? Time(window) : "until the next stimulus"),
            ("Least latency", plan.MinLatencyNs is > 0 and var least ? $"{Time(least)}; an earlier answer is taken for crosstalk" : null),
            ("Session", run.Live is null ? null : LiveWords.Length(run)),
            ("Break at", run.Live is { BreakOnNs: { } most } ? $"above {Time(most)}{(run.Live.Break is null ? ", never reached" : "")}" : null),
            ("Trains of stimuli", run.Burst is { } burst ? Trains(burst) : null),
            ("Repeat", plan.Repeat > 1 ? $"{Number(plan.RepeatIndex)} of {Number(plan.Repeat)}" : null),
            ("Target", run.Target is { } target ? target.Chip == MeasuredRunDocument.FreeRunningTarget.Chip ? "free-running: firmware of its own; LatencyLab loaded nothing into it and asked it nothing" : Join(target.Machine, target.Chip, target.CpuHz is { } hz ? UnitText.Frequency(hz) : null) : null),
            ("Firmware", run.Target is { } firmware ? Join(firmware.Micropython is { } v ? "MicroPython " + v : null, firmware.Build) : null),
            ("Target port, id", run.Target is { } at && at.Port != MeasuredRunDocument.FreeRunningTarget.Port ? Join(at.Port, at.Uid) : null),
            ("Sampler", run.Sampler is { Kind: not SamplerDocument.SelfKind } sampler ? Join(sampler.Kind, $"tick {Time(1e9 / Math.Max(1, sampler.TickHz))}", sampler.ClockHz is { } clock ? "clock " + UnitText.Frequency(clock) : null, sampler.Micropython is { } sv ? "MicroPython " + sv : null) : null),
            ("Self-timed", run.Sampler is { BiasNs: { } bias } self ? $"by {self.Ticks}, resolution {Time(1e9 / Math.Max(1, self.TickHz))}, one reading {Time(self.ReadNs ?? 0)}, latencies up to {Time(bias)} too long{(self.ClockPpmLimit is { } off ? $"; its clock may be off by {Number(off)} ppm" : "")}" : null),
            ("Stimulus pin", plan.StimulusPin is { } fires ? $"GPIO{Number(fires)}" : null),
            ("Sampler port, id", run.Sampler is { Kind: not SamplerDocument.SelfKind } sat ? Join(sat.Port, sat.Uid) : null),
            ("Clock of the sampler", run.Sampler is { Kind: not SamplerDocument.SelfKind } c && (c.ClockPpm ?? c.ClockPpmLimit) is not null ? ClockText.Words(c, run.CreatedUtc) : null),
            ("Source", run.Source is { } source ? $"{source.File} ({source.Format}, {UnitText.Frequency(source.TickHz)})" : null),
            ("LatencyLab", Join(run.Tool.Version, run.Tool.Host)),
            ("Run", run.RunId),
            ("Time", run.CreatedUtc.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC"),
        };
        return rows.Where(r => !string.IsNullOrEmpty(r.Value)).Select(r => (r.Name, Clean(r.Value!)));
    }

    /// <summary>Rows of counts, zeros included: a reader must see that nothing was hidden.</summary>
    public static IEnumerable<(string Name, string Value, string Meaning)> Counts(RunCounts counts)
    {
        yield return ("stimuli", Count(counts.Stimuli), "matched + late + missed + excluded");
        yield return ("matched", Count(counts.Matched), "answered in the window");
        yield return ("late", Count(counts.Late), "answered after the window, before the next stimulus");
        yield return ("missed", Count(counts.Missed), "not answered before the next stimulus");
        yield return ("excluded", Count(counts.Excluded), "window meets a gap, or the end of the capture");
        yield return ("extra", Count(counts.Extra), "second answer in the window of a matched stimulus");
        yield return ("spurious", Count(counts.Spurious), "any other answer without a stimulus");
        yield return ("callbacks", counts.Callbacks is { } callbacks ? Count(callbacks) : "–", "what the target's handler counted");
        yield return ("gaps", Count(counts.Gaps), "spans in which edges may have been lost");
    }

    /// <summary>Digits of a measured frequency: the sampler's crystal is good for no more.</summary>
    public const int MeasuredDigits = 5;

    /// <summary>Columns of <see cref="Signals"/>.</summary>
    public static IReadOnlyList<string> SignalColumns { get; } = ["signal", "frequency", "period p50", "min", "max", "jitter rms", "high p50", "duty", "one period ± (k = 2)"];

    /// <summary>One row a signal of the tests toggle and timer.</summary>
    public static IEnumerable<IReadOnlyList<string>> Signals(RunDocument run)
    {
        var tickNs = TickNs(run);
        return (run.Signals ?? []).Select(IReadOnlyList<string> (s) =>
        [
            s.Name, s.FrequencyHz is { } hz ? UnitText.Frequency(hz, MeasuredDigits) : "–", Ticks(s.PeriodNs.P50), Ticks(s.PeriodNs.Min), Ticks(s.PeriodNs.Max), s.PeriodJitterRmsNs is { } sd ? Time(sd) : "–",
            Ticks(s.HighNs.P50), s.Duty is { } duty ? (duty * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "–", Time(2 * s.UncertaintyNs.Single),
        ]);

        string Ticks(double? ns) => ns is { } value ? Time(value, tickNs) : "–";
    }

    /// <summary>The uncertainty in words, k = 2.</summary>
    public static string Uncertainty(UncertaintyNumbers uncertainty) =>
        $"One latency ± {Time(2 * uncertainty.Single)}; common to all latencies of the run ± {Time(2 * uncertainty.Systematic)}, which no number of samples reduces (k = 2, about 95 %).";

    /// <summary>The command that makes the run again, quoted for a shell.</summary>
    public static string Command(RunDocument run)
    {
        var words = run.Argv.SkipWhile(w => w == "latencylab").ToList();
        // A random seed was recorded: with it the same stimuli come again.
        if (run.Plan.Seed is { } seed && words is ["run" or "live", ..] && !words.Exists(w => w == "--seed" || w.StartsWith("--seed=", StringComparison.Ordinal)))
        {
            words.AddRange(["--seed", seed.ToString(CultureInfo.InvariantCulture)]);
        }

        return string.Join(' ', words.Prepend("latencylab").Select(w => Quote(Clean(w))));
    }

    /// <summary>Length of the run's tick; 0 where it isn't known.</summary>
    public static double TickNs(RunDocument run) => (run.Sampler?.TickHz ?? run.Source?.TickHz) is { } hz and > 0 ? 1e9 / hz : 0;

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    /// <summary>The reasons of a status in one phrase.</summary>
    public static string Reasons(RunDocument run) => run.Reasons.Count == 0 ? "no reason recorded" : string.Join("; ", run.Reasons.Take(5).Select(r => Clean(r).TrimEnd('.')));

    private static string Missing(RunCounts counts) => string.Join(", ", new (long Number, string Word)[]
        { (counts.Missed, "missed"), (counts.Late, "late"), (counts.Excluded, "excluded") }.Where(c => c.Number > 0).Select(c => $"{Count(c.Number)} {(c.Number == 1 ? "was" : "were")} {c.Word}"));

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Join(params string?[] parts) => string.Join(", ", parts.Where(p => !string.IsNullOrEmpty(p)));

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=' or '+' or ',' or '@') ? word : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
