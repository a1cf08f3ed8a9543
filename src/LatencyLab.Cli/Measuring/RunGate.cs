using LatencyLab.Cli.Screen;
using LatencyLab.Comparison;
using LatencyLab.Runs.Library;
using LatencyLab.Units;

namespace LatencyLab.Cli.Measuring;

/// <summary>The gate of a <c>run</c> command: read and checked before a board is touched, judged when all runs are made.</summary>
internal sealed class RunGate
{
    private readonly Gate _gate;
    private readonly IReadOnlyList<ComparedRun> _baseline;
    private readonly Duration? _limit;
    private readonly List<string> _folders = [];

    private RunGate(Gate gate, IReadOnlyList<ComparedRun> baseline, Duration? limit)
    {
        _gate = gate;
        _baseline = baseline;
        _limit = limit;
    }

    /// <summary>The gate of the options; null where none was given.</summary>
    /// <exception cref="LatencyLabException">It doesn't parse, needs a baseline that isn't named, or the baseline is gone.</exception>
    public static RunGate? Of(string? expression, string? baseline, Duration? limit, string root)
    {
        if (expression is null)
        {
            return baseline is null
                ? null
                : throw new LatencyLabException(FaultKind.Usage, "There is nothing to compare the baseline for.", "--baseline", "Add --fail-on, such as --fail-on \"p99 > +5%\".");
        }

        var gate = GateParser.Parse(expression);
        if (gate.NeedsBase && baseline is null)
        {
            throw new LatencyLabException(FaultKind.Usage, "The gate has a limit relative to a base, but there is no base.", gate.Limits.First(l => l.IsRelative).Text, "Add --baseline NAME.");
        }

        if (limit is null && gate.Limits.FirstOrDefault(l => l.Metric == "over_limit") is { } counted)
        {
            throw new LatencyLabException(FaultKind.Usage, "The gate counts latencies over a limit, but there is no limit.", counted.Text, "Add --limit, such as --limit 200us.");
        }

        // A bare name is a baseline; whatever else compare understands may be named too.
        var runs = baseline is null ? [] : new RunLibrary(root).Resolve(Baselines.Load(root).All.ContainsKey(baseline) ? "baseline:" + baseline : baseline);
        return new RunGate(gate, [.. runs.Select(r => ComparedRunReader.Read(r.Folder))], limit);
    }

    public void Add(string folder) => _folders.Add(folder);

    /// <summary>Judges the runs that were added, says how, and returns the exit code.</summary>
    public ExitCode Judge(Output output)
    {
        ComparedRun[] runs = [.. _folders.Select(ComparedRunReader.Read)];
        var options = new ComparisonOptions { LimitTicks = _limit is { } limit ? runs[0].TimeBase.ToTicks(limit) : null };
        if (!_gate.NeedsBase)
        {
            return Say(GateEvaluation.Evaluate(_gate, runs, options), output);
        }

        // The runs are printed already, so this is talk beside them and no second document.
        var comparison = Comparer.Compare(_baseline, runs, options);
        if (comparison.Verdict == Verdict.NotComparable)
        {
            output.Talk.WriteLine(TerminalText.Clean($"error: {comparison.Sentence()} Try: compare with runs of the same rig, plan and load."));
            return ExitCode.MeasurementInvalid;
        }

        return Say(GateEvaluation.Evaluate(_gate, comparison), output);
    }

    private static ExitCode Say(GateResult result, Output output)
    {
        foreach (var finding in result.Findings)
        {
            (output.Json ? output.Talk : output.Result).WriteLine(TerminalText.Clean($"gate: {finding.Outcome.ToString().ToLowerInvariant(),-12} {finding.Limit.Text}   ({finding.Why})"));
        }

        return result.Outcome switch { GateOutcome.Failed => ExitCode.GateFailed, GateOutcome.Inconclusive => ExitCode.GateInconclusive, _ => ExitCode.Done };
    }
}
