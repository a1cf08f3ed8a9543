using System.Text.Json.Nodes;
using LatencyLab.Boards;

namespace LatencyLab.Cli.Tests.Commands;

public sealed class PinsCommandTests
{
    public static TheoryData<string> ChipIds => [.. BoardCatalog.Chips.Select(chip => chip.Id)];

    [Fact]
    public async Task Without_a_chip_all_chips_are_listed()
    {
        var (code, stdout, _) = await RunAsync("pins");
        Assert.Equal(0, code);
        Assert.All(BoardCatalog.Chips, chip => Assert.Contains(chip.Title, stdout, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(ChipIds))]
    public async Task Table_and_json_have_every_pin(string id)
    {
        var chip = BoardCatalog.Get(id);
        var (_, table, _) = await RunAsync("pins", id);
        Assert.All(chip.Pins, pin => Assert.Contains($"\n{pin.Gpio,4}  ", table, StringComparison.Ordinal));
        // A file or pipe takes the whole of a remark.
        Assert.All(chip.Pins, pin => Assert.Contains(pin.Why, table, StringComparison.Ordinal));

        var (code, json, _) = await RunAsync("pins", id, "--json");
        var document = JsonNode.Parse(json)!;
        Assert.Equal((0, "latencylab.pins/1", id), (code, document["schema"]!.GetValue<string>(), document["chip"]!.GetValue<string>()));
        Assert.Equal(chip.Pins.Select(pin => pin.Gpio), document["pins"]!.AsArray().Select(pin => pin!["gpio"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Filter_leaves_out_what_a_run_would_refuse()
    {
        var (_, irq, _) = await RunAsync("pins", "esp8266", "--for", "irq", "--json");
        Assert.DoesNotContain(16, Gpios(irq));
        var (_, output, _) = await RunAsync("pins", "esp8266", "--for", "out", "--json");
        Assert.Contains(16, Gpios(output));
        Assert.DoesNotContain(6, Gpios(output));
    }

    [Theory]
    [InlineData("esp8266", 16, "no interrupt, no pull and no PWM")]
    [InlineData("esp8266", 15, "GPIO15 must be low")]
    [InlineData("esp8266", 15, "Pin.PULL_UP")]
    [InlineData("esp8266", 12, "unverified: community")]
    [InlineData("esp32", 27, "T7 is GPIO27")]
    [InlineData("esp32", 34, "no internal pulls")]
    [InlineData("esp32", 33, "0x3FF44014, mask 0x00000002")]
    [InlineData("esp32s2", 45, "unverified: ESP32-S2 datasheet")]
    [InlineData("esp32c3", 15, "wired to the flash")]
    public async Task Explanation_gives_the_right_statement(string chip, int gpio, string expected)
    {
        var (code, stdout, _) = await RunAsync("pins", chip, "--explain", $"{gpio}");
        Assert.Equal(0, code);
        Assert.Contains(expected, stdout, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ChipIds))]
    public async Task Every_pin_explains_itself_in_text_and_json(string id)
    {
        foreach (var gpio in BoardCatalog.Get(id).Pins.Select(pin => pin.Gpio).Concat(BoardCatalog.Get(id).FlashPins))
        {
            Assert.Equal(0, (await RunAsync("pins", id, "--explain", $"{gpio}")).Code);
            var (_, json, _) = await RunAsync("pins", id, "--explain", $"{gpio}", "--json");
            Assert.Equal(gpio, JsonNode.Parse(json)!["explain"]!.GetValue<int>());
        }
    }

    [Theory]
    [InlineData("Did you mean 'esp32'", "pins", "esp33")]
    [InlineData("no GPIO24", "pins", "esp32", "--explain", "24")]
    [InlineData("need a chip", "pins", "--explain", "4")]
    [InlineData("irqs", "pins", "esp32", "--for", "irqs")]
    public async Task Bad_arguments_are_usage_errors_in_one_paragraph(string expected, params string[] args)
    {
        var (code, stdout, stderr) = await RunAsync(args);
        Assert.Equal(2, code);
        Assert.Empty(stdout);
        Assert.Contains(expected, stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", stderr, StringComparison.Ordinal);
    }

    private static int[] Gpios(string json) => [.. JsonNode.Parse(json)!["pins"]!.AsArray().Select(pin => pin!["gpio"]!.GetValue<int>())];

    private static async Task<(int Code, string Stdout, string Stderr)> RunAsync(params string[] args)
    {
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(args, stdout, stderr, TestContext.Current.CancellationToken);
        return (code, stdout.ToString(), stderr.ToString());
    }
}
