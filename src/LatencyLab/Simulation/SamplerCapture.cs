using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LatencyLab.Simulation;

/// <summary>
/// The sampler's script while it captures: the same frames in the same order as the firmware, at most 100 kB in a virtual second. It goes on by
/// one turn of its main loop a step, so virtual time stands still while the host doesn't read.
/// </summary>
internal sealed class SamplerCapture(SimulatedWorld world, CapturePlan plan, long clockHz, string build, SimulatedBoardOptions options, CaptureTruth truth) : BoardProgram
{
    private const int WordsPerFrame = 256;
    private const int SendFromWords = 64;
    private const int OverrunMarginWords = 64;
    private const int HeldBackWords = 16;
    private const long PsPerByte = 10_000_000;
    private const long PsPerUs = 1_000_000;
    private const long PsPerMs = 1_000_000_000;
    private const long TurnPs = 50 * PsPerUs;
    private const long FlushPs = 20 * PsPerMs;
    private const long HeartbeatPs = 100 * PsPerMs;
    private const long DeadManPs = 10_000 * PsPerMs;

    private readonly SimulatedFrames _frames = new(plan.Nonce, world.Faults, options.Seed);
    private readonly EdgeStamper[] _stampers = new EdgeStamper[plan.Channels.Count];
    private readonly Line[] _lines = new Line[plan.Channels.Count];
    private readonly long[] _sent = new long[plan.Channels.Count];
    private readonly long[] _lastSentPs = new long[plan.Channels.Count];
    private readonly StringBuilder _word = new();
    private SamplerClock? _clock;
    private StimulusGenerator? _stimulus;
    private long _startPs;
    private long _startUs;
    private long _lastWordPs;
    private long _nextHeartbeatPs;
    private long? _endPs;
    private long _endedPs;
    private string? _reason;
    private long _leastFree = EdgeStamper.RingWords;

    public override ProgramState Step(BoardConsole console)
    {
        if (_clock is null)
        {
            Start(console);
            return ProgramState.Running;
        }

        if (world.AwaitsHost && console.PendingInput == 0 && _reason is null)
        {
            return ProgramState.Waiting;
        }

        var overtaken = Overtaken();
        if (overtaken is not null || IsOver(console))
        {
            Finish(console, overtaken is null ? _reason! : "overrun", overtaken);
            return ProgramState.Ended;
        }

        if (world.NowPs >= _nextHeartbeatPs)
        {
            Heartbeat(console);
            _nextHeartbeatPs += HeartbeatPs;
        }
        else if (NextToSend() is { } next)
        {
            SendEdges(console, next);
        }
        else
        {
            world.AdvanceTo(Math.Max(world.NowPs + TurnPs, NextTurnPs()));
        }

        return ProgramState.Running;
    }

    public override void Abandon(BoardConsole console)
    {
        if (_clock is not null)
        {
            Finish(console, "interrupt", overtaken: null);
        }
    }

    /// <summary>The board is gone: nothing is sent any more.</summary>
    public override void Vanish()
    {
        if (_clock is not null)
        {
            Stop();
        }
    }

    private void Start(BoardConsole console)
    {
        var rings = string.Join(", ", plan.Channels.Select(_ => plan.OneShotWords ?? EdgeStamper.RingWords));
        Send(console, SimulatedFrameType.Hello, 0, Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"proto": 1, "part": "sampler", "hz": {{clockHz}}, "tick_hz": {{clockHz / 2}}, "channels": [{{string.Join(", ", plan.Channels)}}], "stim": {{plan.StimulusGpio?.ToString(CultureInfo.InvariantCulture) ?? "null"}}, "pulses": {{plan.Pulses}}, "build": "{{build}}", "rings": [{{rings}}]}""")));
        StartMachines();

        // One register write starts all machines; the script needs some microseconds to its next statement.
        world.AdvanceTo(world.NowPs + (12 * PsPerUs));
        _startUs = TicksUs();
        Heartbeat(console);
    }

    private void StartMachines()
    {
        _startPs = world.NowPs;
        _clock = new SamplerClock(_startPs, clockHz, options.ClockPpm);
        _lastWordPs = _startPs;
        _nextHeartbeatPs = _startPs + HeartbeatPs;
        world.CaptureStarts?.Invoke(plan.Seed);
        truth.Begin(_clock, plan, world);
        if (plan.StimulusGpio is { } gpio)
        {
            var table = new StimulusTable(plan.Seed, Math.Max(1, plan.Pulses), plan.Gap.Min, plan.Gap.Width, plan.High.Min, plan.High.Width, plan.Train);
            _stimulus = new StimulusGenerator(table, plan.Pulses, _clock);
            world.StartStimulus(_stimulus, world.Wires.Node(Side.Sampler, gpio));
        }

        for (var i = 0; i < _stampers.Length; i++)
        {
            _lines[i] = world.Wires.Node(Side.Sampler, plan.Channels[i]).Line;
            _stampers[i] = new EdgeStamper(_clock, _lines[i].Level, plan.OneShotWords, truth.EdgesOf(i, _lines[i]));
            _lines[i].Listeners.Add(_stampers[i]);
            _lastSentPs[i] = _startPs;
        }
    }

    /// <summary>"stop", "dead man" or null: any line keeps the dead man quiet.</summary>
    private string? Hear(BoardConsole console)
    {
        while (console.PendingInput > 0)
        {
            var value = console.NextInput();
            if (value is not ((byte)'\n' or (byte)'\r'))
            {
                _word.Append(_word.Length < 8 ? (char)value : "");
                continue;
            }

            var word = _word.ToString();
            _word.Clear();
            _lastWordPs = world.NowPs;
            if (word == "stop")
            {
                return "stop";
            }
        }

        return world.NowPs - _lastWordPs > (plan.Seconds * 1000 * PsPerMs) + DeadManPs ? "dead man" : null;
    }

    private bool IsOver(BoardConsole console)
    {
        if (_reason is null or "done" && Hear(console) is { } heard)
        {
            _reason = heard;
            _endPs = world.NowPs + (_stimulus is null ? 0 : plan.TailMs * PsPerMs);
            _stimulus?.Halt(world.NowPs);
        }

        var full = Array.Exists(_stampers, s => s.IsFull);
        var elapsed = _stimulus is null && world.NowPs - _startPs >= plan.Seconds * 1000 * PsPerMs;
        if (_reason is null && (full || elapsed || _stimulus is { Done: true }))
        {
            _reason = "done";
            _endPs = world.NowPs + (full || elapsed ? 0 : plan.TailMs * PsPerMs);
        }

        return world.NowPs >= _endPs;
    }

    private int? Overtaken()
    {
        int? overtaken = null;
        for (var i = 0; i < _stampers.Length; i++)
        {
            _stampers[i].Settle(world.NowPs);
            var waiting = _stampers[i].Written - _sent[i];
            _leastFree = Math.Min(_leastFree, _stampers[i].Room - waiting);
            if (plan.OneShotWords is null
                && (waiting > EdgeStamper.RingWords - OverrunMarginWords || (i == 0 && _stampers[i].Written >= world.Faults.OverrunAtWord)))
            {
                overtaken ??= i;
            }
        }

        return overtaken;
    }

    private int? NextToSend()
    {
        // The fault: a script that is held up just before the ring is overtaken.
        if (plan.OneShotWords is not null || _stampers[0].Written >= world.Faults.OverrunAtWord - HeldBackWords)
        {
            return null;
        }

        for (var i = 0; i < _stampers.Length; i++)
        {
            var waiting = _stampers[i].Written - _sent[i];
            if (waiting >= SendFromWords || (waiting > 0 && world.NowPs - _lastSentPs[i] >= FlushPs))
            {
                return i;
            }
        }

        return null;
    }

    // Between edges nothing happens: the loop's idle turns are skipped.
    private long NextTurnPs()
    {
        var next = Math.Min(_nextHeartbeatPs, world.NextEventPs);
        if (_stimulus is null)
        {
            next = Math.Min(next, _startPs + (plan.Seconds * 1000 * PsPerMs));
        }

        for (var i = 0; i < _stampers.Length; i++)
        {
            if (_stampers[i].Written > _sent[i])
            {
                next = Math.Min(next, _lastSentPs[i] + FlushPs);
            }
        }

        return Math.Min(next, _endPs ?? long.MaxValue);
    }

    private void SendEdges(BoardConsole console, int channel)
    {
        var first = _sent[channel];
        var count = (int)Math.Min(
            Math.Min(WordsPerFrame, _stampers[channel].Written - first), _stampers[channel].Room - (first % _stampers[channel].Room));
        Span<byte> payload = stackalloc byte[sizeof(uint) * (count + 1)];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, Low32(first));
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(payload[(sizeof(uint) * (i + 1))..], _stampers[channel].Word(first + i));
        }

        _sent[channel] = first + count;
        _lastSentPs[channel] = world.NowPs;
        if (Send(console, SimulatedFrameType.Edges, channel, payload))
        {
            truth.Delivered(channel, first, first + count);
        }
    }

    private void Heartbeat(BoardConsole console)
    {
        Span<byte> payload = stackalloc byte[16 + (sizeof(uint) * _stampers.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)TicksUs());
        BinaryPrimitives.WriteUInt32LittleEndian(payload[4..], (uint)_startUs);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[8..], FifoDebug());
        BinaryPrimitives.WriteUInt32LittleEndian(payload[12..], (uint)Math.Max(0, _leastFree));
        for (var i = 0; i < _stampers.Length; i++)
        {
            _stampers[i].Settle(world.NowPs);
            BinaryPrimitives.WriteUInt32LittleEndian(payload[(16 + (sizeof(uint) * i))..], Low32(_stampers[i].Written));
        }

        Send(console, SimulatedFrameType.Heartbeat, 0, payload);
    }

    private bool Send(BoardConsole console, SimulatedFrameType type, int channel, ReadOnlySpan<byte> payload)
    {
        var intact = _frames.Send(console, type, channel, payload);
        world.AdvanceTo(world.NowPs + (SimulatedFrames.LengthOf(payload.Length) * PsPerByte));
        return intact;
    }

    private void Finish(BoardConsole console, string reason, int? overtaken)
    {
        Stop();
        var lost = new long[_stampers.Length];
        Span<byte> payload = stackalloc byte[8];
        for (var i = 0; i < _stampers.Length; i++)
        {
            if (i == overtaken)
            {
                lost[i] = _stampers[i].Written - _sent[i];
                BinaryPrimitives.WriteUInt32LittleEndian(payload, Low32(_stampers[i].Written));
                BinaryPrimitives.WriteUInt32LittleEndian(payload[4..], Low32(_sent[i]));
                Send(console, SimulatedFrameType.Overrun, i, payload);
                continue;
            }

            while (_sent[i] < _stampers[i].Written)
            {
                SendEdges(console, i);
            }
        }

        Heartbeat(console);
        Send(console, SimulatedFrameType.End, 0, Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"pulses": {{_stimulus?.Fired ?? 0}}, "words": [{{string.Join(", ", _stampers.Select(s => s.Written))}}], "fdebug": {{FifoDebug()}}, "overrun": [{{string.Join(", ", lost)}}], "reason": "{{reason}}", "us": {{(_endedPs - _startPs) / PsPerMs * 1000}}}""")));
    }

    private void Stop()
    {
        _endedPs = world.NowPs;
        for (var i = 0; i < _stampers.Length; i++)
        {
            _stampers[i].Settle(world.NowPs);
            _lines[i].Listeners.Remove(_stampers[i]);
        }

        truth.End(world.NowPs);
        world.StopStimulus();
    }

    // RXSTALL of the capturing machines.
    private uint FifoDebug()
    {
        var bits = 0u;
        for (var i = 0; i < _stampers.Length; i++)
        {
            bits |= _stampers[i].Stalled ? 1u << i : 0;
        }

        return bits;
    }

    // time.ticks_us() of the sampler: its own crystal, modulo 2^30.
    private long TicksUs()
    {
        var cycles = (Int128)_clock!.CycleAt(world.NowPs);
        return (long)((world.BootUs + (_startPs / PsPerUs) + (cycles * 1_000_000 / clockHz)) % (1L << 30));
    }

    // Counts of 32 bits that wrap, as on the wire.
    private static uint Low32(long value) => unchecked((uint)value);
}
