using CsCheck;
using LatencyLab.Analysis;

namespace LatencyLab.Tests.Analysis;

public sealed class PairRelayTests
{
    [Fact]
    public void Pairs_arrive_once_and_in_order_however_they_are_handed_over() =>
        Gen.Int[0, 9000].List[0, 12].Sample(sizes =>
        {
            var arrived = new Collected();
            var next = 0L;
            using (var relay = new PairRelay(arrived))
            {
                foreach (var size in sizes)
                {
                    relay.Pairs([.. Enumerable.Range(0, size).Select(_ => new Pair(next++, 0, 0, PairStatus.Missed, PairFlags.None))]);
                }
            }

            Assert.Equal(Enumerable.Range(0, (int)next).Select(i => (long)i), arrived.Sequences);
        }, iter: 50);

    [Fact]
    public void A_fault_of_the_sink_is_thrown_once_and_nobody_waits_for_it_afterwards()
    {
        var full = new Full();
        var pairs = new Pair[20_000];
        var relay = new PairRelay(full);
        Assert.Throws<IOException>(() =>
        {
            // More than is ever on the way: at the latest then the fault is known.
            relay.Pairs(pairs);
            relay.Pairs(pairs);
        });
        relay.Pairs(pairs);
        relay.Pairs(pairs);
        relay.Dispose();
        Assert.Equal(1, full.Calls);
    }

    [Fact]
    public void A_fault_with_the_last_pairs_is_thrown_at_the_end()
    {
        var relay = new PairRelay(new Full());
        relay.Pairs(new Pair[1]);
        Assert.Throws<IOException>(relay.Dispose);
    }

    private sealed class Collected : IPairSink
    {
        public List<long> Sequences { get; } = [];

        public void Pairs(ReadOnlySpan<Pair> pairs)
        {
            foreach (var pair in pairs)
            {
                Sequences.Add(pair.Sequence);
            }
        }
    }

    private sealed class Full : IPairSink
    {
        public int Calls { get; private set; }

        public void Pairs(ReadOnlySpan<Pair> pairs)
        {
            Calls++;
            throw new IOException("full");
        }
    }
}
