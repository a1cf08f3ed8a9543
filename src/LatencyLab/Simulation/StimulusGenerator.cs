namespace LatencyLab.Simulation;

/// <summary>The stimulus state machine: drives its pin by the table, starting with cycle 0, and leaves it low.</summary>
internal sealed class StimulusGenerator
{
    private readonly StimulusTable _table;
    private readonly SamplerClock _clock;
    private long _cycle;

    public StimulusGenerator(StimulusTable table, long pulses, SamplerClock clock)
    {
        _table = table;
        _clock = clock;
        Pulses = pulses;
        if (pulses > 0)
        {
            _cycle = table[0].LowCycles;
            NextEdgePs = clock.TimeOf(_cycle);
        }
    }

    public long Pulses { get; private set; }

    /// <summary>Pulses whose rising edge has come.</summary>
    public long Fired { get; private set; }

    /// <summary>Level after the next edge.</summary>
    public bool NextLevel { get; private set; } = true;

    /// <summary>Virtual time of the next edge; the end of time when all pulses are out.</summary>
    public long NextEdgePs { get; private set; } = long.MaxValue;

    public bool Done => NextEdgePs == long.MaxValue;

    /// <summary>No further pulse begins; one that is high ends now.</summary>
    public void Halt(long nowPs)
    {
        Pulses = Fired;
        NextEdgePs = NextLevel ? long.MaxValue : Math.Min(NextEdgePs, nowPs);
    }

    /// <summary>The next edge has happened: works out the one after it.</summary>
    public void Advance()
    {
        if (NextLevel)
        {
            _cycle += _table[Fired].HighCycles;
            Fired++;
            NextLevel = false;
        }
        else if (Fired == Pulses)
        {
            NextEdgePs = long.MaxValue;
            return;
        }
        else
        {
            _cycle += _table[Fired].LowCycles;
            NextLevel = true;
        }

        NextEdgePs = _clock.TimeOf(_cycle);
    }
}
