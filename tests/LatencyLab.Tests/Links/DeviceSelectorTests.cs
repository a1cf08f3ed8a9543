using LatencyLab.Links;

namespace LatencyLab.Tests.Links;

public sealed class DeviceSelectorTests
{
    private static readonly SerialPortInfo Pico = new("/dev/ttyACM0", 0x2e8a, 0x0005, "E6614103E7174022", "Board in FS mode", "MicroPython", "1-1.2");
    private static readonly SerialPortInfo Clone = new("/dev/ttyUSB0", 0x1a86, 0x7523, null, "USB Serial", null, "1-1.3");

    [Theory]
    [InlineData("auto", SelectorKind.Auto, "")]
    [InlineData("a0", SelectorKind.Path, "/dev/ttyACM0")]
    [InlineData("u12", SelectorKind.Path, "/dev/ttyUSB12")]
    [InlineData("c3", SelectorKind.Path, "COM3")]
    [InlineData("COM12", SelectorKind.Path, "COM12")]
    [InlineData("/dev/serial/by-id/usb-x", SelectorKind.Path, "/dev/serial/by-id/usb-x")]
    [InlineData("port:/dev/ttyS0", SelectorKind.Path, "/dev/ttyS0")]
    [InlineData("id:E6614103E7174022", SelectorKind.UsbSerial, "E6614103E7174022")]
    [InlineData("uid:E6614103e7", SelectorKind.UniqueId, "e6614103e7")]
    [InlineData("usb:303A:1001", SelectorKind.UsbIds, "303a:1001")]
    [InlineData("usb:403:6001:A50", SelectorKind.UsbIds, "0403:6001:A50")]
    [InlineData("tid:1-1.2", SelectorKind.Topology, "1-1.2")]
    [InlineData("sim:esp32?seed=1&load=gc", SelectorKind.Simulated, "esp32?seed=1&load=gc")]
    public void Reads_every_form(string text, SelectorKind kind, string value)
    {
        var selector = DeviceSelector.Parse(text);
        Assert.Equal((kind, value), (selector.Kind, selector.Value));
    }

    [Theory]
    [InlineData("slow/target")]
    [InlineData("./target")]
    [InlineData("../bench/sampler")]
    public void A_path_from_the_current_folder_is_a_path(string text)
    {
        var selector = DeviceSelector.Parse(text);
        Assert.Equal((SelectorKind.Path, Path.GetFullPath(text)), (selector.Kind, selector.Value));
    }

    [Theory]
    [InlineData("tcp://bench.example:3333", SelectorKind.Tcp, "bench.example", 3333)]
    [InlineData("rfc2217://127.0.0.1:4000", SelectorKind.Rfc2217, "127.0.0.1", 4000)]
    [InlineData("tcp://[::1]:3333/", SelectorKind.Tcp, "::1", 3333)]
    public void Reads_network_addresses(string text, SelectorKind kind, string host, int port)
    {
        var selector = DeviceSelector.Parse(text);
        Assert.Equal((kind, host, port), (selector.Kind, selector.Host, selector.Port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/\0b")]
    [InlineData("what:/dev/ttyACM0")]
    [InlineData("esp32")]
    [InlineData("tcp://host")]
    [InlineData("tcp://user@host:1")]
    [InlineData("uid:xyz")]
    [InlineData("usb:12345:1")]
    [InlineData("sim:")]
    [InlineData("a")]
    public void Refuses_what_names_no_device(string text)
    {
        var fault = Assert.Throws<LatencyLabException>(() => DeviceSelector.Parse(text));
        Assert.Equal(FaultKind.Usage, fault.Kind);
        Assert.Contains("rfc2217://HOST:PORT", fault.Try, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto", true, true)]
    [InlineData("a0", true, false)]
    [InlineData("id:e6614103e7174022", true, false)]
    [InlineData("usb:2e8a:5", true, false)]
    [InlineData("usb:2e8a:5:E6614103E7174022", true, false)]
    [InlineData("usb:2e8a:5:other", false, false)]
    [InlineData("tid:1-1.3", false, true)]
    [InlineData("tcp://host:1", false, false)]
    public void Matches_ports(string text, bool pico, bool clone) =>
        Assert.Equal((pico, clone), (DeviceSelector.Parse(text).Matches(Pico), DeviceSelector.Parse(text).Matches(Clone)));

    [Fact]
    public void Never_takes_a_debug_probe_a_bootloader_or_an_unknown_device_by_itself()
    {
        Assert.False(DeviceSelector.Auto.Matches(new SerialPortInfo("/dev/ttyACM1", 0x2e8a, 0x000c)));
        Assert.False(DeviceSelector.Auto.Matches(new SerialPortInfo("/dev/ttyACM1", 0x303a, 0x0002)));
        Assert.False(DeviceSelector.Auto.Matches(new SerialPortInfo("/dev/ttyACM1", 0x1234, 0x5678)));
        Assert.False(DeviceSelector.Auto.Matches(new SerialPortInfo("/dev/ttyS0")));
    }
}
