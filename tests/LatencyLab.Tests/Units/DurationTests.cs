using LatencyLab.Units;

namespace LatencyLab.Tests.Units;

public sealed class DurationTests
{
    [Theory]
    [InlineData("250us", 250_000_000)]
    [InlineData("2 ms", 2_000_000_000)]
    [InlineData("1.5s", 1_500_000_000_000)]
    [InlineData("16ns", 16_000)]
    [InlineData("5min", 300_000_000_000_000)]
    public void Parses_a_number_with_a_unit(string text, long picoseconds) =>
        Assert.Equal(picoseconds, Duration.Parse(text).Picoseconds);

    [Theory]
    [InlineData("10")]
    [InlineData("ms")]
    [InlineData("1e3ms")]
    [InlineData("999999999999h")]
    public void Refuses_what_is_not_a_time(string text) => Assert.False(Duration.TryParse(text, out _, out _));

    [Fact]
    public void Text_reads_back_to_the_same_value() =>
        CsCheck.Check.Sample(CsCheck.Gen.Long[-4_000_000_000_000_000, 4_000_000_000_000_000],
            ps => Duration.Parse(new Duration(ps).ToString()).Picoseconds == ps);
}
