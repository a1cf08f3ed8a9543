using LatencyLab.Signals;

namespace LatencyLab.Analysis;

/// <summary>A way to join stimuli with answers while edges stream in, and what it counts besides the pairs.</summary>
public interface IPairing : IEdgeSink
{
    /// <summary>Further answers to stimuli that have one, warm-up not included.</summary>
    long Extra { get; }

    /// <summary>All other answers without a stimulus, warm-up not included.</summary>
    long Spurious { get; }

    /// <summary>Answers seen, paired or not, warm-up included: what the target's callback counter is compared with.</summary>
    long AnswersSeen { get; }

    /// <summary>Answers known to be lost in gaps of the response channel, warm-up included.</summary>
    long AnswersLost { get; }
}
