using System.Globalization;

namespace LatencyLab.Links;

/// <summary>The port catalog of Linux, from sysfs: each tty is traced to the USB interface that it stands on.</summary>
public static class LinuxPorts
{
    /// <summary>All ports with a device behind them, sorted by path.</summary>
    /// <param name="sysRoot">Where sysfs is mounted; tests bring their own tree.</param>
    /// <param name="deviceRoot">Where the device files are.</param>
    public static IReadOnlyList<SerialPortInfo> List(string sysRoot = "/sys", string deviceRoot = "/dev")
    {
        var ports = new List<SerialPortInfo>();
        var terminals = Path.Combine(sysRoot, "class", "tty");
        if (!Directory.Exists(terminals))
        {
            return ports;
        }

        foreach (var terminal in Directory.EnumerateFileSystemEntries(terminals))
        {
            try
            {
                if (Describe(terminal, deviceRoot) is { } port)
                {
                    ports.Add(port);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Unplugged between the listing and the look.
            }
        }

        return [.. ports.OrderBy(p => p.Path.Length).ThenBy(p => p.Path, StringComparer.Ordinal)];
    }

    private static SerialPortInfo? Describe(string terminal, string deviceRoot)
    {
        // The links are relative to where the directories really are, so each is resolved before the next is followed.
        var real = PortHolder.ResolveLinks(terminal);
        var deviceLink = Path.Combine(real, "device");
        if (!Directory.Exists(deviceLink))
        {
            // A virtual terminal.
            return null;
        }

        var path = Path.Combine(deviceRoot, Path.GetFileName(terminal));
        var device = PortHolder.ResolveLinks(deviceLink);
        var subsystem = new FileInfo(Path.Combine(device, "subsystem")).LinkTarget is { } target ? Path.GetFileName(target) : "";
        // A bridge's port is a child of the USB interface (usb-serial); a CDC port is the interface itself (usb).
        var usbInterface = subsystem switch { "usb-serial" => Path.GetDirectoryName(device), "usb" => device, _ => null };
        if (usbInterface is null || Path.GetDirectoryName(usbInterface) is not { } usb || Id(usb, "idVendor") is not { } vendor || Id(usb, "idProduct") is not { } product)
        {
            // On a PC four 8250 ports always exist; type 0 says that no chip answers there.
            return Read(real, "type") == "0" ? null : new SerialPortInfo(path);
        }

        var topology = Read(usb, "busnum") is { } bus && Read(usb, "devpath") is { } devpath ? $"{bus}-{devpath}" : null;
        // Double bridges and boards with two CDC ports differ in the interface only.
        if (topology is not null && Id(usbInterface, "bInterfaceNumber") is > 0 and var number)
        {
            topology = string.Create(CultureInfo.InvariantCulture, $"{topology}:{number}");
        }

        return new SerialPortInfo(path, vendor, product, Read(usb, "serial"), Read(usb, "product"), Read(usb, "manufacturer"), topology);
    }

    private static ushort? Id(string folder, string name) =>
        ushort.TryParse(Read(folder, name), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static string? Read(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } text ? text : null;
    }
}
