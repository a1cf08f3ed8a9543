namespace LatencyLab.Targets;

/// <summary>A test as the target's script is asked for it: what must be loaded, and the call.</summary>
public interface ITargetTest
{
    /// <summary>Number of this measurement; lines with another one belong to somebody else.</summary>
    uint Nonce { get; }

    /// <summary>Name of the script's call.</summary>
    string Call { get; }

    /// <summary>The script parts that the test needs, in the order in which they are loaded.</summary>
    IEnumerable<string> Parts { get; }

    /// <summary>What the board is made to do besides the test.</summary>
    TargetConditions Conditions { get; }

    /// <summary>Arguments of the call.</summary>
    string ToJson();
}
