using System.Text.Json.Nodes;

namespace LatencyLab.Cli.Tests.Commands;

public sealed class WiringCommandTests
{
    [Theory]
    [InlineData("GPIO25", "GPIO26", "wiring")]
    [InlineData("GPIO4 ", "GPIO5 ", "wiring", "esp8266")]
    [InlineData("GPIO4 ", "GPIO5 ", "wiring", "esp32", "--pin", "4")]
    [InlineData("GPIO25", "GPIO4 ", "wiring", "esp32", "--response-pin", "4")]
    [InlineData("GPIO18", "GPIO25", "wiring", "esp32", "--pin", "18", "--response-pin", "25")]
    [InlineData("GPIO2 ", "GPIO3 ", "wiring", "pico")]
    public async Task Picture_shows_three_wires_with_resistors_and_the_voltage(string irq, string response, params string[] args)
    {
        var (code, stdout, _) = await RunAsync(args);
        Assert.Equal(0, code);
        Assert.Contains($"{irq}  interrupt in  <───[220 ohm - 1 kohm]────  GP2", stdout, StringComparison.Ordinal);
        Assert.Contains($"{response}  response out  ────[220 ohm - 1 kohm]───>  GP3", stdout, StringComparison.Ordinal);
        Assert.Contains("GND", stdout, StringComparison.Ordinal);
        Assert.Contains("3.3 V only", stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_the_three_wires()
    {
        var (_, stdout, _) = await RunAsync("wiring", "esp32", "--pin", "4", "--json");
        var document = JsonNode.Parse(stdout)!;
        Assert.Equal("latencylab.wiring/1", document["schema"]!.GetValue<string>());
        Assert.Equal(
            ["GP2-GPIO4", "GP3-GPIO5", "GND-GND"],
            document["wires"]!.AsArray().Select(wire => $"{wire!["sampler"]!.GetValue<string>()}-{wire["target"]!.GetValue<string>()}"));
    }

    [Fact]
    public async Task A_board_that_times_itself_has_one_wire()
    {
        var (code, stdout, _) = await RunAsync("wiring", "esp32", "--pin", "4", "--sampler", "self");
        Assert.Equal(0, code);
        Assert.Contains("GPIO5   fires", stdout, StringComparison.Ordinal);
        Assert.Contains("SELF-TIMED", stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("GP2", stdout, StringComparison.Ordinal);
        var (_, json, _) = await RunAsync("wiring", "esp32", "--pin", "4", "--sampler", "self", "--json");
        Assert.Equal(("GPIO5", "GPIO4"), (
            Assert.Single(JsonNode.Parse(json)!["wires"]!.AsArray())!["sampler"]!.GetValue<string>(), JsonNode.Parse(json)!["wires"]![0]!["target"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_board_with_firmware_of_its_own_has_pins_of_its_own()
    {
        var (code, stdout, _) = await RunAsync("wiring", "--target", "none");
        Assert.Equal(0, code);
        Assert.Contains("a pin   interrupt in  <───[220 ohm - 1 kohm]────  GP2", stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("GPIO", stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SPI flash", "wiring", "esp32", "--pin", "6")]
    [InlineData("can't be an output", "wiring", "esp32", "--pin", "4", "--response-pin", "34")]
    [InlineData("--force-pin", "wiring", "esp32", "--pin", "20")]
    [InlineData("at once", "wiring", "esp32", "--pin", "4", "--response-pin", "4")]
    [InlineData("Did you mean 'esp8266'", "wiring", "esp8265")]
    public async Task Pins_that_a_run_refuses_are_refused_here(string expected, params string[] args)
    {
        var (code, stdout, stderr) = await RunAsync(args);
        Assert.Equal((2, ""), (code, stdout));
        Assert.Contains(expected, stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strap_warns_on_stderr()
    {
        var (code, _, stderr) = await RunAsync("wiring", "esp32", "--pin", "12");
        Assert.Equal(0, code);
        Assert.Contains("warning: GPIO12", stderr, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Stdout, string Stderr)> RunAsync(params string[] args)
    {
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(args, stdout, stderr, TestContext.Current.CancellationToken);
        return (code, stdout.ToString(), stderr.ToString());
    }
}
