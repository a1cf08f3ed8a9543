using System.Text.Json.Nodes;
using LatencyLab.Boards;
using LatencyLab.Targets;

namespace LatencyLab.Tests.Targets;

/// <summary>What a target's script is asked with.</summary>
public sealed class TargetArgumentsTests
{
    // ESP8266: UART 1 can only send, on GPIO2. RP2: the pins that ports/rp2/machine_uart.c gives its UARTs.
    [Theory]
    [InlineData("esp8266", "4,5", "[1,2,null]")]
    [InlineData("rp2040", "2,3", "[1,8,9] [1,4,5] [1,20,21] [0,0,1] [0,12,13] [0,16,17]")]
    [InlineData("rp2040", "9,4", "[1,20,21] [0,0,1] [0,12,13] [0,16,17]")]
    public void A_load_gets_the_uarts_that_the_plan_leaves_free(string chip, string used, string free) =>
        Assert.Equal(free, string.Join(' ', UartPins.FreeOn(BoardCatalog.Get(chip), Pins(used)).Select(u => u.ToJson())));

    [Theory]
    [InlineData("esp32")]
    [InlineData("esp32c3")]
    public void A_chip_that_can_send_anywhere_gets_two_pins_of_its_own(string chip)
    {
        var first = Assert.Single(UartPins.FreeOn(BoardCatalog.Get(chip)));
        var second = Assert.Single(UartPins.FreeOn(BoardCatalog.Get(chip), first.Tx, first.Rx!.Value));
        Assert.Equal(4, new HashSet<int>([first.Tx, first.Rx.Value, second.Tx, second.Rx!.Value]).Count);
    }

    [Theory]
    [InlineData("esp8266", "2")]
    [InlineData("rp2040", "8,5,21,0,12,17")]
    public void A_chip_without_a_free_uart_is_a_mistake_of_usage(string chip, string used) =>
        Assert.Equal((FaultKind.Usage, "--load"), Assert.Throws<LatencyLabException>(() => UartPins.FreeOn(BoardCatalog.Get(chip), Pins(used))) is { } fault ? (fault.Kind, fault.Where) : default);

    [Theory]
    [InlineData(null, true)]
    [InlineData(1_000_000L, true)]
    [InlineData(1_000_000_000L, true)]
    [InlineData(999_999L, false)]
    [InlineData(1_000_000_001L, false)]
    [InlineData(-1L, false)]
    public void A_clock_is_one_that_such_boards_have(long? hz, bool isRight)
    {
        var fault = Record.Exception(() => TargetClock.Check(hz));
        Assert.Equal(isRight ? null : FaultKind.Usage, (fault as LatencyLabException)?.Kind);
    }

    [Fact]
    public void Arguments_are_JSON_whatever_their_kind()
    {
        var json = CallJson.Text(("pin", 4), ("seconds", 0.5), ("word", "a\"b"), ("none", null), ("list", CallJson.Register(new SetRegister(1, 2))), ("no_list", CallJson.Register(null)));
        Assert.Equal("""{"pin":4,"seconds":0.5,"word":"a\u0022b","none":null,"list":[1,2],"no_list":null}""", json);
        var all = JsonNode.Parse(new TargetConditions("uart", [new UartPins(1, 2, null), new UartPins(0, 12, 13)], 80_000_000).AddTo(json))!;
        Assert.Equal(("uart", "[[1,2,null],[0,12,13]]", 80_000_000), ((string)all["load"]!, all["uart"]!.ToJsonString(), (int)all["cpu_hz"]!));
        Assert.Equal(json, TargetConditions.AsFound.AddTo(json));
    }

    private static int[] Pins(string list) => [.. list.Split(',').Select(int.Parse)];
}
