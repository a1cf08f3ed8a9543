using CsCheck;
using LatencyLab.Statistics;

namespace LatencyLab.Tests.Statistics;

public sealed class CountTableTests
{
    private static readonly Gen<long> Value = Gen.Frequency(
        (6, Gen.Long[0, 5000]), (2, Gen.Long[-300, 2_000_000]), (1, Gen.Long), (1, Gen.OneOf<long>(Gen.Const(long.MinValue), Gen.Const(long.MaxValue), Gen.Long[-1, 0], Gen.Long[CountTable.WindowTicks - 1, CountTable.WindowTicks])));

    [Fact]
    public void Holds_exactly_what_was_added_whatever_the_order_and_the_way() =>
        Value.Array[0, 300].Sample(values =>
        {
            var one = new CountTable();
            one.Add(values);
            var other = new CountTable();
            foreach (var value in values.Reverse())
            {
                other.Add(value);
            }

            var expected = values.Order().ToArray();
            return Expand(one.ToSorted()).SequenceEqual(expected) && Expand(other.ToSorted()).SequenceEqual(expected)
                && one.Count == values.Length && one.ToSorted().Sum == values.Aggregate((Int128)0, (sum, v) => sum + v);
        });

    [Fact]
    public void Merging_equals_pooling() =>
        Gen.Select(Value.Array[0, 200], Value.Array[0, 200]).Sample((left, right) =>
        {
            var merged = Table(left);
            merged.Merge(Table(right));
            return Expand(merged.ToSorted()).SequenceEqual(left.Concat(right).Order());
        });

    [Fact]
    public void Ranks_look_up_the_order_statistics() =>
        Value.Array[1, 200].Sample(values =>
        {
            var sorted = Table(values).ToSorted();
            var expected = values.Order().ToArray();
            return Enumerable.Range(1, values.Length).All(r => sorted.ValueAtRank(r) == expected[r - 1])
                && values.All(v => sorted.CountAtOrBelow(v) == values.LongCount(x => x <= v));
        });

    [Fact]
    public void Rounds_sparse_values_up_when_there_are_too_many_and_does_not_depend_on_order() =>
        Gen.Select(Gen.Long[-10_000_000, 10_000_000].Array[0, 400], Gen.Long[-5, 5].Array[0, 20]).Sample((values, extremes) =>
        {
            long[] all = [.. values, .. extremes, long.MinValue, long.MaxValue];
            var table = new CountTable(maxSparseValues: 32);
            table.Add(all);
            var backwards = new CountTable(maxSparseValues: 32);
            backwards.Add(all.Reverse().ToArray());
            var parts = new CountTable(maxSparseValues: 32);
            parts.Add(all.AsSpan(0, all.Length / 2));
            var rest = new CountTable(maxSparseValues: 32);
            rest.Add(all.AsSpan(all.Length / 2));
            parts.Merge(rest);

            var got = Expand(table.ToSorted());
            var resolution = (Int128)table.SparseResolution;
            return Expand(backwards.ToSorted()).SequenceEqual(got) && Expand(parts.ToSorted()).SequenceEqual(got)
                && got.Zip(all.Order()).All(pair => (pair.First >= pair.Second && pair.First - (Int128)pair.Second < resolution)
                    || pair.Second > long.MaxValue - resolution);
        });

    [Fact]
    public void Worst_samples_are_the_largest_and_of_equal_ones_the_earliest() =>
        Gen.Select(Gen.Long[0, 20], Gen.Long[0, 1000]).Array[0, 60].Sample(series =>
        {
            var all = series.Select((s, i) => new TimedValue(s.Item1, s.Item2, i)).ToArray();
            var left = new WorstSamples(5);
            var right = new WorstSamples(5);
            foreach (var sample in all)
            {
                ((sample.Sequence & 1) == 0 ? left : right).Add(sample);
            }

            left.Merge(right);
            var expected = all.OrderByDescending(s => s.Value).ThenBy(s => s.AtTick).ThenBy(s => s.Sequence).Take(5);
            return left.Values.ToArray().SequenceEqual(expected);
        });

    private static CountTable Table(long[] values)
    {
        var table = new CountTable();
        table.Add(values);
        return table;
    }

    private static IEnumerable<long> Expand(SortedCounts sorted) =>
        Enumerable.Range(0, sorted.Distinct).SelectMany(i => Enumerable.Repeat(sorted.Values[i], (int)sorted.CountAt(i)));
}
