using System.Text.Json;
using CsCheck;
using LatencyLab.Targets;

namespace LatencyLab.Tests.Targets;

public sealed class SelfStampsTests
{
    private const long Wrap = 1L << 30;

    private static readonly long[] Rates = [1_000_000, 80_000_000, 160_000_000, 240_000_000];

    [Fact]
    public void Any_gaps_are_found_again_although_the_counter_wraps_many_times_between() =>
        Gen.Select(Gen.Int[0, 3].Select(i => Rates[i]), Gen.Long[0, Wrap - 1], Gen.Long[100, 40_000_000].Array[1, 60]).Sample((hz, start, gapsUs) =>
        {
            // The truth: each stimulus at a count since the board's start, its milliseconds read a little before.
            var stamps = new SelfStamps(hz, both: false, "board");
            var (count, us) = (start, 0L);
            var rows = new List<long>();
            var expected = new List<long>();
            foreach (var gapUs in gapsUs)
            {
                us += gapUs + 200;
                count = start + (us * (hz / 1_000_000));
                rows.AddRange([us / 1000, count % Wrap, 60 * (hz / 1_000_000), 1, 40 * (hz / 1_000_000)]);
                expected.Add(count);
            }

            var (stimuli, lost) = stamps.Read(Line(0, rows));
            Assert.Equal(0, lost);
            Assert.Equal(expected.Select(e => e - expected[0]), stimuli.Select(s => s.Tick));
            Assert.All(stimuli, s => Assert.Equal(s.Tick + (40 * (hz / 1_000_000)), s.CallTicks[0]));
        }, iter: 2000);

    [Fact]
    public void A_line_that_never_came_is_counted()
    {
        var stamps = new SelfStamps(1_000_000, both: true, "board");
        stamps.Read(Line(0, [0, 5, 0, 0]));
        var (stimuli, lost) = stamps.Read(Line(13, [30, 30_005, 0, 2, 7, 9]));
        Assert.Equal((12, 12), (lost, stamps.Lost));
        Assert.Equal([30_007L, 30_009], Assert.Single(stimuli).CallTicks);
    }

    [Theory]
    [InlineData("""{"first":0}""")]
    [InlineData("""{"first":0,"rows":7}""")]
    [InlineData("""{"first":-1,"rows":[]}""")]
    [InlineData("""{"first":0,"rows":["x"]}""")]
    [InlineData("""{"first":0,"rows":[1.5,0,1,0]}""")]
    [InlineData("""{"first":0,"rows":[0,0,1]}""")]
    [InlineData("""{"first":0,"rows":[0,0,1,1]}""")]
    [InlineData("""{"first":0,"rows":[0,1073741824,1,0]}""")]
    [InlineData("""{"first":0,"rows":[0,0,0,0]}""")]
    [InlineData("""{"first":0,"rows":[0,0,1,2,9,9]}""")]
    [InlineData("""{"first":0,"rows":[0,0,1,1,-4]}""")]
    [InlineData("""{"first":0,"rows":[50,0,1,0,40,0,1,0]}""")]
    [InlineData("""{"first":0,"rows":[0,0,1,0,0,0,1,0]}""")]
    public void What_is_no_line_of_stamps_is_a_device_fault(string line)
    {
        using var document = JsonDocument.Parse(line);
        Assert.Throws<DeviceException>(() => new SelfStamps(1_000_000, both: false, "board").Read(document.RootElement));
    }

    [Fact]
    public void Random_numbers_are_stimuli_or_a_device_fault() =>
        Gen.Select(Gen.Long.Array[0, 30], Gen.Long[0, 1L << 31].Array[0, 30], Gen.Bool).Sample((wild, tame, both) =>
        {
            foreach (var numbers in new[] { wild, tame })
            {
                try
                {
                    var (stimuli, _) = new SelfStamps(1_000_000, both, "board").Read(Line(0, numbers));
                    Assert.True(stimuli.Zip(stimuli.Skip(1)).All(p => p.Second.Tick > p.First.Tick));
                }
                catch (DeviceException)
                {
                    // The typed error.
                }
            }
        }, iter: 20_000);

    private static JsonElement Line(long first, IEnumerable<long> rows)
    {
        using var document = JsonDocument.Parse($$"""{"first":{{first}},"rows":[{{string.Join(',', rows)}}]}""");
        return document.RootElement.Clone();
    }
}
