using CsCheck;
using LatencyLab.MicroPython;

namespace LatencyLab.Tests.MicroPython;

public sealed class BoardIdentityTests
{
    // What a Raspberry Pi Pico with MicroPython 1.28.0 says of itself.
    private const string Pico =
        "name=micropython\r\nversion=1.28.0\r\nmachine=Raspberry Pi Pico with RP2040\r\nuname=Raspberry Pi Pico with RP2040\r\n" +
        "build=v1.28.0 on 2026-11-23 (GNU 12.2.1 MinSizeRel)\r\nsys=3.4.0; MicroPython v1.28.0 on 2026-11-23\r\nplatform=rp2\r\nuid=e6614103e7174022\r\n" +
        "hz=125000000\r\nfree=237184\r\nend=1\r\n";

    [Fact]
    public void A_board_is_read_from_its_lines() =>
        Assert.Equal(
            new BoardIdentity("rp2040", "Raspberry Pi Pico with RP2040", "rp2", "1.28.0", "v1.28.0 on 2026-11-23 (GNU 12.2.1 MinSizeRel)", "e6614103e7174022", 125_000_000, 237_184),
            BoardIdentity.Parse(new ReplAnswer(Pico, ""), "/dev/ttyACM0"));

    [Fact]
    public void What_an_old_or_small_port_lacks_is_taken_from_elsewhere_or_left_out()
    {
        var identity = BoardIdentity.Parse(
            new ReplAnswer("name=micropython\r\nversion=1.12.0\r\nuname=ESP module with ESP8266\r\nsys=3.4.0; MicroPython v1.12 on 2019-12-20\r\nplatform=esp8266\r\nend=1\r\n", ""), "x");
        Assert.Equal(("esp8266", "v1.12 on 2019-12-20", null, null), (identity.Chip, identity.Build, identity.UniqueId, identity.CpuHz));
    }

    [Theory]
    [InlineData("ESP32", "esp32")]
    [InlineData("ESP32-S3", "esp32s3")]
    [InlineData("ESP32C6", "esp32c6")]
    [InlineData("ESP32-PICO-D4", "esp32")]
    [InlineData("ESP32-D0WD-V3", "esp32")]
    [InlineData("ESP32P4", "esp32p4")]
    [InlineData("RP2040", "rp2040")]
    [InlineData("RP2350-RISCV", "rp2350")]
    [InlineData("STM32F405RG", null)]
    [InlineData("", null)]
    public void The_chip_has_the_id_of_the_pin_tables(string name, string? id) => Assert.Equal(id, BoardIdentity.ChipId(name));

    [Theory]
    [InlineData("name=circuitpython\r\nend=1\r\n", "", "circuitpython, not MicroPython")]
    [InlineData("name=micropython\r\nversion=1.2", "", "doesn't say what it is")]
    [InlineData("", "Traceback\r\nImportError: no module named 'sys'\r\n", "doesn't say what it is")]
    [InlineData("end=1\r\n", "", "doesn't run MicroPython")]
    public void Another_answer_is_a_typed_error(string output, string error, string expected) =>
        Assert.Contains(expected, Assert.Throws<DeviceException>(() => BoardIdentity.Parse(new ReplAnswer(output, error), "x")).Message, StringComparison.Ordinal);

    [Fact]
    public void Any_text_is_an_identity_or_a_typed_error() =>
        Check.Sample(
            Gen.Select(Gen.String, Gen.Int[0, Pico.Length], Gen.Int[0, 40]),
            (noise, at, cut) =>
            {
                try
                {
                    BoardIdentity.Parse(new ReplAnswer(Pico[..at] + noise + Pico[Math.Min(Pico.Length, at + cut)..], ""), "x");
                }
                catch (DeviceException)
                {
                    // The other legal outcome.
                }
            },
            iter: 2000);

    [Fact]
    public void The_probe_begins_with_the_header_by_which_a_simulated_board_knows_it() =>
        Assert.StartsWith("# latencylab identify 1\n", IdentificationProbe.Source, StringComparison.Ordinal);
}
