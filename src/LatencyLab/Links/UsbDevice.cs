namespace LatencyLab.Links;

/// <summary>What a USB device is good for, as far as its ids tell. What is behind a bridge, only the board can say.</summary>
public enum UsbRole
{
    /// <summary>A board that is usually the sampler.</summary>
    Sampler,
    /// <summary>A board that is usually under test.</summary>
    Target,
    /// <summary>A bridge that can be in front of any board.</summary>
    Bridge,
    /// <summary>A board that waits for firmware and has no REPL.</summary>
    Bootloader,
    /// <summary>A tool that is never a board.</summary>
    Tool,
}

/// <summary>One entry of the table of USB ids.</summary>
/// <param name="VendorId">USB vendor id.</param>
/// <param name="ProductId">USB product id; null stands for all of the vendor.</param>
/// <param name="Name">What it is, for people.</param>
/// <param name="Role">What it is good for.</param>
public sealed record UsbDevice(ushort VendorId, ushort? ProductId, string Name, UsbRole Role)
{
    // Sources: ports/rp2/mpconfigport.h and ports/esp32/mpconfigport.h of MicroPython (2E8A:0005, 303A:4001: 0x4000 plus one bit per
    // class), pico-sdk (2E8A:0009, 000A), esptool's documentation and espressif/usb-pids (303A), usb.ids (10C4, 1A86, 0403, 067B).
    // The system's own usb.ids is no help: Debian's knows neither 303A nor 2E8A:0005.
    private static readonly UsbDevice[] Table =
    [
        new(0x2e8a, 0x0005, "Raspberry Pi Pico (MicroPython)", UsbRole.Sampler),
        new(0x2e8a, 0x0003, "RP2040 in BOOTSEL mode", UsbRole.Bootloader),
        new(0x2e8a, 0x000f, "RP2350 in BOOTSEL mode", UsbRole.Bootloader),
        new(0x2e8a, 0x000a, "RP2040 with C firmware", UsbRole.Sampler),
        new(0x2e8a, 0x0009, "RP2040 or RP2350 with C firmware", UsbRole.Sampler),
        new(0x2e8a, 0x000c, "Raspberry Pi Debug Probe", UsbRole.Tool),
        new(0x303a, 0x1001, "ESP32-C3/C6/S3 (built-in USB-Serial/JTAG)", UsbRole.Target),
        new(0x303a, 0x4001, "ESP32-S2/S3 (MicroPython)", UsbRole.Target),
        new(0x303a, 0x0002, "ESP32-S2 in its bootloader", UsbRole.Bootloader),
        new(0x303a, null, "ESP32 board", UsbRole.Target),
        new(0x10c4, 0xea60, "CP210x bridge (ESP32 or ESP8266 board)", UsbRole.Bridge),
        new(0x10c4, 0xea70, "CP2105 double bridge", UsbRole.Bridge),
        new(0x10c4, 0xea71, "CP2108 fourfold bridge", UsbRole.Bridge),
        new(0x1a86, 0x7523, "CH340 bridge (ESP8266 or ESP32 board)", UsbRole.Bridge),
        new(0x1a86, 0x7522, "CH340K bridge (ESP8266 or ESP32 board)", UsbRole.Bridge),
        new(0x1a86, 0x5523, "CH341 bridge", UsbRole.Bridge),
        new(0x1a86, 0x55d4, "CH9102 bridge (ESP32 board)", UsbRole.Bridge),
        new(0x1a86, 0x55d3, "CH343 bridge", UsbRole.Bridge),
        new(0x0403, 0x6001, "FT232R bridge", UsbRole.Bridge),
        new(0x0403, 0x6015, "FT23xX bridge", UsbRole.Bridge),
        new(0x0403, 0x6010, "FT2232 double bridge", UsbRole.Bridge),
        new(0x0403, 0x6011, "FT4232 fourfold bridge", UsbRole.Bridge),
        new(0x0403, 0x6014, "FT232H bridge", UsbRole.Bridge),
        new(0x067b, 0x2303, "PL2303 bridge", UsbRole.Bridge),
        new(0x067b, 0x23a3, "PL2303 bridge", UsbRole.Bridge),
        new(0x2341, 0x056b, "Arduino Nano ESP32", UsbRole.Target),
        new(0x2341, 0x025e, "Arduino Nano RP2040 Connect", UsbRole.Sampler),
        new(0x16d0, 0x08c7, "Pimoroni RP2 board", UsbRole.Sampler),
        new(0x1209, 0xf502, "Silicognition RP2040 board", UsbRole.Sampler),
        new(0xf055, 0x9800, "pyboard", UsbRole.Target),
        new(0xf055, 0x9801, "pyboard", UsbRole.Target),
        new(0xf055, 0x9802, "pyboard", UsbRole.Target),
        new(0x239a, null, "Adafruit board", UsbRole.Sampler),
        new(0x1b4f, null, "SparkFun board", UsbRole.Sampler),
    ];

    /// <summary>The whole table.</summary>
    public static IReadOnlyList<UsbDevice> All => Table;

    /// <summary>The entry of exactly these ids, else that of the vendor, else null.</summary>
    public static UsbDevice? Find(ushort vendorId, ushort productId) =>
        Array.Find(Table, d => d.VendorId == vendorId && d.ProductId == productId) ?? Array.Find(Table, d => d.VendorId == vendorId && d.ProductId is null);
}
