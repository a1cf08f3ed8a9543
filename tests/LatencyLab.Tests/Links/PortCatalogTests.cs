using LatencyLab.Links;

namespace LatencyLab.Tests.Links;

public sealed class PortCatalogTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("latencylab-sysfs").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Linux_traces_a_cdc_port_and_a_bridge_to_their_usb_devices()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The tree is made of links.");
        // As sysfs lays it out: class/tty holds relative links, a CDC tty stands on its interface, a bridge's tty on a port of it.
        var pico = AddUsb("1-1", "1-1.2", "2e8a", "0005", "E6614103E7174022", "Board in FS mode", "MicroPython", bus: 1, devpath: "1.2");
        AddTty("ttyACM0", AddInterface(pico, "1-1.2:1.0", 0), "usb");
        AddTty("ttyACM1", AddInterface(pico, "1-1.2:1.2", 2), "usb");
        var bridge = AddUsb("1-1", "1-1.3", "10c4", "ea60", "0001", "CP2102 USB to UART Bridge Controller", "Silicon Labs", bus: 1, devpath: "1.3");
        var bridgeInterface = AddInterface(bridge, "1-1.3:1.0", 0);
        AddTty("ttyUSB10", Directory.CreateDirectory(Path.Combine(bridgeInterface, "ttyUSB10")).FullName, "usb-serial");
        AddTty("ttyS0", Directory.CreateDirectory(Path.Combine(_root, "devices/platform/serial8250/serial8250:0.0")).FullName, "serial-base", type: "0");
        AddTty("ttyAMA0", Directory.CreateDirectory(Path.Combine(_root, "devices/platform/soc/fe201000.serial")).FullName, "amba", type: "32");
        Directory.CreateDirectory(Path.Combine(_root, "devices/virtual/tty/tty1"));
        Directory.CreateSymbolicLink(Path.Combine(_root, "class/tty/tty1"), "../../devices/virtual/tty/tty1");

        Assert.Equal(
            [
                new SerialPortInfo("/dev/ttyACM0", 0x2e8a, 0x0005, "E6614103E7174022", "Board in FS mode", "MicroPython", "1-1.2"),
                new SerialPortInfo("/dev/ttyACM1", 0x2e8a, 0x0005, "E6614103E7174022", "Board in FS mode", "MicroPython", "1-1.2:2"),
                new SerialPortInfo("/dev/ttyAMA0"),
                new SerialPortInfo("/dev/ttyUSB10", 0x10c4, 0xea60, "0001", "CP2102 USB to UART Bridge Controller", "Silicon Labs", "1-1.3"),
            ],
            LinuxPorts.List(_root, "/dev"));
    }

    [Fact]
    public void Linux_without_sysfs_has_no_ports() => Assert.Empty(LinuxPorts.List(Path.Combine(_root, "nothing")));

    [Fact]
    public void Macos_finds_the_callout_device_below_its_usb_device()
    {
        // Shortened from the form that ioreg documents: nested dictionaries below IORegistryEntryChildren.
        const string list = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0"><array><dict>
              <key>idVendor</key><integer>11914</integer><key>idProduct</key><integer>5</integer>
              <key>USB Serial Number</key><string>E6614103E7174022</string><key>USB Product Name</key><string>Board in FS mode</string>
              <key>USB Vendor Name</key><string>MicroPython</string><key>locationID</key><integer>17825792</integer>
              <key>IORegistryEntryChildren</key><array><dict>
                <key>bInterfaceNumber</key><integer>1</integer>
                <key>IORegistryEntryChildren</key><array><dict>
                  <key>IOCalloutDevice</key><string>/dev/cu.usbmodem1101</string><key>IODialinDevice</key><string>/dev/tty.usbmodem1101</string>
                </dict></array>
              </dict></array>
            </dict><dict><key>idVendor</key><integer>1452</integer><key>idProduct</key><integer>1</integer></dict></array></plist>
            """;
        Assert.Equal(
            [new SerialPortInfo("/dev/cu.usbmodem1101", 0x2e8a, 0x0005, "E6614103E7174022", "Board in FS mode", "MicroPython", "01100000")],
            MacPorts.List(list));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ioreg: error")]
    [InlineData("<plist><array><dict><key>IOCalloutDevice</key></dict></array>")]
    [InlineData("<plist><array><dict><key>a</key><key>b</key><dict/></dict></array></plist>")]
    public void Macos_survives_what_is_no_list(string list) => Assert.Empty(MacPorts.List(list));

    [Fact]
    public void Windows_takes_serial_numbers_from_where_they_are_true()
    {
        var root = Key(
            ("HARDWARE", Key(("DEVICEMAP", Key(("SERIALCOMM", Values((@"\Device\USBSER000", "COM5"), (@"\Device\Serial2", "COM12"), (@"\Device\VCP0", "COM7"), (@"\Device\Silabser0", "COM9"), (@"\Device\Serial0", "COM1"))))))),
            ("SYSTEM", Key(("CurrentControlSet", Key(("Enum", Key(
                ("USB", Key(
                    ("VID_2E8A&PID_0005", Key(("E6614103E7174022", Values(("ParentIdPrefix", "7&1A2B3C4D&0"), ("LocationInformation", "Port_#0003.Hub_#0002"))))),
                    ("VID_2E8A&PID_0005&MI_00", Key(("7&1a2b3c4d&0&0000", Device("COM5", ("FriendlyName", "USB Serial Device (COM5)"), ("Mfg", "@usbser.inf,%MSFT%;Microsoft"))))),
                    ("VID_1A86&PID_7523", Key(("5&2f3e4d&0&2", Device("COM12", ("FriendlyName", "USB-SERIAL CH340 (COM12)"), ("LocationInformation", "Port_#0002.Hub_#0001"))))),
                    ("VID_10C4&PID_EA60", Key(("0001", Device("COM9")), ("0002", Device("COM44")))),
                    ("ROOT_HUB30", Key(("4&1", Values()))))),
                ("FTDIBUS", Key(("VID_0403+PID_6001+A5069RR4A", Key(("0000", Device("COM7")))))))))))));
        Assert.Equal(
            [
                new SerialPortInfo("COM1"),
                new SerialPortInfo("COM5", 0x2e8a, 0x0005, "E6614103E7174022", "USB Serial Device (COM5)", "Microsoft", "Port_#0003.Hub_#0002"),
                new SerialPortInfo("COM7", 0x0403, 0x6001, "A5069RR4"),
                new SerialPortInfo("COM9", 0x10c4, 0xea60, "0001"),
                new SerialPortInfo("COM12", 0x1a86, 0x7523, null, "USB-SERIAL CH340 (COM12)", null, "Port_#0002.Hub_#0001"),
            ],
            WindowsPorts.List(root));
        Assert.Empty(WindowsPorts.List(Key()));
    }

    [Theory]
    [InlineData(0x2e8a, 0x0005, UsbRole.Sampler)]
    [InlineData(0x303a, 0x1001, UsbRole.Target)]
    [InlineData(0x303a, 0x80d1, UsbRole.Target)]
    [InlineData(0x1a86, 0x7523, UsbRole.Bridge)]
    [InlineData(0x2e8a, 0x000c, UsbRole.Tool)]
    public void Usb_ids_say_what_a_device_is_good_for(ushort vendor, ushort product, UsbRole role) => Assert.Equal(role, UsbDevice.Find(vendor, product)?.Role);

    private static RegistryNode Key(params (string Name, RegistryNode Node)[] below) => new(
        () => [.. below.Select(b => b.Name)],
        name => below.FirstOrDefault(b => string.Equals(b.Name, name, StringComparison.OrdinalIgnoreCase)).Node,
        () => new Dictionary<string, string>(StringComparer.Ordinal));

    private static RegistryNode Values(params (string Name, string Value)[] values) => Key() with { Values = () => values.ToDictionary(v => v.Name, v => v.Value, StringComparer.OrdinalIgnoreCase) };

    private static RegistryNode Device(string port, params (string Name, string Value)[] values) =>
        Key(("Device Parameters", Values(("PortName", port)))) with { Values = Values(values).Values };

    private string AddUsb(string hub, string name, string vendor, string product, string serial, string productName, string maker, int bus, string devpath)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, "devices/pci0000:00/0000:00:14.0/usb1", hub, name)).FullName;
        foreach (var (file, text) in new[]
            {
                ("idVendor", vendor), ("idProduct", product), ("serial", serial), ("product", productName), ("manufacturer", maker), ("busnum", $"{bus}"), ("devpath", devpath),
            })
        {
            File.WriteAllText(Path.Combine(folder, file), text + "\n");
        }

        return folder;
    }

    private static string AddInterface(string usb, string name, int number)
    {
        var folder = Directory.CreateDirectory(Path.Combine(usb, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "bInterfaceNumber"), $"{number:x2}\n");
        return folder;
    }

    private void AddTty(string name, string device, string subsystem, string? type = null)
    {
        var tty = Directory.CreateDirectory(Path.Combine(device, "tty", name)).FullName;
        Directory.CreateSymbolicLink(Path.Combine(tty, "device"), "../..");
        File.CreateSymbolicLink(Path.Combine(device, "subsystem"), "/sys/bus/" + subsystem);
        if (type is not null)
        {
            File.WriteAllText(Path.Combine(tty, "type"), type + "\n");
        }

        var all = Directory.CreateDirectory(Path.Combine(_root, "class/tty")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(all, name), Path.GetRelativePath(all, tty));
    }
}
