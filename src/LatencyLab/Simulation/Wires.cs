namespace LatencyLab.Simulation;

/// <summary>Which of the two boards.</summary>
internal enum Side
{
    Target,
    Sampler,
}

internal enum PinMode
{
    Input,
    Output,
}

internal enum PinPull
{
    None,
    Up,
    Down,
}

/// <summary>Hears each change of level on a line.</summary>
internal interface ILineListener
{
    /// <param name="timePs">Virtual time of the edge.</param>
    /// <param name="level">Level after it.</param>
    /// <param name="ordinal">Number of the edge on this line since the world began, from 0.</param>
    /// <param name="causeOrdinal">Edge on the stimulus line that made the driver act; null where the driver acts of itself.</param>
    void OnEdge(long timePs, bool level, long ordinal, long? causeOrdinal);
}

/// <summary>One pin of one board.</summary>
internal sealed class PinNode(Side side, int gpio)
{
    public Side Side { get; } = side;

    public int Gpio { get; } = gpio;

    public PinMode Mode { get; set; }

    public PinPull Pull { get; set; }

    /// <summary>Level of the output latch.</summary>
    public bool Latch { get; set; }

    public Line Line { get; set; } = null!;
}

/// <summary>Pins that are connected, and the level that they agree on.</summary>
internal sealed class Line(PinNode first)
{
    public List<PinNode> Nodes { get; } = [first];

    public List<ILineListener> Listeners { get; } = [];

    /// <summary>Level now; a line that nothing drives keeps its last one.</summary>
    public bool Level { get; private set; }

    /// <summary>Edges so far.</summary>
    public long Edges { get; private set; }

    public int Outputs => Nodes.Count(n => n.Mode == PinMode.Output);

    /// <summary>The level that outputs or pulls give the line; null when it floats. Outputs that fight pull it low.</summary>
    public bool? Driven
    {
        get
        {
            bool? level = null;
            foreach (var node in Nodes)
            {
                if (node.Mode == PinMode.Output)
                {
                    level = (level ?? true) && node.Latch;
                }
            }

            if (level is not null)
            {
                return level;
            }

            var up = Nodes.Any(n => n.Pull == PinPull.Up);
            var down = Nodes.Any(n => n.Pull == PinPull.Down);
            return up == down ? null : up;
        }
    }

    /// <summary>Works out the level anew and tells the listeners when it changed.</summary>
    public void Update(long nowPs, long? causeOrdinal)
    {
        if (Driven is not { } level || level == Level)
        {
            return;
        }

        Level = level;
        var ordinal = Edges++;
        foreach (var listener in Listeners)
        {
            listener.OnEdge(nowPs, level, ordinal, causeOrdinal);
        }
    }
}

/// <summary>All pins of both boards and the two wires between them, faults of the wiring included.</summary>
internal sealed class Wires
{
    private readonly Dictionary<(Side Side, int Gpio), PinNode> _nodes = [];
    private readonly SimulationRandom _floating;
    private readonly FaultPlan _faults;
    private readonly int? _fixedPin;
    private readonly int? _fixedResponse;
    private (int A, int B)? _bridge;
    private int? _planPin;
    private int? _planResponse;
    private int? _pin;
    private int? _response;

    /// <param name="seed">Source of the levels that floating pins read.</param>
    /// <param name="faults">Swapped, open or shorted wires.</param>
    /// <param name="pin">GPIO of the target behind the stimulus wire; null: the first that a script names.</param>
    /// <param name="response">GPIO of the target behind the response wire; null: the second that a script names.</param>
    public Wires(ulong seed, FaultPlan faults, int? pin, int? response)
    {
        _floating = SimulationRandom.For(seed, "floating pins");
        _faults = faults;
        _fixedPin = pin;
        _fixedResponse = response;
        Rewire(pin, response);
    }

    /// <summary>The sampler's end of the stimulus wire.</summary>
    public const int StimulusGpio = 2;

    /// <summary>The sampler's end of the response wire.</summary>
    public const int ResponseGpio = 3;

    /// <summary>How often a line got a second output: each time a real pin may have been damaged.</summary>
    public int Conflicts { get; private set; }

    /// <summary>A pin, with the line that it is on.</summary>
    public PinNode Node(Side side, int gpio)
    {
        if (!_nodes.TryGetValue((side, gpio), out var node))
        {
            node = new PinNode(side, gpio);
            node.Line = new Line(node);
            _nodes.Add((side, gpio), node);
        }

        return node;
    }

    private bool Automatic => KnownPin is null || KnownResponse is null;

    private int? KnownPin => _fixedPin ?? _planPin;

    private int? KnownResponse => _fixedResponse ?? _planResponse;

    /// <summary>Both wires go to the pins of a plan from now on, except where the selector fixed one.</summary>
    public void Fix(int pin, int response)
    {
        (_planPin, _planResponse) = (pin, response);
        Rewire(KnownPin, KnownResponse);
    }

    /// <summary>A wire between two pins of the target; the fault "open stimulus" leaves it away.</summary>
    public void Bridge(int a, int b)
    {
        _bridge = _faults.OpenStimulus ? null : (a, b);
        Rewire(_pin, _response);
    }

    /// <summary>A script names a pin of the target: it gets the next wire that has no pin yet.</summary>
    public void Mention(int gpio)
    {
        if (!Automatic || gpio == _pin || gpio == _response)
        {
            return;
        }

        if (_pin is null)
        {
            Rewire(gpio, _response);
        }
        else if (_response is null)
        {
            Rewire(_pin, gpio);
        }
    }

    /// <summary>A script names one pin of the target alone: a test without stimuli, which has the response wire only.</summary>
    public void MentionAlone(int gpio)
    {
        if (KnownResponse is null && _response is null && gpio != _pin)
        {
            Rewire(_pin, gpio);
        }
    }

    /// <summary>The roles of the target's pins are known: wires without a fixed pin go there.</summary>
    public void Assign(int pin, int response)
    {
        if (Automatic)
        {
            Rewire(KnownPin ?? pin, KnownResponse ?? response);
        }
    }

    /// <summary>Wires without a fixed pin are free again: the target was reset.</summary>
    public void Forget()
    {
        if (Automatic)
        {
            Rewire(KnownPin, KnownResponse);
        }
    }

    /// <summary>Makes a pin an input or an output and changes the line's level accordingly.</summary>
    public void Configure(PinNode node, PinMode mode, PinPull pull, bool latch, long nowPs, long? causeOrdinal = null)
    {
        var fights = node.Mode == PinMode.Input && mode == PinMode.Output && node.Line.Outputs > 0;
        node.Mode = mode;
        node.Pull = pull;
        node.Latch = latch;
        if (fights)
        {
            Conflicts++;
        }

        node.Line.Update(nowPs, causeOrdinal);
    }

    /// <summary>All pins of a board become inputs: it was reset.</summary>
    public void PowerOff(Side side, long nowPs)
    {
        foreach (var node in _nodes.Values.Where(n => n.Side == side).ToList())
        {
            Configure(node, PinMode.Input, PinPull.None, latch: false, nowPs);
        }
    }

    /// <summary>What the board reads at a pin; a floating one reads anything.</summary>
    public bool Read(PinNode node) => node.Line.Driven ?? _floating.NextBool(0.5);

    private void Rewire(int? pin, int? response)
    {
        (_pin, _response) = (pin, response);
        foreach (var node in _nodes.Values)
        {
            // Listeners stay with the pin that they were put on: nothing listens while wires move.
            node.Line = new Line(node);
        }

        var (stimulusEnd, responseEnd) = _faults.SwappedWires ? (ResponseGpio, StimulusGpio) : (StimulusGpio, ResponseGpio);
        if (pin is { } p && !_faults.OpenStimulus)
        {
            Join(Node(Side.Target, p), Node(Side.Sampler, stimulusEnd));
        }

        if (response is { } r && !_faults.OpenResponse)
        {
            Join(Node(Side.Target, r), Node(Side.Sampler, responseEnd));
        }

        if (_faults.ShortedWires)
        {
            Join(Node(Side.Sampler, StimulusGpio), Node(Side.Sampler, ResponseGpio));
        }

        if (_bridge is { } bridge)
        {
            Join(Node(Side.Target, bridge.A), Node(Side.Target, bridge.B));
        }

        foreach (var node in _nodes.Values)
        {
            node.Line.Update(nowPs: 0, causeOrdinal: null);
        }
    }

    private static void Join(PinNode a, PinNode b)
    {
        if (a.Line == b.Line)
        {
            return;
        }

        var joined = b.Line;
        foreach (var node in joined.Nodes)
        {
            node.Line = a.Line;
            a.Line.Nodes.Add(node);
        }
    }
}
