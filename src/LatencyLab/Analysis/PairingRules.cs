using LatencyLab.Signals;

namespace LatencyLab.Analysis;

/// <summary>
/// How stimuli and answers are joined. A stimulus is answered by the first response edge from its own tick on, within the window and before the next stimulus;
/// an edge in the tick of the next stimulus is that one's. The first answer after the window is late, a further one within it extra, every other one
/// spurious. A stimulus whose window meets a gap on either channel, or is cut by the end without an answer, is excluded; after a gap nothing counts until
/// the next stimulus that was surely seen.
/// </summary>
/// <param name="StimulusChannel">Index of the channel that asks.</param>
/// <param name="ResponseChannel">Index of the channel that answers; may be the same line with another edge.</param>
/// <param name="StimulusEdge">Edges that are stimuli.</param>
/// <param name="ResponseEdge">Edges that are answers.</param>
/// <param name="WindowTicks">A later answer is late; null means until the next stimulus.</param>
/// <param name="MinLatencyTicks">An earlier answer is crosstalk and never pairs; 0 accepts an answer in the tick of its stimulus.</param>
/// <param name="Warmup">So many stimuli come first, get negative sequence numbers, and are in no count.</param>
/// <param name="TrainLength">So many stimuli come close together and are paired by counting (<see cref="TrainPairer"/>); null: each for itself.</param>
public sealed record PairingRules(
    int StimulusChannel,
    int ResponseChannel,
    EdgeKind StimulusEdge = EdgeKind.Rising,
    EdgeKind ResponseEdge = EdgeKind.Rising,
    long? WindowTicks = null,
    long MinLatencyTicks = 0,
    long Warmup = 0,
    int? TrainLength = null);
