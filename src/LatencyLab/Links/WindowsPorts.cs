using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Microsoft.Win32;

namespace LatencyLab.Links;

/// <summary>A key of a registry: the real one, or one that a test has made up.</summary>
/// <param name="Names">Names of the keys below.</param>
/// <param name="Open">Opens one of them; null when it is gone or forbidden.</param>
/// <param name="Values">The key's values as text.</param>
public sealed record RegistryNode(Func<IReadOnlyList<string>> Names, Func<string, RegistryNode?> Open, Func<IReadOnlyDictionary<string, string>> Values);

/// <summary>
/// The port catalog of Windows. The device manager's tree in the registry has the instance ids that SetupAPI returns, of every device
/// that was ever plugged in; the map of serial devices says which ports are present.
/// </summary>
public static partial class WindowsPorts
{
    private static readonly string[] Present = ["HARDWARE", "DEVICEMAP", "SERIALCOMM"];
    private static readonly string[] Devices = ["SYSTEM", "CurrentControlSet", "Enum"];

    /// <summary>All present ports, sorted by number.</summary>
    /// <param name="localMachine">The root HKEY_LOCAL_MACHINE.</param>
    public static IReadOnlyList<SerialPortInfo> List(RegistryNode localMachine)
    {
        var present = Descend(localMachine, Present)?.Values().Values.ToHashSet(StringComparer.OrdinalIgnoreCase) ?? [];
        var ports = present.ToDictionary(p => p, p => new SerialPortInfo(p), StringComparer.OrdinalIgnoreCase);
        var devices = Descend(localMachine, Devices);
        foreach (var bus in (string[])["USB", "FTDIBUS"])
        {
            foreach (var (id, key) in Children(devices?.Open(bus)))
            {
                foreach (var (instance, device) in Children(key))
                {
                    var port = device.Open("Device Parameters")?.Values().GetValueOrDefault("PortName");
                    if (port is not null && present.Contains(port) && Ids().Match(id) is { Success: true } ids)
                    {
                        ports[port] = Describe(port, ids, instance, device, devices!);
                    }
                }
            }
        }

        return [.. ports.Values.OrderBy(p => p.Path.Length).ThenBy(p => p.Path, StringComparer.Ordinal)];
    }

    /// <summary>The registry of this computer.</summary>
    [SupportedOSPlatform("windows")]
    public static RegistryNode Registry() => Node(Microsoft.Win32.Registry.LocalMachine);

    [SupportedOSPlatform("windows")]
    private static RegistryNode Node(RegistryKey key) => new(
        key.GetSubKeyNames,
        name =>
        {
            try
            {
                return key.OpenSubKey(name) is { } below ? Node(below) : null;
            }
            catch (Exception e) when (e is System.Security.SecurityException or UnauthorizedAccessException or IOException)
            {
                return null;
            }
        },
        () => key.GetValueNames().ToDictionary(n => n, n => key.GetValue(n)?.ToString() ?? "", StringComparer.OrdinalIgnoreCase));

    private static SerialPortInfo Describe(string port, Match ids, string instance, RegistryNode device, RegistryNode devices)
    {
        var (vendor, product) = (Hex(ids.Groups["vid"].Value), Hex(ids.Groups["pid"].Value));
        // FTDIBUS\VID_0403+PID_6001+A5069RR4A: the driver appends the letter of its channel to the serial number.
        var serial = ids.Groups["serial"] is { Success: true } ftdi ? ftdi.Value[..^1] : instance;
        var place = device.Values().GetValueOrDefault("LocationInformation");
        if (ids.Groups["mi"].Success && Parent(devices, vendor, product, instance) is var (parentSerial, parentPlace))
        {
            // One interface of a composite device: number and socket are those of the device.
            (serial, place) = (parentSerial, parentPlace ?? place);
        }

        // An instance id with & is invented by Windows for a device without a serial number.
        return new SerialPortInfo(
            port, vendor, product, serial.Contains('&', StringComparison.Ordinal) ? null : serial, device.Values().GetValueOrDefault("FriendlyName"),
            device.Values().GetValueOrDefault("Mfg")?.Split(';')[^1], place);
    }

    private static (string Serial, string? Place)? Parent(RegistryNode devices, ushort vendor, ushort product, string instance)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"VID_{vendor:X4}&PID_{product:X4}");
        foreach (var (serial, parent) in Children(devices.Open("USB")?.Open(id)))
        {
            var prefix = parent.Values().GetValueOrDefault("ParentIdPrefix");
            if (prefix is not null && instance.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return (serial, parent.Values().GetValueOrDefault("LocationInformation"));
            }
        }

        return null;
    }

    private static RegistryNode? Descend(RegistryNode node, string[] path) => path.Aggregate((RegistryNode?)node, (n, name) => n?.Open(name));

    private static IEnumerable<(string Name, RegistryNode Node)> Children(RegistryNode? node)
    {
        foreach (var name in node?.Names() ?? [])
        {
            if (node!.Open(name) is { } below)
            {
                yield return (name, below);
            }
        }
    }

    private static ushort Hex(string digits) => ushort.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^VID_(?<vid>[0-9A-F]{4})[&+]PID_(?<pid>[0-9A-F]{4})(&MI_(?<mi>[0-9A-F]{2}))?(\+(?<serial>[^\\+]{2,}))?$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ids();
}
