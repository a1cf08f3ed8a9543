namespace LatencyLab.Simulation;

/// <summary>
/// One capturing state machine with its DMA ring, as the <c>edge_ts</c> program behaves: samples on a grid of two cycles, 4 cycles of dead time
/// after an edge, one counter value a seen edge. Nothing here runs PIO instructions: this is the behaviour that the program promises.
/// </summary>
internal sealed class EdgeStamper : ILineListener
{
    public const int RingWords = 4096;

    // Two instructions run before the first sample.
    private const long FirstSampleCycle = 2;
    private const long DeadCycles = 4;

    private readonly SamplerClock _clock;
    private readonly uint[] _ring;
    private readonly long? _limit;
    private readonly ICapturedEdges? _truth;
    private long _nextSample = FirstSampleCycle;
    private bool _seen;
    private bool _pendingLevel;
    private long _pendingCycle;
    private long _pendingEdge = -1;

    /// <param name="clock">The sampler's clock, cycle 0 being the start.</param>
    /// <param name="level">Level of the line at the start.</param>
    /// <param name="limit">Words after which the DMA stops (one-shot); null: it goes round its ring.</param>
    /// <param name="truth">Where true edges and their stamps are noted; null: nowhere.</param>
    public EdgeStamper(SamplerClock clock, bool level, long? limit, ICapturedEdges? truth)
    {
        _clock = clock;
        _limit = limit;
        _ring = new uint[limit ?? RingWords];
        _truth = truth;
        _pendingLevel = level;
        _pendingCycle = FirstSampleCycle;
    }

    /// <summary>Records that the DMA has written.</summary>
    public long Written { get; private set; }

    /// <summary>True once the DMA has stopped.</summary>
    public bool IsFull => Written >= _limit;

    /// <summary>True once the DMA has stopped and the FIFO behind it is full: RXSTALL.</summary>
    public bool Stalled { get; private set; }

    public void OnEdge(long timePs, bool level, long ordinal, long? causeOrdinal)
    {
        var cycle = _clock.FirstCycleThatSees(timePs);
        Resolve(cycle);
        _pendingLevel = level;
        _pendingCycle = cycle;
        _pendingEdge = _truth?.Add(timePs, level, causeOrdinal) ?? -1;
    }

    /// <summary>Stamps what the state machine has seen up to a time.</summary>
    public void Settle(long nowPs) => Resolve(_clock.CycleAt(nowPs));

    /// <summary>Words that there is room for.</summary>
    public int Room => _ring.Length;

    /// <summary>Word <paramref name="index"/> of the ring; the last <see cref="Room"/> are there.</summary>
    public uint Word(long index) => _ring[index % _ring.Length];

    // The line has had its pending level from _pendingCycle up to, not including, beforeCycle.
    private void Resolve(long beforeCycle)
    {
        if (_pendingLevel == _seen)
        {
            return;
        }

        var sample = Math.Max(_nextSample, _pendingCycle + (_pendingCycle & 1));
        if (sample >= beforeCycle)
        {
            return;
        }

        _seen = _pendingLevel;
        _nextSample = sample + DeadCycles;
        var count = (sample - FirstSampleCycle) / 2;
        if (_limit <= Written)
        {
            Stalled = true;
            return;
        }

        // 32 bits of a counter that wraps every 2^32 counts.
        _ring[Written % _ring.Length] = unchecked(0xFFFFFFFFu - (uint)count);
        _truth?.Stamped(_pendingEdge, count, Written);
        Written++;
    }
}
