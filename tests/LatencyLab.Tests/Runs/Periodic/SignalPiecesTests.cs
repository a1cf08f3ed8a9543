using LatencyLab.Runs.Periodic;

namespace LatencyLab.Tests.Runs.Periodic;

/// <summary>Warm-up and surplus are dropped as a plain count of rising edges says.</summary>
public sealed class SignalPiecesTests
{
    [Fact]
    public void Keeps_the_periods_between_two_rising_edges()
    {
        var random = new Random(1);
        for (var round = 0; round < 2000; round++)
        {
            var (pieces, skip, periods) = (Pieces(random), random.Next(5), random.Next(1, 8));
            var kept = SignalPieces.Between(pieces, skip, periods);
            Assert.All(kept, piece => Assert.True(piece.FirstIsRising));
            Assert.Equal(Expected(pieces, skip, periods), kept.SelectMany(piece => piece.Ticks.Where((_, i) => i % 2 == 0)));
            // No edge is made up, and none is taken twice.
            var all = pieces.SelectMany(p => p.Ticks).ToHashSet();
            var edges = kept.SelectMany(p => p.Ticks).ToArray();
            Assert.All(edges, edge => Assert.Contains(edge, all));
            Assert.Equal(edges.Order(), edges);
            Assert.Equal(edges.Length, edges.Distinct().Count());
        }
    }

    // Rising edges, counted one by one: from number `skip` to the one that closes the last period.
    private static long[] Expected(List<(long[] Ticks, bool FirstIsRising)> pieces, int skip, int periods) =>
        [.. pieces.SelectMany(p => p.Ticks.Where((_, i) => i % 2 == (p.FirstIsRising ? 0 : 1))).Skip(skip).Take(periods + 1)];

    private static List<(long[] Ticks, bool FirstIsRising)> Pieces(Random random)
    {
        var pieces = new List<(long[], bool)>();
        var tick = 0L;
        for (var p = 0; p < random.Next(1, 4); p++)
        {
            pieces.Add(([.. Enumerable.Range(0, random.Next(0, 12)).Select(_ => tick += random.Next(1, 9))], random.Next(2) == 0));
        }

        return pieces;
    }
}
