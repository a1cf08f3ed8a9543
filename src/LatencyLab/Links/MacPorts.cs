using System.Diagnostics;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace LatencyLab.Links;

/// <summary>The port catalog of macOS, from the property list that <c>ioreg</c> prints of all USB devices and what hangs on them.</summary>
public static class MacPorts
{
    private const int DeepestEntry = 64;

    /// <summary>What <c>ioreg -a -r -l -c IOUSBHostDevice</c> prints; empty when it can't be run.</summary>
    public static string ReadRegistry()
    {
        try
        {
            using var ioreg = Process.Start(new ProcessStartInfo("/usr/sbin/ioreg", "-a -r -l -c IOUSBHostDevice") { RedirectStandardOutput = true, UseShellExecute = false });
            return ioreg?.StandardOutput.ReadToEnd() ?? "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }

    /// <summary>All ports in the list, sorted by path; empty when it can't be read.</summary>
    public static IReadOnlyList<SerialPortInfo> List(string propertyList)
    {
        var ports = new Dictionary<string, SerialPortInfo>(StringComparer.Ordinal);
        try
        {
            // The list names a DTD on the net, which must not be fetched.
            using var reader = XmlReader.Create(new StringReader(propertyList), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            foreach (var entry in XDocument.Load(reader).Descendants("plist").Elements("array").Elements("dict"))
            {
                Collect(entry, new SerialPortInfo(""), ports, 0);
            }
        }
        catch (XmlException)
        {
            // No output, or an ioreg that prints something else: no ports are known.
        }

        return [.. ports.Values.OrderBy(p => p.Path, StringComparer.Ordinal)];
    }

    private static void Collect(XElement entry, SerialPortInfo usb, Dictionary<string, SerialPortInfo> ports, int depth)
    {
        var values = entry.Elements("key").Where(k => k.NextNode is XElement).GroupBy(k => k.Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => (XElement)g.First().NextNode!, StringComparer.Ordinal);
        string? Text(string key) => values.TryGetValue(key, out var v) && v.Value.Trim() is { Length: > 0 } text ? text : null;
        ushort? Id(string key) => ushort.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        if (Id("idVendor") is { } vendor && Id("idProduct") is { } product)
        {
            var location = long.TryParse(Text("locationID"), NumberStyles.None, CultureInfo.InvariantCulture, out var l) ? l.ToString("x8", CultureInfo.InvariantCulture) : null;
            usb = new SerialPortInfo("", vendor, product, Text("USB Serial Number") ?? Text("kUSBSerialNumberString"), Text("USB Product Name"), Text("USB Vendor Name"), location);
        }

        // The callout device (cu.) opens at once; the dial-in device (tty.) waits for a carrier.
        if (Text("IOCalloutDevice") is { } path)
        {
            ports[path] = usb with { Path = path };
        }

        if (depth < DeepestEntry && values.TryGetValue("IORegistryEntryChildren", out var children))
        {
            foreach (var child in children.Elements("dict"))
            {
                Collect(child, usb, ports, depth + 1);
            }
        }
    }
}
