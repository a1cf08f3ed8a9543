using System.Text.Json;
using LatencyLab.MicroPython;

namespace LatencyLab.Targets;

/// <summary>
/// Lines of stamps to stimuli on one time axis. The board's counter wraps at 2^30 ticks, which a stopped-clock reading in milliseconds beside each stamp
/// resolves: from one stimulus to the next the counter has gone on by the count that comes nearest to the milliseconds.
/// </summary>
/// <param name="tickHz">Ticks per second.</param>
/// <param name="both">True where both edges are stimuli, so that no pulse ends.</param>
/// <param name="name">What the user calls the board, for errors.</param>
public sealed class SelfStamps(long tickHz, bool both, string name)
{
    // MicroPython's ticks_*: MICROPY_PY_TIME_TICKS_PERIOD is 2^30 on the ports with 31-bit small integers.
    private const long Wrap = 1L << 30;
    private const int MostCallStamps = 3;

    private (long Ms, long Raw, long Tick)? _last;

    /// <summary>Number of the next stimulus.</summary>
    public long Next { get; private set; }

    /// <summary>Stimuli whose lines didn't arrive.</summary>
    public long Lost { get; private set; }

    /// <summary>The stimuli of one line, and how many were lost before them.</summary>
    /// <exception cref="DeviceException">The line isn't one of stamps, or its times run backwards.</exception>
    public (IReadOnlyList<SelfTimedStimulus> Stimuli, long LostBefore) Read(JsonElement line)
    {
        var first = BoardLine.Number(line, "first") ?? -1;
        if (first < Next || !line.TryGetProperty("rows", out var rows) || rows.ValueKind != JsonValueKind.Array)
        {
            throw Malformed();
        }

        var numbers = new Queue<long>(rows.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt64(out var n) ? n : throw Malformed()));
        var lost = first - Next;
        var stimuli = new List<SelfTimedStimulus>();
        while (numbers.Count > 0)
        {
            stimuli.Add(Take(numbers));
        }

        Lost += lost;
        Next = first + stimuli.Count;
        return (stimuli, lost);
    }

    private SelfTimedStimulus Take(Queue<long> numbers)
    {
        if (numbers.Count < 4)
        {
            throw Malformed();
        }

        var (ms, raw, down, calls) = (numbers.Dequeue(), numbers.Dequeue(), numbers.Dequeue(), numbers.Dequeue());
        var stamps = (int)Math.Clamp(calls, 0, MostCallStamps);
        if (ms is < 0 or >= Wrap / 2 || raw is < 0 or >= Wrap || calls < 0 || numbers.Count < stamps || (both ? down != 0 : down is < 1 or >= Wrap / 2))
        {
            throw Malformed();
        }

        var tick = Unwrap(ms, raw);
        var callTicks = new long[stamps];
        var before = -1L;
        for (var i = 0; i < stamps; i++)
        {
            var after = numbers.Dequeue();
            callTicks[i] = after > before && after < Wrap / 2 ? tick + after : throw Malformed();
            before = after;
        }

        return new SelfTimedStimulus(tick, both ? null : tick + down, calls, callTicks);
    }

    private long Unwrap(long ms, long raw)
    {
        if (_last is not { } last)
        {
            _last = (ms, raw, 0);
            return 0;
        }

        var passed = (raw - last.Raw) & (Wrap - 1);
        var expected = (Int128)(ms - last.Ms) * tickHz / 1000;
        var turns = (long)((expected - passed + (Wrap / 2)) / Wrap);
        var tick = last.Tick + passed + (Math.Max(0, turns) * Wrap);
        if (ms < last.Ms || tick <= last.Tick)
        {
            throw Malformed();
        }

        _last = (ms, raw, tick);
        return tick;
    }

    private DeviceException Malformed() => new("The board's stamps make no sense.", name, "Another client may use the board; press its reset button and run again.");
}
