using CsCheck;
using LatencyLab.Analysis;

namespace LatencyLab.Tests.Analysis;

public sealed class ShiftFilterTests
{
    private static readonly Gen<(PairStatus Status, bool Surplus, bool Settle)[]> Streams =
        Gen.Select(Gen.Int[0, 4].Select(kind => kind switch { 0 => PairStatus.Missed, 1 => PairStatus.Late, _ => PairStatus.Matched }), Gen.Bool, Gen.Bool).Array[0, 200];

    [Fact]
    public void Handing_on_early_changes_nothing_of_what_is_handed_on() => Streams.Sample(stream =>
    {
        var (patient, hasty) = (new Kept(), new Kept());
        var (whole, settling) = (new ShiftFilter(patient, 5), new ShiftFilter(hasty, 5));
        for (var i = 0; i < stream.Length; i++)
        {
            var pair = new Pair(i, i * 100, (i * 100) + 7, stream[i].Status, stream[i].Surplus && i % 7 == 0 ? PairFlags.Surplus : PairFlags.None);
            whole.Pairs([pair]);
            settling.Pairs([pair]);
            if (stream[i].Settle)
            {
                settling.Settle();
            }
        }

        whole.Flush();
        settling.Flush();
        Assert.Equal(patient.Pairs, hasty.Pairs);
        Assert.Equal(whole.Flagged, settling.Flagged);
    });

    [Fact]
    public void A_stimulus_is_seen_at_once_where_nothing_is_missed()
    {
        var kept = new Kept();
        var filter = new ShiftFilter(kept, 9);
        filter.Pairs([new Pair(0, 0, 10, PairStatus.Matched, PairFlags.None)]);
        filter.Settle();
        Assert.Single(kept.Pairs);
        filter.Pairs([new Pair(1, 100, 0, PairStatus.Missed, PairFlags.NoResponse), new Pair(2, 200, 210, PairStatus.Matched, PairFlags.None)]);
        filter.Settle();
        Assert.Single(kept.Pairs);
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    [InlineData(5000, true)]
    public void A_surplus_answer_further_behind_a_missed_stimulus_than_a_queue_is_deep_is_noticed(int distance, bool expected)
    {
        var filter = new ShiftFilter(new Kept(), 9);
        filter.Pairs([.. Enumerable.Range(0, distance + 1).Select(i => i == 0
            ? new Pair(i, i, 0, PairStatus.Missed, PairFlags.NoResponse)
            : new Pair(i, i * 100, (i * 100) + 7, PairStatus.Matched, i == distance ? PairFlags.Surplus : PairFlags.None))]);
        Assert.Equal(expected, filter.IsFarBehind);
    }

    [Fact]
    public void A_lost_interrupt_long_before_a_late_answer_is_no_shift()
    {
        var filter = new ShiftFilter(new Kept(), 9);
        filter.Pairs([.. Enumerable.Range(0, 400).Select(i => i is 0 or 390
            ? new Pair(i, i, 0, PairStatus.Missed, PairFlags.NoResponse)
            : new Pair(i, i * 100, (i * 100) + 7, PairStatus.Matched, i == 392 ? PairFlags.Surplus : PairFlags.None))]);
        Assert.False(filter.IsFarBehind);
    }

    private sealed class Kept : IPairSink
    {
        public List<Pair> Pairs { get; } = [];

        void IPairSink.Pairs(ReadOnlySpan<Pair> pairs) => Pairs.AddRange(pairs);
    }
}
