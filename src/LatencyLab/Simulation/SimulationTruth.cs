using System.Globalization;

namespace LatencyLab.Simulation;

/// <summary>One stimulus with its answer, or one answer without a stimulus of its own.</summary>
/// <param name="Sequence">Number of the stimulus as in latency.csv; null for a spurious answer.</param>
/// <param name="StimulusNs">True time of the stimulus since tick 0; null in rows of extra and spurious answers.</param>
/// <param name="ResponseNs">True time of the answer since tick 0; null where there is none.</param>
/// <param name="Status">matched, late, missed, excluded, extra or spurious, as the pairing rule says of undamaged edges.</param>
/// <param name="CausedBySequence">The stimulus that made the target answer; null where there is no answer.</param>
/// <param name="Lost">The simulator damaged or dropped one of the row's edges on its way to the host.</param>
public sealed record TruthRow(long? Sequence, double? StimulusNs, double? ResponseNs, string Status, long? CausedBySequence, bool Lost);

/// <summary>What truly happened in a capture, and what an undamaged one would be paired to.</summary>
public sealed class SimulationTruth
{
    private readonly Edge[] _stimuli;
    private readonly Edge[] _answers;
    private readonly long _endTick;

    private SimulationTruth(Edge[] stimuli, Edge[] answers, long endTick) => (_stimuli, _answers, _endTick) = (stimuli, answers, endTick);

    /// <summary>Stimuli that were fired, warm-up included.</summary>
    public int Stimuli => _stimuli.Length;

    internal static SimulationTruth From(CaptureTruth truth)
    {
        if (truth is { AnswersWithWidth: true, Response: { } widths })
        {
            return FromWidths(truth, widths);
        }

        var stimuli = new List<Edge>();
        var numbers = new Dictionary<long, long>();
        if (truth.Stimulus is { } line)
        {
            for (var i = 0; i < line.All.Count; i++)
            {
                var edge = line.All[i];
                if (truth.Trigger == IrqTrigger.Both || edge.Level == (truth.Trigger == IrqTrigger.Rising))
                {
                    numbers.Add(line.FirstOrdinal + i, stimuli.Count);
                    stimuli.Add(Seen(edge, line, truth, null));
                }
            }
        }

        var answers = truth.Response is { } response
            ? response.All.Where(e => e.Level)
                .Select(e => Seen(e, response, truth, e.CauseOrdinal is { } cause && numbers.TryGetValue(cause, out var number) ? number : null))
            : [];
        return new SimulationTruth([.. stimuli], [.. answers], truth.EndTick);
    }

    // The schedule test: the response rises when the handler schedules, and falls when the function runs.
    private static SimulationTruth FromWidths(CaptureTruth truth, CapturedEdges response)
    {
        var rises = response.All.Where(e => e.Level).ToList();
        var numbers = new Dictionary<long, long>();
        foreach (var (number, rise) in rises.Index())
        {
            if (rise.CauseOrdinal is { } cause)
            {
                numbers[cause] = number;
            }
        }

        return new SimulationTruth(
            [.. rises.Select(e => Seen(e, response, truth, null))],
            [.. response.All.Where(e => !e.Level).Select(e => Seen(e, response, truth, e.CauseOrdinal is { } cause && numbers.TryGetValue(cause, out var number) ? number : null))],
            truth.EndTick);
    }

    /// <summary>The truth of edges at whole ticks of 16 ns, each answer with the number of the stimulus that caused it.</summary>
    internal static SimulationTruth Of(IEnumerable<long> stimuli, IEnumerable<(long Tick, long? Cause)> answers, long endTick) => new(
        [.. stimuli.Select(t => new Edge(t, t * 16.0, null, false))], [.. answers.Select(a => new Edge(a.Tick, a.Tick * 16.0, a.Cause, false))], endTick);

    /// <summary>One row a stimulus and answer, in order of time.</summary>
    /// <param name="warmup">Stimuli before number 0.</param>
    /// <param name="windowTicks">The pairing window; null: until the next stimulus.</param>
    /// <param name="minLatencyTicks">Answers sooner than this are crosstalk.</param>
    /// <param name="trainLength">So many stimuli come close together and are paired by counting; null: each for itself.</param>
    public IReadOnlyList<TruthRow> Rows(int warmup, long? windowTicks = null, long minLatencyTicks = 0, int? trainLength = null)
    {
        if (trainLength is { } length)
        {
            return [.. TrainRows(warmup, windowTicks, minLatencyTicks, length)];
        }

        var rows = new List<TruthRow>();
        var next = 0;
        for (var i = 0; i < _stimuli.Length; i++)
        {
            var stimulus = _stimuli[i];
            var nextTick = i + 1 < _stimuli.Length ? _stimuli[i + 1].Tick : long.MaxValue;
            var windowEnd = windowTicks is { } w ? Math.Min(stimulus.Tick + w, nextTick) : nextTick;
            for (; next < _answers.Length && _answers[next].Tick < stimulus.Tick; next++)
            {
                rows.Add(Spurious(_answers[next], warmup));
            }

            var mine = _answers.Skip(next).TakeWhile(a => a.Tick < nextTick).ToList();
            next += mine.Count;
            var answer = mine.FindIndex(a => a.Tick >= stimulus.Tick + minLatencyTicks);
            var status = answer < 0 ? (Math.Min(windowEnd, nextTick) > _endTick ? "excluded" : "missed")
                : mine[answer].Tick < windowEnd ? "matched" : "late";
            var lost = stimulus.Lost || (answer >= 0 && mine[answer].Lost);
            rows.Add(new TruthRow(
                i - warmup, stimulus.TimeNs, answer < 0 ? null : mine[answer].TimeNs, status, answer < 0 ? null : mine[answer].Cause - warmup, lost));
            for (var k = 0; k < mine.Count; k++)
            {
                if (k == answer)
                {
                    continue;
                }

                var extra = k > answer && status == "matched" && mine[k].Tick < windowEnd;
                rows.Add(extra
                    ? new TruthRow(i - warmup, null, mine[k].TimeNs, "extra", mine[k].Cause - warmup, mine[k].Lost)
                    : Spurious(mine[k], warmup));
            }
        }

        rows.AddRange(_answers.Skip(next).Select(a => Spurious(a, warmup)));
        return rows;
    }

    // The i-th answer of a train stands beside its i-th stimulus, whoever caused it.
    private IEnumerable<TruthRow> TrainRows(int warmup, long? windowTicks, long minLatencyTicks, int length)
    {
        var next = 0;
        for (var first = 0; first < _stimuli.Length; first += length)
        {
            var train = _stimuli.AsSpan(first, Math.Min(length, _stimuli.Length - first)).ToArray();
            var endTick = first + length < _stimuli.Length ? _stimuli[first + length].Tick : long.MaxValue;
            for (; next < _answers.Length && _answers[next].Tick < train[0].Tick + minLatencyTicks; next++)
            {
                yield return Spurious(_answers[next], warmup);
            }

            var mine = _answers.Skip(next).TakeWhile(a => a.Tick < endTick).ToArray();
            next += mine.Length;
            var isCut = mine.Length < train.Length && !(train[^1].Tick + windowTicks <= _endTick);
            for (var i = 0; i < train.Length; i++)
            {
                var status = isCut ? "excluded" : i >= mine.Length ? "missed" : mine[i].Tick - train[i].Tick < (windowTicks ?? long.MaxValue) ? "matched" : "late";
                yield return new TruthRow(
                    first + i - warmup, train[i].TimeNs, i < mine.Length ? mine[i].TimeNs : null, status, i < mine.Length ? mine[i].Cause - warmup : null,
                    train[i].Lost || (i < mine.Length && mine[i].Lost));
            }

            for (var i = train.Length; i < mine.Length; i++)
            {
                yield return new TruthRow(first + train.Length - 1 - warmup, null, mine[i].TimeNs, "extra", mine[i].Cause - warmup, mine[i].Lost);
            }
        }

        for (; next < _answers.Length; next++)
        {
            yield return Spurious(_answers[next], warmup);
        }
    }

    /// <summary>Writes the rows as CSV: invariant culture, line feeds, times with three decimals.</summary>
    public static void WriteCsv(TextWriter writer, IEnumerable<TruthRow> rows)
    {
        static string Time(double? ns) => ns?.ToString("F3", CultureInfo.InvariantCulture) ?? "";
        static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
        writer.Write("seq,stimulus_t_ns,response_t_ns,status,caused_by_seq,lost\n");
        foreach (var row in rows)
        {
            writer.Write(
                $"{Number(row.Sequence)},{Time(row.StimulusNs)},{Time(row.ResponseNs)},{row.Status},{Number(row.CausedBySequence)},{(row.Lost ? "true" : "false")}\n");
        }
    }

    private static TruthRow Spurious(Edge answer, int warmup) =>
        new(null, null, answer.TimeNs, "spurious", answer.Cause - warmup, answer.Lost);

    // An edge that the sampler was too slow to see takes part with the tick in which it fell.
    private static Edge Seen(CapturedEdge edge, CapturedEdges line, CaptureTruth truth, long? cause) =>
        new(edge.Tick ?? truth.TickAt(edge.TimePs), (edge.TimePs - truth.TickZeroPs) / 1000.0, cause, line.IsLost(edge));

    private readonly record struct Edge(long Tick, double TimeNs, long? Cause, bool Lost);
}
