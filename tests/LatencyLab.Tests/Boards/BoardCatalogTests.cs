using System.Globalization;
using System.Text.Json.Nodes;
using LatencyLab.Boards;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Boards;

public sealed class BoardCatalogTests
{
    // The collection of facts that the chip files were split from; it stays here so that no later edit changes a fact by accident.
    private static readonly JsonNode Facts = JsonNode.Parse(File.ReadAllText(Repository.Path("tests", "LatencyLab.Tests", "Boards", "pins.json")))!;

    public static TheoryData<string> ChipIds => [.. Facts["chips"]!.AsObject().Select(chip => chip.Key)];

    [Fact]
    public void Catalog_holds_the_seven_chips_in_order() =>
        Assert.Equal(["esp32", "esp32c3", "esp32c6", "esp32s2", "esp32s3", "esp8266", "rp2040"], BoardCatalog.Chips.Select(chip => chip.Id));

    [Theory]
    [MemberData(nameof(ChipIds))]
    public void Every_fact_equals_its_source(string id)
    {
        var expected = Facts["chips"]![id]!;
        var chip = BoardCatalog.Get(id);
        Assert.Equal(expected["title"]!.GetValue<string>(), chip.Title);
        Assert.Equal(expected["default_cpu_mhz"]!.GetValue<int>(), chip.DefaultCpuMhz);
        Assert.Equal(expected["flash_pins"]?.AsArray().Select(n => n!.GetValue<int>()) ?? [], chip.FlashPins);
        Assert.Subset(chip.Sources.ToHashSet(), expected["sources"]!.AsArray().Select(n => n!.GetValue<string>()).ToHashSet());
        var pins = expected["pins"]!.AsArray();
        Assert.Equal(pins.Select(pin => pin!["gpio"]!.GetValue<int>()), chip.Pins.Select(pin => pin.Gpio));
        foreach (var (row, pin) in pins.Zip(chip.Pins))
        {
            Assert.Equal<string?[]>(
                [Text(row!, "pin_ctor"), Text(row!, "adc"), Text(row!, "touch"), Text(row!, "dac"), Text(row!, "rtc"), Text(row!, "reserved"), Text(row!, "uart0"),
                 Text(row!, "usb"), Text(row!, "jtag"), Text(row!, "boot"), Text(row!, "note"), Text(row!, "rank"), Text(row!, "valid_when")],
                [pin.Constructor, pin.Adc, pin.Touch, pin.Dac, pin.Rtc, pin.Reserved, pin.Uart0, pin.Usb, pin.Jtag, pin.Boot, pin.Note,
                 pin.Rank.ToString().ToLowerInvariant(), pin.ValidWhen]);
            Assert.Equal(
                new[] { "out", "inp", "irq", "pull_up", "pull_down", "wake" }.Select(flag => row![flag]!.GetValue<bool>()),
                [pin.CanOutput, pin.CanInput, pin.CanInterrupt, pin.PullUp, pin.PullDown, pin.Wake]);
            Assert.Equal(row!["defaults"]!.AsArray().Select(n => n!.GetValue<string>()), pin.Defaults);
            var strap = row["strap"];
            Assert.Equal(strap is null, pin.Strap is null);
            Assert.Equal(
                new[] { "need_for_run", "download_needs", "low_means", "high_means", "effect", "pull" }.Select(key => strap?[key]?.GetValue<string>()),
                [pin.Strap?.NeedForRun, pin.Strap?.DownloadNeeds, pin.Strap?.LowMeans, pin.Strap?.HighMeans, pin.Strap?.Effect, pin.Strap?.Pull]);
        }
    }

    [Theory]
    [MemberData(nameof(ChipIds))]
    public void Pins_are_unique_and_ascending_and_each_forbidden_one_says_why(string id)
    {
        var chip = BoardCatalog.Get(id);
        Assert.Equal(chip.Pins.Select(pin => pin.Gpio).Distinct().Order(), chip.Pins.Select(pin => pin.Gpio));
        Assert.All(chip.Pins.Where(pin => pin.Rank >= PinRank.Caution), pin => Assert.NotEmpty(pin.Why));
        Assert.Equal("latencylab.chip/1", chip.Schema);
        Assert.NotEmpty(chip.Sources);
    }

    [Theory]
    [MemberData(nameof(ChipIds))]
    public void Facts_from_memory_or_from_outside_the_datasheet_are_marked_as_unverified(string id)
    {
        var doubtful = Facts["chips"]![id]!["sources"]!.AsArray().Select(n => n!.GetValue<string>())
            .Count(source => source.Contains("memory", StringComparison.Ordinal) || source.Contains("not from the datasheet", StringComparison.Ordinal));
        Assert.Equal(doubtful, BoardCatalog.Get(id).Unverified.Count);
    }

    [Theory]
    [MemberData(nameof(ChipIds))]
    public void Set_register_is_the_base_address_of_the_facts_plus_the_offset_of_the_table(string id)
    {
        var chip = BoardCatalog.Get(id);
        var facts = Facts["chips"]![id]!;
        var (key, offset) = id switch { "rp2040" => ("gpio_base_sio", 0x14u), "esp8266" => ("gpio_base", 0x04u), _ => ("gpio_base", 0x08u) };
        var address = uint.Parse(facts[key]!.GetValue<string>().AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) + offset;
        Assert.Equal(new SetRegister(address, 1u << 4), chip.SetRegisterOf(4));
        var input = address - offset + id switch { "rp2040" => 0x04u, "esp8266" => 0x18u, _ => 0x3Cu };
        Assert.Equal(new InRegister(input, 1u << 4), chip.InRegisterOf(4));
    }

    [Fact]
    public void Second_bank_starts_at_gpio32()
    {
        Assert.Equal(new SetRegister(0x3FF44014, 1), BoardCatalog.Get("esp32").SetRegisterOf(32));
        Assert.Equal(new SetRegister(0x3F404014, 1u << 13), BoardCatalog.Get("esp32s2").SetRegisterOf(45));
        Assert.Equal(new SetRegister(0x60004014, 1u << 16), BoardCatalog.Get("esp32s3").SetRegisterOf(48));
        Assert.Equal(new InRegister(0x3FF44040, 1u << 2), BoardCatalog.Get("esp32").InRegisterOf(34));
        Assert.Null(BoardCatalog.Get("esp8266").InRegisterOf(16));
    }

    [Theory]
    [InlineData("esp8266", 16)] // driven through an RTC register
    [InlineData("esp32", 34)] // input only
    [InlineData("esp32", 24)] // no such pin
    public void Pins_out_of_reach_have_no_set_register(string id, int gpio) => Assert.Null(BoardCatalog.Get(id).SetRegisterOf(gpio));

    [Theory]
    [InlineData("pico", "rp2040")]
    [InlineData("Pico W", "rp2040")]
    [InlineData("ESP32-S3", "esp32s3")]
    [InlineData("esp32_c6", "esp32c6")]
    [InlineData("NodeMCU", "esp8266")]
    public void Chips_are_found_in_any_spelling(string name, string id) => Assert.Equal(id, BoardCatalog.Get(name).Id);

    [Theory]
    [InlineData("esp23", "esp32")]
    [InlineData("esp32s4", "esp32s2")]
    [InlineData("pcio", "pico")]
    public void An_unknown_chip_is_a_usage_fault_that_names_the_nearest(string name, string nearest)
    {
        var fault = Assert.Throws<LatencyLabException>(() => BoardCatalog.Get(name));
        Assert.Equal(FaultKind.Usage, fault.Kind);
        Assert.Contains($"'{nearest}'", fault.Try, StringComparison.Ordinal);
    }

    [Fact]
    public void Corrections_name_pins_that_the_chip_has() =>
        Assert.All(BoardCatalog.Chips, chip => Assert.All(chip.Corrections, c => Assert.All(c.Pins, gpio => Assert.NotNull(chip.Pin(gpio)))));

    private static string? Text(JsonNode row, string key) => row[key]?.GetValue<string>();
}
