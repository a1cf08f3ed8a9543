using System.CommandLine;
using System.Globalization;
using System.Text;
using LatencyLab.Cli.Text;
using LatencyLab.Comparison;
using LatencyLab.Reports;
using LatencyLab.Runs.Library;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab compare BASE NEW</c>: is the new firmware better or worse, run by run.</summary>
public static class CompareCommand
{
    public static Command Create(Output output)
    {
        var operands = new Argument<string[]>("runs")
        {
            Description = $"BASE and NEW: each {RunOperands.Description}, or a folder of runs. With --group-by: one folder.", Arity = ArgumentArity.ZeroOrMore, HelpName = "runs", CompletionSources = { RunOperands.Proposals },
        };
        var before = new Option<string[]>("--base") { Description = "Runs of the base.", AllowMultipleArgumentsPerToken = true };
        var after = new Option<string[]>("--new") { Description = "Runs of the new firmware.", AllowMultipleArgumentsPerToken = true };
        var groupBy = new Option<string?>("--group-by") { Description = "Compare the groups of one folder: label, version, or a condition such as handler." };
        var margin = new Option<string?>("--margin") { Description = "Change that doesn't matter: 2%, 100ns (default 2 %, 3 %, 5 % of p50, p90, p99, at least 2 ticks)." };
        var limit = new Option<Duration?>("--limit") { Description = "Also compare how often this latency is exceeded.", CustomParser = OptionText.Duration };
        var ignore = new Option<string[]>("--ignore") { Description = "Conditions that may differ, such as handler.", AllowMultipleArgumentsPerToken = true };
        var failOn = new Option<string?>("--fail-on") { Description = "Gate, such as \"p99 > +5% or missed > 0 or p50 > 120us\"." };
        var root = RunOperands.Root();
        var markdown = new Option<string?>("--markdown") { Description = "Also write a Markdown block to this file." };
        var junit = new Option<string?>("--junit") { Description = "Also write JUnit XML to this file." };
        var command = new Command("compare", "Compare two firmwares run by run.") { operands, before, after, groupBy, margin, limit, ignore, failOn, root, markdown, junit };
        command.SetAction((parsed, cancellationToken) =>
        {
            var gate = parsed.GetValue(failOn) is { } expression ? GateParser.Parse(expression) : null;
            var library = new RunLibrary(parsed.GetValue(root)!);
            var mayDiffer = parsed.GetValue(ignore) ?? [];
            if (Array.Find(mayDiffer, name => !ComparedRunReader.ConditionNames.Contains(name)) is { } unknown)
            {
                throw new LatencyLabException(FaultKind.Usage, $"There is no condition '{unknown}'.", "--ignore", $"Use one or more of {string.Join(", ", ComparedRunReader.ConditionNames)}.");
            }

            var pairs = parsed.GetValue(groupBy) is { } key
                ? ComparedGroups.Of(library, parsed.GetValue(operands) ?? [], key)
                : [ComparedGroups.OfOperands(library, parsed.GetValue(operands) ?? [], parsed.GetValue(before) ?? [], parsed.GetValue(after) ?? [])];
            if (parsed.GetValue(groupBy) is { } grouped)
            {
                mayDiffer = [.. mayDiffer, grouped];
            }

            var results = new List<ComparisonResult>();
            foreach (var (first, second) in pairs)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ComparedRun[] baseRuns = [.. first.Select(r => ComparedRunReader.Read(r.Folder))];
                ComparedRun[] newRuns = [.. second.Select(r => ComparedRunReader.Read(r.Folder))];
                results.Add(Comparer.Compare(
                    baseRuns, newRuns, Options(parsed.GetValue(margin), parsed.GetValue(limit), baseRuns[0].TimeBase) with { MayDiffer = mayDiffer, Comparisons = pairs.Count }));
            }

            GateResult[]? gates = gate is null ? null : [.. results.Select(r => r.Verdict == Verdict.NotComparable ? new GateResult(GateOutcome.Inconclusive, []) : GateEvaluation.Evaluate(gate, r))];
            var simulated = pairs.Any(p => p.Before.Concat(p.After).Any(r => r.Document.Simulated));
            Write(output, results, gates, simulated);
            WriteFile(parsed.GetValue(markdown), () => ComparisonMarkdown.Write(results, gates, simulated));
            WriteFile(parsed.GetValue(junit), () => JUnitReport.Write(ComparisonMarkdown.Cases(results, gates, simulated), pairs.SelectMany(p => p.After).Max(r => r.Document.CreatedUtc)));
            return Task.FromResult((int)Code(results, gates));
        });
        return command;
    }

    /// <summary>Exit code of a comparison: without a gate always 0; not comparable goes before failed, failed before inconclusive.</summary>
    internal static ExitCode Code(IReadOnlyList<ComparisonResult> results, IReadOnlyList<GateResult>? gates) =>
        gates is null ? ExitCode.Done
        : results.Any(r => r.Verdict == Verdict.NotComparable) ? ExitCode.MeasurementInvalid
        : gates.Any(g => g.Outcome == GateOutcome.Failed) ? ExitCode.GateFailed
        : gates.Any(g => g.Outcome == GateOutcome.Inconclusive) ? ExitCode.GateInconclusive
        : ExitCode.Done;

    private static ComparisonOptions Options(string? margin, Duration? limit, TimeBase timeBase)
    {
        var options = new ComparisonOptions { LimitTicks = limit is { } l ? timeBase.ToTicks(l) : null };
        if (margin is null)
        {
            return options;
        }

        if (margin.EndsWith('%') && double.TryParse(margin[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent > 0)
        {
            return options with { MarginShare = percent / 100 };
        }

        return Duration.TryParse(margin, out var duration, out var error) && duration > Duration.Zero
            ? options with { MarginTicks = duration.Nanoseconds * timeBase.TickHz / 1e9 }
            : throw new LatencyLabException(FaultKind.Usage, error ?? "The margin isn't above 0.", "--margin", "Write --margin 2% or --margin 100ns.");
    }

    private static void Write(Output output, IReadOnlyList<ComparisonResult> results, IReadOnlyList<GateResult>? gates, bool simulated)
    {
        if (output.Json)
        {
            output.Result.Write(Encoding.UTF8.GetString(ComparisonJson.Write(results, gates, simulated)));
            return;
        }

        for (var i = 0; i < results.Count; i++)
        {
            ComparisonText.Write(output.Result, results[i], gates?[i], simulated);
        }
    }

    private static void WriteFile(string? path, Func<string> content)
    {
        if (path is null)
        {
            return;
        }

        try
        {
            File.WriteAllText(path, content());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The report can't be written: {e.Message}", path, null, e);
        }
    }
}
