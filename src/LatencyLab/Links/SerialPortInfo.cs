namespace LatencyLab.Links;

/// <summary>A serial port of this computer, and what the system knows of the USB device behind it.</summary>
/// <param name="Path">What opens it: /dev/ttyACM0, /dev/cu.usbmodem1101 or COM5.</param>
/// <param name="VendorId">USB vendor id; null for ports that aren't on USB.</param>
/// <param name="ProductId">USB product id; null for ports that aren't on USB.</param>
/// <param name="SerialNumber">The USB device's serial number; null where it has none. Clones share numbers, so this finds a board but doesn't prove which it is.</param>
/// <param name="Product">The USB device's name of itself; null where it has none.</param>
/// <param name="Manufacturer">The USB device's maker, as it says; null where it doesn't.</param>
/// <param name="Topology">The socket that the device is plugged into, the same after each reboot: what tells two boards without serial number apart. Null when unknown.</param>
public sealed record SerialPortInfo(
    string Path, ushort? VendorId = null, ushort? ProductId = null, string? SerialNumber = null, string? Product = null, string? Manufacturer = null, string? Topology = null)
{
    /// <summary>"2e8a:0005", or null for ports that aren't on USB.</summary>
    public string? UsbIds => VendorId is { } vid && ProductId is { } pid ? $"{vid:x4}:{pid:x4}" : null;

    /// <summary>What the ids say about the device; null when the table doesn't have them.</summary>
    public UsbDevice? Known => VendorId is { } vid && ProductId is { } pid ? UsbDevice.Find(vid, pid) : null;
}
