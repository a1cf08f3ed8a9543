using LatencyLab.Links;

namespace LatencyLab.Tests.Links;

public sealed class StepLimitsTests
{
    [Theory]
    [InlineData("10", 10)]
    [InlineData("10x", 10)]
    [InlineData("0.5x", 0.5)]
    [InlineData("30s", 3)]
    [InlineData("500ms", 0.05)]
    [InlineData("2min", 12)]
    public void A_factor_or_the_limit_of_one_step_scales_all(string text, double factor) => Assert.Equal(factor, StepLimits.Parse(text).Factor, 1e-12);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("1e9")]
    [InlineData("NaN")]
    [InlineData("20000x")]
    [InlineData("9999h")]
    public void Nonsense_is_a_usage_error(string text) => Assert.Equal(FaultKind.Usage, Assert.Throws<LatencyLabException>(() => StepLimits.Parse(text)).Kind);
}
