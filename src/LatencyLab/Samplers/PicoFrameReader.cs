using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Samplers;

/// <summary>
/// Frames of the Pico sampler to edges. Loss is seen by frame sequence, word index and END totals and becomes a gap that names how many
/// edges are missing; heartbeats become the watermark. One capture, one instance.
/// </summary>
/// <param name="nonce">The capture's number; frames with another one are counted and ignored.</param>
/// <param name="channelNames">Names for the channels, in order.</param>
/// <param name="sink">Where edges go.</param>
/// <param name="calibrationPpm">Measured deviation of the sampler's clock, for the time base that is handed on; null where nobody has measured it.</param>
public sealed class PicoFrameReader(uint nonce, IReadOnlyList<string> channelNames, IEdgeSink sink, double? calibrationPpm = null) : IFrameSink
{
    // ticks_us counts whole microseconds: start and heartbeat can each be off by one.
    private const int HeartbeatSlackUs = 2;
    private const int TicksUsBits = 30;
    private const uint RxStallBits = 0xF;

    // Words are sent at the latest 20 ms after they were stamped, unless up to one ring is queued before them (160 ms at 100 kB/s).
    private const int HeartbeatsUntilLost = 10;
    private const int MaxTalkBytes = 4096;

    // A sampler may claim any time; sums of two ticks must still fit.
    private const long LatestTick = long.MaxValue / 4;

    private readonly StringBuilder _talk = new();
    private ChannelState[] _channels = [];
    private uint[] _wordsDone = [];
    private uint _nextSequence;
    private uint _lastElapsedUs;
    private long _elapsedUs;
    private long _watermark;
    private long _reportedTick;
    private long? _waitingTick;

    /// <summary>What the sampler said of itself; null until its HELLO has come.</summary>
    public SamplerHello? Hello { get; private set; }

    /// <summary>The totals; null until END has come.</summary>
    public SamplerEnd? End { get; private set; }

    /// <summary>What went wrong on the way so far.</summary>
    public StreamHealth Health { get; private set; } = new();

    /// <summary>The state machines run: the first heartbeat has come.</summary>
    public bool Started { get; private set; }

    /// <summary>What the interpreter said between frames, at most 4 KiB: a traceback, a reboot banner.</summary>
    public string Talk => _talk.ToString();

    /// <summary>Edges handed on so far, all channels.</summary>
    public long EdgesSeen { get; private set; }

    /// <summary>Ticks since the start up to which the sampler has reported.</summary>
    public long WatermarkTick => _watermark;

    public void Stray(ReadOnlySpan<byte> bytes)
    {
        Health = Health with { StrayBytes = Health.StrayBytes + bytes.Length };
        if (_talk.Length < MaxTalkBytes)
        {
            _talk.Append(Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, MaxTalkBytes - _talk.Length)]));
        }
    }

    public void Frame(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Nonce != nonce)
        {
            Health = Health with { FramesForeign = Health.FramesForeign + 1 };
            return;
        }

        var missing = unchecked((int)(header.Sequence - _nextSequence));
        if (missing < 0)
        {
            Health = Health with { FramesDoubled = Health.FramesDoubled + 1 };
            return;
        }

        if (missing > 0)
        {
            Health = Health with { FramesLost = Health.FramesLost + missing };
        }

        _nextSequence = unchecked(header.Sequence + 1);
        var sensible = header.Type switch
        {
            FrameType.Hello => OnHello(payload),
            FrameType.Edges => Hello is not null && header.Channel < _channels.Length && OnEdges(_channels[header.Channel], payload),
            FrameType.Heartbeat => Hello is not null && OnHeartbeat(payload),
            FrameType.Overrun => OnOverrun(),
            FrameType.End => Hello is not null && OnEnd(payload),
            _ => false,
        };
        if (!sensible)
        {
            Health = Health with { FramesMalformed = Health.FramesMalformed + 1 };
        }
    }

    /// <summary>Ends a capture whose END never came: nothing is known after the last word of each channel.</summary>
    /// <param name="reason">Reason of the gaps: "link lost", "interrupted".</param>
    public void BreakOff(string reason)
    {
        if (Hello is null || End is not null)
        {
            return;
        }

        var endTick = Math.Max(_reportedTick, _channels.Max(c => c.Unwrapper.LastTick) + 1);
        foreach (var channel in _channels)
        {
            var fromTick = Math.Max(channel.Unwrapper.LastTick + 1, channel.WordsBelowWatermark <= channel.NextIndex ? _watermark : 0);
            sink.Gap(new Gap(Math.Min(fromTick, endTick), endTick, channel.Index, null, reason));
        }

        sink.Advance(endTick);
        sink.End(endTick);
    }

    private bool OnHello(ReadOnlySpan<byte> payload)
    {
        if (Hello is not null || SamplerHello.Parse(payload) is not { } hello || hello.Channels.Count != channelNames.Count)
        {
            return false;
        }

        Hello = hello;
        _channels = [.. channelNames.Select((_, index) => new ChannelState(index))];
        _wordsDone = new uint[_channels.Length];
        sink.Begin(new CaptureHeader(new TimeBase(hello.TickHz, calibrationPpm), [.. channelNames.Select((name, index) => new Channel(index, name))]));
        return true;
    }

    private bool OnEdges(ChannelState channel, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 8 || (payload.Length & 3) != 0)
        {
            return false;
        }

        var words = (payload.Length / 4) - 1;
        var firstIndex = channel.Extend(BinaryPrimitives.ReadUInt32LittleEndian(payload));
        if (firstIndex < channel.NextIndex)
        {
            return false;
        }

        Span<uint> values = stackalloc uint[FrameFormat.MaxPayloadBytes / 4];
        Span<long> ticks = stackalloc long[FrameFormat.MaxPayloadBytes / 4];
        values = values[..words];
        ticks = ticks[..words];
        MemoryMarshal.Cast<byte, uint>(payload[4..]).CopyTo(values);
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }

        var lastTick = channel.Unwrapper.LastTick;
        if (!channel.Unwrapper.Unwrap(firstIndex, values, ticks, _watermark))
        {
            // The words are missing from now on, which the next frame or the totals show.
            return false;
        }

        if (firstIndex > channel.NextIndex)
        {
            Lose(channel, firstIndex, channel.NextIndex == 0 ? 0 : lastTick + 1, Math.Max(ticks[0] - 1, lastTick), "frame lost");
        }

        channel.NextIndex = firstIndex + words;

        // Word 0 with count 0 says that the line was high at the start; levels alternate by word index either way.
        var skip = firstIndex == 0 && ticks[0] == 0 ? 1 : 0;
        if (words > skip)
        {
            sink.Edges(channel.Index, ((firstIndex + skip) & 1) == 0, ticks[skip..]);
            EdgesSeen += words - skip;
        }

        AdvanceWhenComplete();
        return true;
    }

    private bool OnHeartbeat(ReadOnlySpan<byte> payload)
    {
        if (!SamplerHeartbeat.TryParse(payload, _wordsDone, out var heartbeat))
        {
            return false;
        }

        Started = true;
        Note(heartbeat.Fdebug);
        var elapsed = unchecked(heartbeat.TicksUs - heartbeat.StartUs) & ((1u << TicksUsBits) - 1);
        _elapsedUs += unchecked(elapsed - _lastElapsedUs) & ((1u << TicksUsBits) - 1);
        _lastElapsedUs = elapsed;
        var notBefore = Ticks(Math.Max(0, _elapsedUs - HeartbeatSlackUs));
        _reportedTick = Math.Max(_reportedTick, notBefore);
        var complete = true;
        for (var c = 0; c < _channels.Length; c++)
        {
            var channel = _channels[c];
            var done = channel.Extend(_wordsDone[c]);
            channel.Unwrapper.Anchor(done, notBefore);
            if (channel.DueIndex(done, HeartbeatsUntilLost) is { } due && due > channel.NextIndex && Health.FramesLost > 0)
            {
                Lose(channel, due, channel.Unwrapper.LastTick + 1, notBefore, "frame lost");
                channel.NextIndex = due;
            }

            channel.WordsBelowWatermark = done;
            complete &= channel.NextIndex >= done;
        }

        // Words are sent up to 20 ms after they were done, so that a heartbeat usually overtakes some: its watermark waits for them.
        if (complete || _waitingTick is null)
        {
            _waitingTick = notBefore;
            Array.ForEach(_channels, c => c.AwaitedIndex = c.WordsBelowWatermark);
        }

        AdvanceWhenComplete();
        return true;
    }

    private void AdvanceWhenComplete()
    {
        if (_waitingTick is not { } tick || !Array.TrueForAll(_channels, c => c.NextIndex >= c.AwaitedIndex))
        {
            return;
        }

        _waitingTick = null;
        if (tick > _watermark)
        {
            _watermark = tick;
            sink.Advance(tick);
        }
    }

    private bool OnOverrun()
    {
        Health = Health with { Overrun = true };
        return true;
    }

    private bool OnEnd(ReadOnlySpan<byte> payload)
    {
        if (SamplerEnd.Parse(payload, _channels.Length) is not { } end)
        {
            return false;
        }

        End = end;
        Note(end.Fdebug);
        Health = Health with { Overrun = Health.Overrun || string.Equals(end.Reason, "overrun", StringComparison.Ordinal) };
        var endTick = Math.Max(_reportedTick, _channels.Max(c => c.Unwrapper.LastTick) + 1);
        if (end.ElapsedUs is { } us and >= 0 and < (1L << 50))
        {
            endTick = Math.Max(endTick, Ticks(us));
        }

        foreach (var channel in _channels)
        {
            if (end.Words[channel.Index] > channel.NextIndex)
            {
                Lose(channel, end.Words[channel.Index], channel.Unwrapper.LastTick + 1, endTick, "frame lost");
            }
        }

        sink.Advance(endTick);
        sink.End(endTick);
        return true;
    }

    private void Note(uint fdebug)
    {
        if ((fdebug & RxStallBits) != 0)
        {
            Health = Health with { Stalled = true };
        }
    }

    private void Lose(ChannelState channel, long nextIndex, long fromTick, long toTick, string reason)
    {
        var lost = nextIndex - channel.NextIndex;
        Health = Health with { EdgesLost = Health.EdgesLost + lost };
        sink.Gap(new Gap(fromTick, Math.Max(fromTick, toTick), channel.Index, lost, Health.Overrun ? "sampler overrun" : reason));
    }

    private long Ticks(long microseconds) => (long)Int128.Min((Int128)microseconds * Hello!.TickHz / 1_000_000, LatestTick);

    private sealed class ChannelState(int index)
    {
        private readonly Queue<long> _recentDone = new();

        public int Index { get; } = index;

        public TickUnwrapper Unwrapper { get; } = new();

        /// <summary>Index of the next word that should come.</summary>
        public long NextIndex { get; set; }

        /// <summary>Words done at the last heartbeat.</summary>
        public long WordsBelowWatermark { get; set; }

        /// <summary>Words that the waiting watermark needs.</summary>
        public long AwaitedIndex { get; set; }

        /// <summary>A 32-bit word index to 64 bits: the one nearest to what is expected.</summary>
        public long Extend(uint index) => NextIndex + unchecked((int)(index - (uint)NextIndex));

        /// <summary>Words that were done so many heartbeats ago; null while there weren't as many heartbeats.</summary>
        public long? DueIndex(long done, int heartbeats)
        {
            _recentDone.Enqueue(done);
            return _recentDone.Count > heartbeats ? _recentDone.Dequeue() : null;
        }
    }
}
