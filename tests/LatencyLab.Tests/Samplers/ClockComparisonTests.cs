using CsCheck;
using LatencyLab.Samplers;

namespace LatencyLab.Tests.Samplers;

public sealed class ClockComparisonTests
{
    [Fact]
    public void A_known_deviation_is_found_within_its_uncertainty_in_spite_of_late_heartbeats() =>
        Gen.Select(Gen.Double[-100, 100], Gen.Int[1, 1_000_000]).Sample(
            (ppm, seed) =>
            {
                // A minute of heartbeats, each between 0.2 ms and some milliseconds late, now and then 50 ms.
                var random = new Random(seed);
                var points = Enumerable.Range(0, 600).Select(i =>
                {
                    var hostS = i * 0.1;
                    var lateS = 0.0002 - (0.0005 * Math.Log(1 - random.NextDouble())) + (random.Next(20) == 0 ? 0.05 * random.NextDouble() : 0);
                    return (hostS + lateS, hostS * (1 + (ppm * 1e-6)));
                }).ToArray();
                var found = ClockComparison.Estimate(points);
                Assert.InRange(found.UncertaintyPpm, 0, 3);
                Assert.InRange(found.Ppm - ppm, -6 * Math.Max(0.2, found.UncertaintyPpm), 6 * Math.Max(0.2, found.UncertaintyPpm));
            },
            iter: 300);

    [Fact]
    public void Too_few_heartbeats_are_no_measurement() =>
        Assert.Equal(FaultKind.Measurement, Assert.Throws<LatencyLabException>(() => ClockComparison.Estimate([(0, 0), (1, 1)])).Kind);
}
