namespace LatencyLab.Simulation;

/// <summary>What truly happened on the stimulus and the response line of one capture.</summary>
internal sealed class CaptureTruth
{
    private readonly bool _keep;
    private readonly List<ICapturedEdges?> _channels = [];
    private SamplerClock? _clock;
    private int _stimulusChannel;
    private int _responseChannel = 1;

    /// <param name="keep">False: nothing is noted, so that boards which serve for hours don't grow.</param>
    public CaptureTruth(bool keep) => _keep = keep;

    /// <summary>Which edges of the stimulus line are stimuli.</summary>
    public IrqTrigger Trigger { get; private set; }

    /// <summary>The response asks when it rises and answers when it falls.</summary>
    public bool AnswersWithWidth { get; private set; }

    /// <summary>Virtual time at which the state machines stopped.</summary>
    public long EndPs { get; private set; }

    public CapturedEdges? Stimulus => Channel(_stimulusChannel) as CapturedEdges;

    public CapturedEdges? Response => Channel(_responseChannel) as CapturedEdges;

    /// <summary>Counts instead of a list; null for neither or a list.</summary>
    public CountedTruth? Counted { get; set; }

    /// <summary>Virtual time of tick 0: the first sample, two cycles after the start.</summary>
    public long TickZeroPs => _clock?.TimeOf(2) ?? 0;

    /// <summary>Last tick that the sampler could have stamped.</summary>
    public long EndTick => TickAt(EndPs);

    public void Begin(SamplerClock clock, CapturePlan plan, SimulatedWorld world)
    {
        _clock = clock;
        _channels.Clear();
        Trigger = world.Activity?.Trigger ?? IrqTrigger.Rising;
        AnswersWithWidth = world.Activity?.AnswersWithWidth ?? false;
        Counted?.Begin();
        _stimulusChannel = Math.Max(0, plan.Channels.ToList().IndexOf(plan.StimulusGpio ?? -1));
        _responseChannel = plan.Channels.Count > 1 ? (_stimulusChannel == 0 ? 1 : 0) : -1;
    }

    /// <summary>Where the edges of a channel are noted; null: nowhere.</summary>
    public ICapturedEdges? EdgesOf(int channel, Line line)
    {
        ICapturedEdges? edges = Counted is { } counted && channel == _stimulusChannel ? counted.Stimuli(line.Edges, Trigger)
            : Counted is { } also && channel == _responseChannel ? also.Answers()
            : _keep && (channel == _stimulusChannel || channel == _responseChannel) ? new CapturedEdges(line.Edges) : null;
        while (_channels.Count <= channel)
        {
            _channels.Add(null);
        }

        _channels[channel] = edges;
        return edges;
    }

    /// <summary>The tick in which a virtual time lies.</summary>
    public long TickAt(long timePs) => _clock is { } clock ? (clock.CycleAt(timePs) - 2) / 2 : 0;

    public void Delivered(int channel, long fromWord, long toWord) => Channel(channel)?.Delivered(fromWord, toWord);

    public void End(long endPs)
    {
        EndPs = endPs;
        Counted?.End(EndTick);
    }

    private ICapturedEdges? Channel(int index) => index >= 0 && index < _channels.Count ? _channels[index] : null;
}
