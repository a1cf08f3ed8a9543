using System.Globalization;
using System.Text;
using System.Text.Json;
using LatencyLab.Cli.Screen;
using LatencyLab.Formats;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Periodic;
using LatencyLab.Signals;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Cli;

/// <summary>Carries out <c>analyze FILE --signal CHANNEL</c>: one clock-like channel.</summary>
internal static class SignalExecution
{
    private static readonly Dictionary<string, TieReference> Words = new(StringComparer.Ordinal)
    {
        ["fit"] = TieReference.LeastSquares, ["median"] = TieReference.MedianPhase, ["nominal"] = TieReference.FixedPeriod,
    };

    public static void Run(string path, string channel, ReadOptions options, string? nominal, string reference, Output output, CancellationToken cancellationToken)
    {
        var folder = Directory.Exists(path) ? RunFolder.Open(path) : null;
        var run = folder is not null && File.Exists(folder.RunJsonPath) ? folder.Read() : null;
        if (reference == "nominal" && nominal is null && run?.Plan.PeriodNs is null)
        {
            throw new LatencyLabException(FaultKind.Usage, "The nominal clock isn't known.", "--reference", "Add --nominal with a period or a frequency.");
        }

        if (reference == channel)
        {
            throw new LatencyLabException(FaultKind.Usage, "A channel has no error against itself.", "--reference", "Name another channel.");
        }

        var collector = new CaptureCollector();
        options = options with { Channels = Words.ContainsKey(reference) ? [channel] : [channel, reference] };
        (folder is null ? CaptureFile.Open(path, options) : folder.OpenEdges(options)).Read(collector, cancellationToken);
        var capture = collector.ToCapture();
        var period = nominal is not null ? PeriodTicks(nominal, capture.TimeBase) : run?.Plan.PeriodNs * 1e-9 * capture.TimeBase.TickHz;
        var signal = Words.TryGetValue(reference, out var word)
            ? new SignalOptions(period, word)
            : new SignalOptions(period, TieReference.OtherChannel, Clock(Pieces(reference), reference));
        var report = SignalAnalysis.Report(Pieces(channel), signal);
        if (signal.Clock is { } clock && report is { TimeIntervalError: null, NominalPeriodTicks: { } seen })
        {
            throw new LatencyLabException(
                FaultKind.Measurement,
                clock.Ratio(seen) is null
                    ? $"{reference} can't be the clock of {channel}: periods of {UnitText.Time(capture.TimeBase.ToNanoseconds(clock.PeriodTicks))} and {UnitText.Time(capture.TimeBase.ToNanoseconds(seen))}, and neither is a multiple of the other."
                    : $"Fewer than three cycles of {channel} lie within those of {reference}.",
                path, "Compare clocks of the same rate, or of a multiple of it.");
        }

        var simulated = run?.Simulated ?? SimulatedMark.IsOn(path);
        if (output.Json)
        {
            output.Result.WriteLine(Json(path, channel, reference, simulated, capture.TimeBase, report));
        }
        else
        {
            if (simulated)
            {
                output.Result.WriteLine("SIMULATED: synthetic edges, no board was measured.");
            }

            WriteText(output.Result, path, channel, reference, capture.TimeBase, report);
        }

        IReadOnlyList<(long[] Ticks, bool FirstIsRising)> Pieces(string name) => SignalPieces.Of(capture, capture.Traces.First(t => t.Channel.Name == name));
    }

    // The longest piece: across a gap cycles can't be counted.
    private static ReferenceClock Clock(IReadOnlyList<(long[] Ticks, bool FirstIsRising)> pieces, string channel)
    {
        long[] rising = [.. pieces.Select(p => p.Ticks.Where((_, i) => ((i & 1) == 0) == p.FirstIsRising).ToArray()).MaxBy(p => p.Length) ?? []];
        return rising.Length >= 2
            ? new ReferenceClock(rising)
            : throw new LatencyLabException(FaultKind.Measurement, $"{channel} has no two rising edges in a row to be a clock.", "--reference", "Name another channel.");
    }

    private static double PeriodTicks(string text, TimeBase timeBase)
    {
        if (Duration.TryParse(text, out var period, out _) && period > Duration.Zero)
        {
            return period.Picoseconds * 1e-12 * timeBase.TickHz;
        }

        return UnitText.ParseHertz(text) is { } hertz
            ? (double)timeBase.TickHz / hertz
            : throw new LatencyLabException(FaultKind.Usage, $"'{text}' is neither a period nor a frequency.", "--nominal", "Write --nominal 1ms or --nominal 32768Hz.");
    }

    private static void WriteText(TextWriter writer, string path, string channel, string reference, TimeBase timeBase, SignalReport report)
    {
        writer.WriteLine(TerminalText.Clean($"{path}   {channel}   {UnitText.Frequency(timeBase.TickHz)}, tick {UnitText.Time(timeBase.TickNs)}"));
        writer.WriteLine($"rising edges {report.RisingEdges}   missing pulses {report.MissingPulses}   doubled pulses {report.DoubledPulses}");
        if (report.Period.Mean is { } mean)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"frequency       {UnitText.Frequency(timeBase.TickHz / mean)}{(report.FrequencyErrorPpm is { } ppm ? $"   period {ppm:+0.###;-0.###;0} ppm against {(report.TimeIntervalError?.Reference == TieReference.OtherChannel ? TerminalText.Clean(reference) : "the nominal")}" : "")}"));
        }

        Summary("period", report.Period);
        Summary("high", report.High);
        Summary("low", report.Low);
        Line("period jitter", report.Period.Sd is { } sd ? $"{Fine(sd)} rms   {Ticks(report.PeriodJitterPeakToPeak ?? 0)} peak to peak of {report.Period.N}" : null);
        Line("cycle to cycle", report.CycleToCycle is { } c2c
            ? $"{Fine(c2c.Rms)} rms   {Ticks(c2c.Peak)} peak{(report.Period.Sd > 0 ? string.Create(CultureInfo.InvariantCulture, $"   {c2c.Rms / report.Period.Sd.Value:0.00} x period jitter (1.41: independent periods, 1.73: independent edges)") : "")}"
            : null);
        Line("over N periods", report.NPeriodJitter.Count > 0 ? string.Join("   ", report.NPeriodJitter.Select(n => $"{n.Periods}: {Fine(n.Sd)}")) : null);
        Line("duty", report.Duty is { } duty ? string.Create(CultureInfo.InvariantCulture, $"{duty * 100:0.##} %   high minus low {Fine(report.DutyCycleDistortion!.Value)}") : null);
        Line("time error", report.TimeIntervalError is { } tie
            ? $"{Fine(tie.Rms)} rms   {Fine(tie.PeakToPeak)} peak to peak   against {(tie.Reference switch { TieReference.MedianPhase => "the fitted period, median phase", TieReference.FixedPeriod => "the nominal period", TieReference.OtherChannel => TerminalText.Clean(reference), _ => "the best fitting clock" })}"
            : null);
        if (report.Stability.Count > 0)
        {
            writer.WriteLine($"{"tau",14}{"ADEV",12}{"MDEV",12}{"TDEV",14}{"MTIE",14}");
            foreach (var point in report.Stability)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{Fine(point.Factor * report.NominalPeriodTicks!.Value),14}{point.Adev,12:0.00e+0}{point.Mdev,12:0.00e+0}{(point.TdevTicks is { } t ? Fine(t) : "-"),14}{Fine(point.MtieTicks),14}"));
            }
        }

        void Summary(string name, LatencySummary summary) => Line(name, summary.Mean is { } m
            ? $"mean {Fine(m)}   min {Ticks(summary.Min!.Value)}   p50 {(summary.P50.Value is { } p50 ? Ticks(p50) : "-")}   p99 {(summary.P99.Value is { } p99 ? Ticks(p99) : "-")}   max {Ticks(summary.Max!.Value)}"
            : null);

        void Line(string name, string? text) => writer.WriteLine($"{name,-16}{text ?? "-"}");

        string Ticks(long ticks) => UnitText.Time(timeBase.ToNanoseconds(ticks), timeBase.TickNs);

        string Fine(double ticks) => UnitText.Time(timeBase.ToNanoseconds(ticks));
    }

    private static string Json(string path, string channel, string reference, bool simulated, TimeBase timeBase, SignalReport report)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", "latencylab.signal/1");
            writer.WriteString("file", path);
            writer.WriteString("channel", channel);
            writer.WriteBoolean("simulated", simulated);
            writer.WriteNumber("tick_hz", timeBase.TickHz);
            writer.WriteNumber("rising_edges", report.RisingEdges);
            writer.WriteNumber("missing_pulses", report.MissingPulses);
            writer.WriteNumber("doubled_pulses", report.DoubledPulses);
            Number("frequency_hz", report.Period.Mean is > 0 and var mean ? timeBase.TickHz / mean : null);
            Number("frequency_error_ppm", report.FrequencyErrorPpm);
            Number("nominal_period_ns", Ns(report.NominalPeriodTicks));
            Summary("period_ns", report.Period);
            Summary("high_ns", report.High);
            Summary("low_ns", report.Low);
            Number("period_jitter_rms_ns", Ns(report.Period.Sd));
            Number("period_jitter_pp_ns", Ns(report.PeriodJitterPeakToPeak));
            Number("c2c_rms_ns", Ns(report.CycleToCycle?.Rms));
            Number("c2c_peak_ns", Ns(report.CycleToCycle?.Peak));
            Number("duty", report.Duty);
            Number("duty_cycle_distortion_ns", Ns(report.DutyCycleDistortion));
            Number("tie_rms_ns", Ns(report.TimeIntervalError?.Rms));
            Number("tie_pp_ns", Ns(report.TimeIntervalError?.PeakToPeak));
            writer.WriteString("tie_reference", report.TimeIntervalError?.Reference.ToString());
            writer.WriteString("tie_reference_channel", report.TimeIntervalError?.Reference == TieReference.OtherChannel ? reference : null);
            writer.WriteStartArray("stability");
            foreach (var point in report.Stability)
            {
                writer.WriteStartObject();
                Number("tau_ns", Ns(point.Factor * report.NominalPeriodTicks));
                Number("adev", point.Adev);
                Number("mdev", point.Mdev);
                Number("tdev_ns", Ns(point.TdevTicks));
                Number("mtie_ns", Ns(point.MtieTicks));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();

            void Summary(string name, LatencySummary summary)
            {
                writer.WriteStartObject(name);
                writer.WriteNumber("n", summary.N);
                Number("min", Ns(summary.Min));
                foreach (var (quantile, value) in summary.Quantiles)
                {
                    Number(quantile, Ns(value.Value));
                }

                Number("max", Ns(summary.Max));
                Number("mean", Ns(summary.Mean));
                Number("sd", Ns(summary.Sd));
                writer.WriteStartObject("null_reasons");
                foreach (var (member, reason) in summary.NullReasons)
                {
                    writer.WriteString(member, reason);
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            void Number(string name, double? value)
            {
                if (value is { } number && double.IsFinite(number))
                {
                    writer.WriteNumber(name, number);
                }
                else
                {
                    writer.WriteNull(name);
                }
            }
        }

        return Encoding.UTF8.GetString(buffer.ToArray());

        double? Ns(double? ticks) => ticks is { } t ? timeBase.ToNanoseconds(t) : null;
    }
}
