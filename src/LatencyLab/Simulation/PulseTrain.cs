namespace LatencyLab.Simulation;

/// <summary>Edges that the target makes without being asked: a burst that toggles, a timer.</summary>
internal sealed class PulseTrain : TargetActivity
{
    private readonly Wires _wires;
    private readonly PinNode _response;
    private readonly IEnumerator<long> _edges;
    private bool _more;
    private bool _level;

    /// <param name="wires">Where the response pin is driven.</param>
    /// <param name="response">The response pin, low.</param>
    /// <param name="edges">Virtual times of its edges, ascending, the first one rising.</param>
    public PulseTrain(Wires wires, PinNode response, IEnumerable<long> edges)
    {
        _wires = wires;
        _response = response;
        _edges = edges.GetEnumerator();
        _more = _edges.MoveNext();
    }

    public override long NextEventPs => _more && !Hung ? _edges.Current : long.MaxValue;

    public override void Fire(long nowPs)
    {
        _level = !_level;
        if (_level)
        {
            Callbacks++;
        }

        if (!Stuck)
        {
            _wires.Configure(_response, PinMode.Output, PinPull.None, _level, nowPs);
        }

        _more = _edges.MoveNext();
    }
}
