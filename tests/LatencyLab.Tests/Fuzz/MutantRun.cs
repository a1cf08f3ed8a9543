using LatencyLab.Signals;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Tests.Fuzz;

/// <summary>Feeds mutants to a reader: each ends in a capture that keeps the sink's rules or in a typed error, and nothing grows.</summary>
internal static class MutantRun
{
    private const int LongCount = 100_000;
    private const int ShortCount = 400;

    // A reader that believes a lying count would take gigabytes at once. Of this thread alone: other tests run beside.
    private const long MostBytesOfOneMutant = 64 * 1024 * 1024;

    /// <summary>What became of the mutants.</summary>
    /// <param name="Read">Still a capture.</param>
    /// <param name="Refused">Ended in a typed error.</param>
    internal readonly record struct Outcome(int Read, int Refused);

    /// <param name="mutator">Makes the mutants.</param>
    /// <param name="read">Reads the file at a path into a sink.</param>
    public static Outcome Run(Mutator mutator, Action<string, IEdgeSink> read)
    {
        var path = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"latencylab-{Guid.NewGuid():N}");
        var (captures, refused) = (0, 0);
        try
        {
            for (var number = 0; number < (Tool.LongRuns ? LongCount : ShortCount); number++)
            {
                File.WriteAllBytes(path, mutator.Mutant(number));
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    var sink = new StrictSink();
                    read(path, sink);
                    Assert.True(sink.HasEnded, $"mutant {number} ended without an end");
                    captures++;
                }
                catch (LatencyLabException e) when (e.Kind is FaultKind.Storage or FaultKind.Usage)
                {
                    Assert.True(e.Where is not null, $"mutant {number}: an error without a place: {e.Message}");
                    refused++;
                }
                catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
                {
                    Assert.Fail($"mutant {number}: {e}");
                }

                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytesOfOneMutant, $"mutant {number} took {(GC.GetAllocatedBytesForCurrentThread() - before) >> 20} MB");
            }
        }
        finally
        {
            File.Delete(path);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{captures} mutants read, {refused} refused");
        return new Outcome(captures, refused);
    }

    /// <summary>Holds a reader to the order of calls and of ticks.</summary>
    private sealed class StrictSink : IEdgeSink
    {
        private long[] _last = [];
        private bool?[] _levels = [];
        private long[] _doubtUntil = [];
        private long _complete = long.MinValue;

        public bool HasEnded { get; private set; }

        public void Begin(CaptureHeader header)
        {
            Assert.Empty(_last);
            Assert.NotEmpty(header.Channels);
            Assert.InRange(header.TimeBase.TickHz, 1, TimeBase.MaxTickHz);
            _last = [.. header.Channels.Select(_ => header.StartTick)];
            _levels = [.. header.Channels.Select(c => c.InitialLevel)];
            _doubtUntil = [.. header.Channels.Select(_ => long.MinValue)];
            Assert.Equal(Enumerable.Range(0, _last.Length), header.Channels.Select(c => c.Index));
        }

        public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
        {
            Assert.False(HasEnded);
            Assert.False(ticks.IsEmpty);
            Assert.True(_levels[channel] != firstLevel || _last[channel] <= _doubtUntil[channel], "levels don't alternate");
            foreach (var tick in ticks)
            {
                Assert.True(tick > _last[channel] && tick >= _complete, "a tick goes back");
                _last[channel] = tick;
            }

            _levels[channel] = firstLevel ^ ((ticks.Length & 1) == 0);
        }

        public void Gap(Gap gap)
        {
            Assert.False(HasEnded);
            Assert.True(gap.FromTick <= gap.ToTick);
            for (var channel = 0; channel < _doubtUntil.Length; channel++)
            {
                _doubtUntil[channel] = gap.Channel is null || gap.Channel == channel ? Math.Max(_doubtUntil[channel], gap.ToTick) : _doubtUntil[channel];
            }
        }

        public void Advance(long completeBeforeTick) => _complete = Math.Max(_complete, completeBeforeTick);

        public void End(long endTick)
        {
            Assert.False(HasEnded);
            Assert.All(_last, last => Assert.True(endTick >= last, "the end lies before an edge"));
            HasEnded = true;
        }
    }
}
