using System.Text.Json;
using LatencyLab.Cli.Live;
using LatencyLab.Cli.Screen;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Cli.Text;

/// <summary>What the <c>runs</c> commands print, as text and as JSON.</summary>
internal static class RunsText
{
    public static void WriteList(IEnumerable<RunEntry> entries, TextWriter writer)
    {
        var any = false;
        foreach (var (folder, run, problem) in entries)
        {
            if (!any)
            {
                writer.WriteLine($"{"run",-22} {"status",-9} {"test",-8} {"chip",-10} {"MicroPython",-13} {"label",-14} {"stimuli",9} {"p50",11} {"p99",11}");
                any = true;
            }

            writer.WriteLine(TerminalText.Clean(run is null
                ? $"{folder.RunId,-22} unreadable: {problem}"
                : $"{folder.RunId,-22} {Word(run.Status),-9} {run.Plan.Test,-8} {run.Target?.Chip,-10} {run.Target?.Micropython,-13} {run.Plan.Label,-14} {run.Counts?.Stimuli,9} {Time(run.LatencyNs?.P50),11} {Time(run.LatencyNs?.P99),11}{(run.Simulated ? "  SIMULATED" : "")}"));
        }

        if (!any)
        {
            writer.WriteLine("There are no runs here. Record one: latencylab run --pin 4 --irq rising --rig sim");
        }
    }

    public static void WriteList(IEnumerable<RunEntry> entries, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("schema", "latencylab.runs/1");
        writer.WriteStartArray("runs");
        foreach (var (folder, run, problem) in entries)
        {
            writer.WriteStartObject();
            writer.WriteString("run_id", folder.RunId);
            writer.WriteString("folder", folder.Path);
            writer.WriteString("status", run is null ? "unreadable" : Word(run.Status));
            writer.WriteString("problem", problem);
            if (run is not null)
            {
                writer.WriteBoolean("simulated", run.Simulated);
                writer.WriteString("created_utc", run.CreatedUtc.UtcDateTime);
                writer.WriteString("test", run.Plan.Test);
                writer.WriteString("label", run.Plan.Label);
                writer.WriteString("chip", run.Target?.Chip);
                writer.WriteString("micropython", run.Target?.Micropython);
                WriteNumber(writer, "stimuli", run.Counts?.Stimuli);
                WriteNumber(writer, "matched", run.Counts?.Matched);
                WriteNumber(writer, "p50_ns", run.LatencyNs?.P50);
                WriteNumber(writer, "p99_ns", run.LatencyNs?.P99);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void WriteRun(RunDocument run, TextWriter writer)
    {
        writer.WriteLine(TerminalText.Clean($"run {run.RunId}   {Word(run.Status)}   {run.CreatedUtc.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC   {run.Folder}"));
        if (run is { Counts: not null, LatencyNs: not null, UncertaintyNs: not null, Sampler: { } sampler })
        {
            RunText.Write(run, SortedCounts.Empty, new TimeBase(sampler.TickHz, sampler.ClockPpm), 100, writer);
            if (run.Live is not null)
            {
                writer.WriteLine();
                foreach (var line in LiveText.Closing(run))
                {
                    writer.WriteLine(TerminalText.Clean(line));
                }
            }

            return;
        }

        if (run is { Signals: { Count: > 0 }, Sampler: not null })
        {
            SignalText.Write(run, writer);
            return;
        }

        writer.WriteLine(run.Simulated ? "SIMULATED: synthetic edges, nothing was measured." : $"{run.Plan.Test}, no latencies.");
        foreach (var channel in run.Sampler?.Channels ?? run.Source?.Channels ?? [])
        {
            writer.WriteLine(TerminalText.Clean($"channel {channel.Name}   {channel.Edges} edges"));
        }

        foreach (var reason in run.Reasons)
        {
            writer.WriteLine(TerminalText.Clean($"{Word(run.Status)}: {reason}"));
        }
    }

    public static void WriteChecks(IEnumerable<(RunFolder Folder, IReadOnlyList<string> Problems)> checks, TextWriter writer)
    {
        foreach (var (folder, problems) in checks)
        {
            writer.WriteLine(TerminalText.Clean($"{folder.RunId}   {(problems.Count == 0 ? "sound" : $"{problems.Count} problems")}"));
            foreach (var problem in problems)
            {
                writer.WriteLine(TerminalText.Clean($"  {problem}"));
            }
        }
    }

    public static void WriteChecks(IEnumerable<(RunFolder Folder, IReadOnlyList<string> Problems)> checks, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("schema", "latencylab.runs-verify/1");
        writer.WriteStartArray("runs");
        foreach (var (folder, problems) in checks)
        {
            writer.WriteStartObject();
            writer.WriteString("run_id", folder.RunId);
            writer.WriteString("folder", folder.Path);
            writer.WriteBoolean("sound", problems.Count == 0);
            WriteStrings(writer, "problems", problems);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void WriteRecovered(IEnumerable<RecoveredRun> recovered, TextWriter writer)
    {
        foreach (var (run, steps) in recovered)
        {
            writer.WriteLine(TerminalText.Clean($"{run.RunId}   {(steps.Count == 0 ? "nothing to recover" : "recovered as a partial run")}"));
            foreach (var step in steps)
            {
                writer.WriteLine(TerminalText.Clean($"  {step}"));
            }
        }
    }

    public static void WriteRecovered(IEnumerable<RecoveredRun> recovered, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("schema", "latencylab.runs-recover/1");
        writer.WriteStartArray("runs");
        foreach (var (run, steps) in recovered)
        {
            writer.WriteStartObject();
            writer.WriteString("run_id", run.RunId);
            writer.WriteString("folder", run.Folder);
            writer.WriteString("status", Word(run.Status));
            writer.WriteBoolean("recovered", steps.Count > 0);
            WriteStrings(writer, "steps", steps);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void WriteRemoved(IEnumerable<RunFolder> folders, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("schema", "latencylab.runs-rm/1");
        WriteStrings(writer, "removed", folders.Select(f => f.Path));
        writer.WriteEndObject();
    }

    private static string Word(RunStatus status) => status switch { RunStatus.Complete => "complete", RunStatus.Partial => "partial", _ => "invalid" };

    private static string Time(double? nanoseconds) => nanoseconds is { } ns ? UnitText.Time(ns) : "";

    private static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
