using CsCheck;
using LatencyLab.Analysis;
using LatencyLab.Runs.Documents;
using LatencyLab.Signals;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Tests.Analysis;

/// <summary>The queue depth that trains show, against a queue written down as plainly as can be.</summary>
public sealed class QueueDepthTests
{
    private const int TrainGap = 1_000_000;

    [Fact]
    public void What_is_said_of_the_queue_is_its_depth_or_nothing()
    {
        var found = 0;
        var tried = 0;
        (from depth in Gen.Int[1, 10]
         from length in Gen.Int[2, 24]
         from spacing in Gen.Int[8, 14]
         from dispatch in Gen.Int[20, 160]
         from service in Gen.Int[30, 90]
         from jitter in Gen.Int[1, 30]
         from seed in Gen.Int
         select (depth, length, spacing, dispatch, service, jitter, seed)).Sample(
            p =>
            {
                var burst = Measure(p.depth, p.length, p.spacing, p.dispatch, p.service, p.jitter, new Random(p.seed));
                if (burst.QueueDepth is { } said && said != p.depth)
                {
                    throw new InvalidOperationException($"a queue of {p.depth} is said to hold {said}");
                }

                Interlocked.Add(ref found, burst.QueueDepth is null ? 0 : 1);
                Interlocked.Increment(ref tried);
            },
            iter: Tool.LongRuns ? 40_000 : 400, threads: 1);
        Assert.True(found > tried / 10, $"found in {found} of {tried}");
    }

    private static BurstDocument Measure(int depth, int length, int spacing, int dispatch, int service, int jitter, Random random)
    {
        const int trains = 60;
        var (stimuli, answers) = (new List<long>(), new List<long>());
        for (var t = 0; t < trains; t++)
        {
            Play((t + 1L) * TrainGap, depth, length, spacing, dispatch, service, jitter, random, stimuli, answers);
        }

        var pairer = new TrainPairer(
            new PairingRules(0, 1, EdgeKind.Rising, EdgeKind.Rising, WindowTicks: TrainGap / 2, MinLatencyTicks: 0, Warmup: 0, TrainLength: length), new Nobody());
        pairer.Begin(new CaptureHeader(new TimeBase(62_500_000), [new Channel(0, "D0", false), new Channel(1, "D1", false)]));
        pairer.Edges(0, true, Pulses(stimuli));
        pairer.Edges(1, true, Pulses(answers));
        pairer.End((trains + 2L) * TrainGap);
        Assert.Equal(trains, pairer.Trains.Trains);
        return BurstDocument.Of(pairer.Trains, isQueued: true);
    }

    /// <summary>One train: an interrupt that finds the queue full is lost; the handler leaves the queue, answers soon, and takes the rest of its time.</summary>
    private static void Play(long at, int depth, int length, int spacing, int dispatch, int service, int jitter, Random random, List<long> stimuli, List<long> answers)
    {
        var waiting = 0;
        var next = 0;
        long? freeAt = null;
        for (var tick = at; next < length || waiting > 0; tick++)
        {
            if (next < length && tick == at + ((long)next * spacing))
            {
                stimuli.Add(tick);
                next++;
                if (waiting < depth)
                {
                    freeAt ??= tick + dispatch + random.Next(jitter);
                    waiting++;
                }
            }

            if (waiting > 0 && tick >= freeAt)
            {
                waiting--;
                // Raising the pin is the first thing a handler does: well before half its time is over.
                answers.Add(tick + random.Next(service / 3));
                freeAt = tick + service + random.Next(jitter / 4 + 1);
            }
        }
    }

    // Rising and falling, a tick apart.
    private static long[] Pulses(IEnumerable<long> rising) => [.. rising.SelectMany(t => new[] { t, t + 1 })];

    private sealed class Nobody : IPairSink
    {
        public void Pairs(ReadOnlySpan<Pair> pairs)
        {
        }
    }
}
