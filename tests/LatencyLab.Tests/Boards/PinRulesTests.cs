using LatencyLab.Boards;

namespace LatencyLab.Tests.Boards;

public sealed class PinRulesTests
{
    public static TheoryData<string> ChipIds => [.. BoardCatalog.Chips.Select(chip => chip.Id)];

    [Theory]
    [InlineData("esp32", 4, PinUse.IrqInput, PinPermission.Allowed)]
    [InlineData("esp32", 34, PinUse.IrqInput, PinPermission.Allowed)] // input only is fine for an input
    [InlineData("esp32", 34, PinUse.ResponseOutput, PinPermission.Refused)]
    [InlineData("esp32", 6, PinUse.IrqInput, PinPermission.Refused)] // flash, though Pin(6) is accepted
    [InlineData("esp32", 1, PinUse.ResponseOutput, PinPermission.Refused)] // REPL
    [InlineData("esp32", 0, PinUse.IrqInput, PinPermission.Warned)] // strap
    [InlineData("esp32", 16, PinUse.IrqInput, PinPermission.Warned)] // PSRAM of some modules
    [InlineData("esp32", 24, PinUse.IrqInput, PinPermission.Refused)] // no such pin
    [InlineData("esp32", 20, PinUse.IrqInput, PinPermission.Refused)] // rank avoid
    [InlineData("esp8266", 16, PinUse.IrqInput, PinPermission.Refused)]
    [InlineData("esp8266", 16, PinUse.StimulusInput, PinPermission.Warned)]
    [InlineData("esp8266", 16, PinUse.ResponseOutput, PinPermission.Warned)]
    [InlineData("esp32c3", 19, PinUse.IrqInput, PinPermission.Refused)] // USB
    [InlineData("esp32c3", 15, PinUse.IrqInput, PinPermission.Refused)] // flash pin without a row
    [InlineData("rp2040", 2, PinUse.IrqInput, PinPermission.Allowed)]
    public void Each_pin_gets_the_answer_that_its_facts_demand(string chip, int gpio, PinUse use, PinPermission expected) =>
        Assert.Equal(expected, PinRules.Ask(BoardCatalog.Get(chip), gpio, use).Permission);

    [Theory]
    [InlineData("esp32", 20, PinPermission.Warned)] // avoid
    [InlineData("esp8266", 9, PinPermission.Warned)] // avoid
    [InlineData("esp32", 6, PinPermission.Refused)] // forbidden
    [InlineData("esp32", 1, PinPermission.Refused)] // REPL, though its rank is avoid
    [InlineData("esp32", 24, PinPermission.Refused)] // no such pin
    public void Force_turns_avoid_into_a_warning_and_nothing_else(string chip, int gpio, PinPermission expected)
    {
        Assert.Equal(expected, PinRules.Ask(BoardCatalog.Get(chip), gpio, PinUse.IrqInput, force: true).Permission);
        Assert.Equal(expected == PinPermission.Warned, PinRules.Ask(BoardCatalog.Get(chip), gpio, PinUse.IrqInput).Forceable);
    }

    [Theory]
    [InlineData("esp32", 35, PinPull.Up)] // silently ignored by the port
    [InlineData("esp32", 35, PinPull.Down)]
    [InlineData("esp8266", 4, PinPull.Down)] // the chip has none
    [InlineData("esp32s2", 46, PinPull.Up)]
    public void Pulls_that_are_not_there_are_refused(string chip, int gpio, PinPull pull)
    {
        var answer = PinRules.Ask(BoardCatalog.Get(chip), gpio, PinUse.IrqInput, pull, force: true);
        Assert.Equal(PinPermission.Refused, answer.Permission);
        Assert.Contains(pull == PinPull.Up ? "pull-up" : "pull-down", answer.Why, StringComparison.Ordinal);
        Assert.All(answer.Instead, other => Assert.NotEqual(PinPermission.Refused, PinRules.Ask(BoardCatalog.Get(chip), other, PinUse.IrqInput, pull).Permission));
    }

    [Theory]
    [MemberData(nameof(ChipIds))]
    public void What_is_proposed_instead_is_itself_allowed_and_every_answer_but_allowed_says_why(string id)
    {
        var chip = BoardCatalog.Get(id);
        foreach (var use in Enum.GetValues<PinUse>())
        {
            for (var gpio = -1; gpio < 60; gpio++)
            {
                var answer = PinRules.Ask(chip, gpio, use);
                Assert.Equal(answer.Permission == PinPermission.Allowed, answer.Why.Length == 0);
                Assert.Equal(answer.Permission == PinPermission.Refused, answer.Instead.Count > 0);
                Assert.All(answer.Instead, other => Assert.Equal(PinPermission.Allowed, PinRules.Ask(chip, other, use).Permission));
                Assert.DoesNotContain(gpio, answer.Instead);
            }
        }
    }

    [Theory]
    [MemberData(nameof(ChipIds))]
    public void Suggested_wiring_is_allowed(string id)
    {
        var chip = BoardCatalog.Get(id);
        Assert.Equal(PinPermission.Allowed, PinRules.Ask(chip, chip.Suggested.IrqInput, PinUse.IrqInput).Permission);
        Assert.Equal(PinPermission.Allowed, PinRules.Ask(chip, chip.Suggested.ResponseOutput, PinUse.ResponseOutput).Permission);
    }

    [Theory]
    [InlineData("esp32", 4, 5)] // 5 is ok
    [InlineData("esp32", 5, 13)] // 6 to 11 are flash, 12 is a strap
    [InlineData("esp32", 33, 2)] // 34 to 39 can't drive; wraps past 0 and 1
    [InlineData("esp8266", 4, 5)]
    [InlineData("esp8266", 14, 4)] // 15 and 16 are of rank caution
    [InlineData("esp32c3", 10, 0)]
    [InlineData("esp32c6", 23, 0)]
    public void Default_response_pin_is_the_next_higher_good_output(string chip, int gpio, int expected) =>
        Assert.Equal(expected, PinRules.DefaultResponsePin(BoardCatalog.Get(chip), gpio));

    [Theory]
    [MemberData(nameof(ChipIds))]
    public void Default_response_pin_is_never_the_pin_itself_and_always_allowed(string id)
    {
        var chip = BoardCatalog.Get(id);
        foreach (var pin in chip.Pins)
        {
            var response = PinRules.DefaultResponsePin(chip, pin.Gpio);
            Assert.NotEqual(pin.Gpio, response);
            Assert.Equal(PinPermission.Allowed, PinRules.Ask(chip, response, PinUse.ResponseOutput).Permission);
        }
    }

    [Fact]
    public void A_refusal_throws_a_usage_fault_with_a_proposal()
    {
        var fault = Assert.Throws<LatencyLabException>(() => PinRules.Ask(BoardCatalog.Get("esp32"), 6, PinUse.IrqInput).OrThrow());
        Assert.Equal(FaultKind.Usage, fault.Kind);
        Assert.Contains("SPI flash", fault.Message, StringComparison.Ordinal);
        Assert.Contains("GPIO25", fault.Try, StringComparison.Ordinal);
        Assert.Contains("--force-pin", Assert.Throws<LatencyLabException>(() => PinRules.Ask(BoardCatalog.Get("esp32"), 20, PinUse.IrqInput).OrThrow()).Try, StringComparison.Ordinal);
    }
}
