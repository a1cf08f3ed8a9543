using LatencyLab.Signals;

namespace LatencyLab.Analysis;

/// <content>The tight loop over stimuli that need no closer look.</content>
public sealed partial class Pairer
{
    /// <summary>
    /// The ordinary case in a tight loop: from the open stimulus on, the last one taken, as long as each has one answer in its window or none at all
    /// and the next stimulus is known. Stops at the first that needs a closer look.
    /// </summary>
    private void FastForward(ReadOnlySpan<long> stimuli, ref int s, ReadOnlySpan<long> responses, ref int r, long limitTick)
    {
        // Everything that the loop touches stands in locals, so that it stays in registers; ticks are far from the ends of their range.
        var (tick, sequence, flags, minLatency, window) = (_open.Tick, _open.Sequence, _open.Flags, rules.MinLatencyTicks, _window);
        var (nextSequence, batched, i, j) = (_nextSequence, _batched, s, r);
        var alternation = rules.StimulusEdge == EdgeKind.Both ? PairFlags.Falling : PairFlags.None;
        var batch = _batch;
        var answer = j < responses.Length ? responses[j] : long.MaxValue;
        unchecked
        {
            while ((uint)i < (uint)stimuli.Length && stimuli[i] < limitTick)
            {
                var next = stimuli[i];
                if ((uint)batched >= (uint)batch.Length)
                {
                    _batched = batched;
                    Flush();
                    batched = 0;
                }

                // The open stimulus stands before the next one.
                var ordinary = OrdinaryPairs.Count(stimuli[(i - 1)..], responses[j..], minLatency, window, limitTick, batch.Length - batched);
                if (ordinary > 0)
                {
                    var target = batch.AsSpan(batched, ordinary);
                    var asked = stimuli.Slice(i - 1, ordinary);
                    var answered = responses.Slice(j, ordinary);
                    for (var k = 0; k < target.Length && k < asked.Length && k < answered.Length; k++)
                    {
                        target[k] = new Pair(sequence + k, asked[k], answered[k], PairStatus.Matched, flags);
                        flags ^= alternation;
                    }

                    (batched, sequence, nextSequence) = (batched + ordinary, sequence + ordinary, nextSequence + ordinary);
                    (i, j) = (i + ordinary, j + ordinary);
                    tick = stimuli[i - 1];
                    answer = j < responses.Length ? responses[j] : long.MaxValue;
                    continue;
                }

                if (answer < next)
                {
                    var following = (uint)(j + 1) < (uint)responses.Length ? responses[j + 1] : long.MaxValue;
                    if (answer - tick < minLatency || answer - tick >= window || following < next)
                    {
                        break;
                    }

                    batch[batched++] = new Pair(sequence, tick, answer, PairStatus.Matched, flags);
                    answer = following;
                    j++;
                }
                else
                {
                    batch[batched++] = new Pair(sequence, tick, 0, PairStatus.Missed, flags | PairFlags.NoResponse);
                }

                tick = next;
                sequence = nextSequence++;
                flags ^= alternation;
                i++;
            }
        }

        AnswersSeen += j - r;
        (_open.Tick, _open.Sequence, _open.Flags, _nextSequence, _batched, s, r) = (tick, sequence, flags, nextSequence, batched, i, j);
        _polarity.Resume((flags & PairFlags.Falling) == PairFlags.None);
    }
}
