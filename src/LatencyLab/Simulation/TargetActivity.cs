namespace LatencyLab.Simulation;

/// <summary>What an armed script of the target makes happen by itself, in virtual time.</summary>
internal abstract class TargetActivity
{
    /// <summary>Edges of the stimulus that are answered.</summary>
    public virtual IrqTrigger Trigger => IrqTrigger.Rising;

    /// <summary>The response asks when it rises and answers when it falls: the schedule test.</summary>
    public virtual bool AnswersWithWidth => false;

    /// <summary>Handlers that have been entered, or periods that were made.</summary>
    public long Callbacks { get; protected set; }

    /// <summary>The script runs, but its pin doesn't move.</summary>
    public bool Stuck { get; set; }

    /// <summary>Nothing runs any more.</summary>
    public bool Hung { get; set; }

    /// <summary>Virtual time of the next thing that happens of itself.</summary>
    public abstract long NextEventPs { get; }

    /// <summary>Does what is due at <paramref name="nowPs"/>, which is <see cref="NextEventPs"/>.</summary>
    public abstract void Fire(long nowPs);
}
