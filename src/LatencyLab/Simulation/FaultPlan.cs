using System.Globalization;

namespace LatencyLab.Simulation;

/// <summary>
/// What goes wrong on purpose. Probabilities are per frame (<see cref="Drop"/>, <see cref="Double"/>, <see cref="Reorder"/>) or per bit
/// (<see cref="Flip"/>); places count stimuli or captured words from 0; null: never.
/// </summary>
public sealed record FaultPlan
{
    private static readonly string[] Known =
    [
        "drop:P", "flip:P", "double:P", "reorder:P", "foreign", "noend", "overrun@WORD", "unplug@STIMULUS",
        "reboot@STIMULUS", "stuck@STIMULUS", "hang@STIMULUS", "swap", "open", "open:stimulus", "short",
    ];

    /// <summary>A frame with edges or a heartbeat never arrives.</summary>
    public double Drop { get; init; }

    /// <summary>A bit of such a frame is turned.</summary>
    public double Flip { get; init; }

    /// <summary>Such a frame arrives twice.</summary>
    public double Double { get; init; }

    /// <summary>Such a frame changes places with the next one.</summary>
    public double Reorder { get; init; }

    /// <summary>Frames of another capture stand between.</summary>
    public bool Foreign { get; init; }

    /// <summary>The END frame never arrives.</summary>
    public bool NoEnd { get; init; }

    /// <summary>The sampler's ring is overtaken when this many words of the stimulus channel were captured.</summary>
    public long? OverrunAtWord { get; init; }

    /// <summary>The sampler's link is lost at this stimulus.</summary>
    public long? UnplugAtStimulus { get; init; }

    /// <summary>The target restarts at this stimulus.</summary>
    public long? RebootAtStimulus { get; init; }

    /// <summary>From this stimulus on the response pin doesn't move, though callbacks run.</summary>
    public long? StuckAtStimulus { get; init; }

    /// <summary>From this stimulus on the target does nothing any more, until Ctrl-C.</summary>
    public long? HangAtStimulus { get; init; }

    /// <summary>Both wires are swapped.</summary>
    public bool SwappedWires { get; init; }

    /// <summary>The response wire isn't connected.</summary>
    public bool OpenResponse { get; init; }

    /// <summary>The stimulus wire isn't connected.</summary>
    public bool OpenStimulus { get; init; }

    /// <summary>Both wires touch each other.</summary>
    public bool ShortedWires { get; init; }

    /// <summary>Reads "drop:0.01,overrun@500,foreign" and adds it to this plan.</summary>
    /// <exception cref="LatencyLabException">A fault isn't known or its number isn't one (kind usage).</exception>
    public FaultPlan With(string text)
    {
        var plan = this;
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            plan = plan.WithOne(item);
        }

        return plan;
    }

    /// <summary>Both plans at once; where both say something, the other plan wins.</summary>
    public FaultPlan Over(FaultPlan other) => new()
    {
        Drop = other.Drop > 0 ? other.Drop : Drop,
        Flip = other.Flip > 0 ? other.Flip : Flip,
        Double = other.Double > 0 ? other.Double : Double,
        Reorder = other.Reorder > 0 ? other.Reorder : Reorder,
        Foreign = Foreign || other.Foreign,
        NoEnd = NoEnd || other.NoEnd,
        OverrunAtWord = other.OverrunAtWord ?? OverrunAtWord,
        UnplugAtStimulus = other.UnplugAtStimulus ?? UnplugAtStimulus,
        RebootAtStimulus = other.RebootAtStimulus ?? RebootAtStimulus,
        StuckAtStimulus = other.StuckAtStimulus ?? StuckAtStimulus,
        HangAtStimulus = other.HangAtStimulus ?? HangAtStimulus,
        SwappedWires = SwappedWires || other.SwappedWires,
        OpenResponse = OpenResponse || other.OpenResponse,
        OpenStimulus = OpenStimulus || other.OpenStimulus,
        ShortedWires = ShortedWires || other.ShortedWires,
    };

    private FaultPlan WithOne(string item)
    {
        var at = item.IndexOfAny([':', '@']);
        var name = at < 0 ? item : item[..(at + 1)];
        var value = at < 0 ? "" : item[(at + 1)..];
        return name switch
        {
            "drop:" => this with { Drop = Probability(item, value) },
            "flip:" => this with { Flip = Probability(item, value) },
            "double:" => this with { Double = Probability(item, value) },
            "reorder:" => this with { Reorder = Probability(item, value) },
            "foreign" => this with { Foreign = true },
            "noend" => this with { NoEnd = true },
            "overrun@" => this with { OverrunAtWord = Place(item, value) },
            "unplug@" => this with { UnplugAtStimulus = Place(item, value) },
            "reboot@" => this with { RebootAtStimulus = Place(item, value) },
            "stuck@" => this with { StuckAtStimulus = Place(item, value) },
            "hang@" => this with { HangAtStimulus = Place(item, value) },
            "swap" => this with { SwappedWires = true },
            "open" => this with { OpenResponse = true },
            "open:" when value is "response" => this with { OpenResponse = true },
            "open:" when value is "stimulus" => this with { OpenStimulus = true },
            "short" => this with { ShortedWires = true },
            _ => throw Bad(item),
        };
    }

    private static double Probability(string item, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var p) && p is >= 0 and <= 1 ? p : throw Bad(item);

    private static long Place(string item, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : throw Bad(item);

    private static LatencyLabException Bad(string item) =>
        new(FaultKind.Usage, $"'{item}' is not a fault that the simulator knows", "fault=", $"One of: {string.Join(", ", Known)}.");
}
