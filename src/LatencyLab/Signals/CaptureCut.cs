namespace LatencyLab.Signals;

/// <summary>
/// Ends a stream of edges at an exact tick: after a span, before the stimulus that is one too many, or where somebody stops it. Holds back what isn't
/// complete yet, so that every channel ends at the same tick; memory follows the edges between two calls of <see cref="Advance"/>.
/// </summary>
/// <param name="sink">Gets what is left.</param>
/// <param name="spanTicks">Ticks to keep; null for all.</param>
/// <param name="stimuli">Which edges to count; null for none.</param>
public sealed class CaptureCut(IEdgeSink sink, long? spanTicks, StimulusCount? stimuli) : IEdgeSink
{
    private Held[] _held = [];
    private List<Gap> _gaps = [];
    private long _cutTick = long.MaxValue;
    private long _completeTick;
    private long _counted;

    /// <summary>True from the first tick on; until then nothing was recorded.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>True once the end has been handed on: what still comes is ignored.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Stimuli that were counted.</summary>
    public long Counted => _counted;

    public void Begin(CaptureHeader header)
    {
        _held = [.. header.Channels.Select(_ => new Held())];
        _completeTick = header.StartTick;
        if (spanTicks is { } span)
        {
            _cutTick = header.StartTick > long.MaxValue - span ? long.MaxValue : header.StartTick + span;
        }

        HasBegun = true;
        sink.Begin(header);
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        if (!IsOver && !ticks.IsEmpty)
        {
            _held[channel].Blocks.Enqueue((firstLevel, ticks.ToArray()));
        }
    }

    public void Gap(Gap gap)
    {
        if (!IsOver)
        {
            _gaps.Add(gap);
        }
    }

    public void Advance(long completeBeforeTick)
    {
        if (IsOver || completeBeforeTick <= _completeTick)
        {
            return;
        }

        Release(completeBeforeTick);
        _completeTick = Math.Min(completeBeforeTick, _cutTick);
        sink.Advance(_completeTick);
        if (completeBeforeTick >= _cutTick)
        {
            Close(_cutTick);
        }
    }

    public void End(long endTick)
    {
        if (IsOver)
        {
            return;
        }

        Advance(endTick);
        if (!IsOver)
        {
            Close(Math.Max(endTick, _completeTick));
        }
    }

    /// <summary>Ends the stream at the last tick up to which all channels are complete.</summary>
    public void Stop()
    {
        if (HasBegun && !IsOver)
        {
            Close(_completeTick);
        }
    }

    private void Close(long endTick)
    {
        IsOver = true;
        _held = [];
        _gaps = [];
        sink.End(endTick);
    }

    private void Release(long beforeTick)
    {
        if (stimuli is { } counting)
        {
            FindCut(counting, beforeTick);
        }

        var limit = Math.Min(beforeTick, _cutTick);
        foreach (var gap in _gaps.Where(g => g.FromTick < limit))
        {
            sink.Gap(gap.ToTick < _cutTick ? gap : gap with { ToTick = _cutTick - 1 });
        }

        _gaps.RemoveAll(g => g.FromTick < limit);
        for (var channel = 0; channel < _held.Length; channel++)
        {
            var blocks = _held[channel].Blocks;
            while (blocks.TryPeek(out var block))
            {
                var start = _held[channel].Start;
                var end = start + LowerBound(block.Ticks.AsSpan(start), limit);
                if (end > start)
                {
                    sink.Edges(channel, ((start & 1) == 0) == block.FirstLevel, block.Ticks.AsSpan(start, end - start));
                }

                _held[channel].Start = end;
                if (end < block.Ticks.Length)
                {
                    break;
                }

                blocks.Dequeue();
                _held[channel].Start = 0;
            }
        }
    }

    private void FindCut(StimulusCount counting, long beforeTick)
    {
        var isFirst = true;
        foreach (var (firstLevel, ticks) in _held[counting.Channel].Blocks)
        {
            var from = isFirst ? _held[counting.Channel].Start : 0;
            isFirst = false;
            for (var i = from; i < ticks.Length && ticks[i] < Math.Min(beforeTick, _cutTick); i++)
            {
                var level = ((i & 1) == 0) == firstLevel;
                if (counting.Edge != EdgeKind.Both && level != (counting.Edge == EdgeKind.Rising))
                {
                    continue;
                }

                if (_counted == counting.Stimuli)
                {
                    _cutTick = ticks[i];
                    return;
                }

                _counted++;
            }
        }
    }

    private static int LowerBound(ReadOnlySpan<long> ticks, long tick)
    {
        var at = ticks.BinarySearch(tick);
        return at < 0 ? ~at : at;
    }

    /// <summary>Blocks of one channel that wait, and how much of the first has gone already.</summary>
    private sealed class Held
    {
        public Queue<(bool FirstLevel, long[] Ticks)> Blocks { get; } = new();

        public int Start { get; set; }
    }
}

/// <summary>Which edges are stimuli, and how many of them are wanted.</summary>
/// <param name="Channel">Their channel.</param>
/// <param name="Edge">Which edges.</param>
/// <param name="Stimuli">How many.</param>
public readonly record struct StimulusCount(int Channel, EdgeKind Edge, long Stimuli);
