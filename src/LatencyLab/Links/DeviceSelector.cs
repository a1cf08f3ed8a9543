using System.Text.RegularExpressions;

namespace LatencyLab.Links;

/// <summary>How a device is looked for.</summary>
public enum SelectorKind
{
    /// <summary>The only board of its kind that is connected.</summary>
    Auto,
    /// <summary>A port by its path.</summary>
    Path,
    /// <summary>A USB device by its serial number.</summary>
    UsbSerial,
    /// <summary>A USB device by vendor and product id, and its serial number if given.</summary>
    UsbIds,
    /// <summary>A USB device by the socket that it is plugged into.</summary>
    Topology,
    /// <summary>A board by <c>machine.unique_id()</c>; the boards are asked.</summary>
    UniqueId,
    /// <summary>A raw TCP connection.</summary>
    Tcp,
    /// <summary>A serial server that speaks RFC 2217.</summary>
    Rfc2217,
    /// <summary>A simulated board.</summary>
    Simulated,
}

/// <summary>Which board is meant, as the user writes it: the words of mpremote and some more.</summary>
/// <param name="Kind">How it is looked for.</param>
/// <param name="Text">As the user wrote it.</param>
/// <param name="Value">The path, number, "vid:pid[:serial]", or the simulated board with its options ("esp32?seed=1").</param>
/// <param name="Host">Host of a network selector.</param>
/// <param name="Port">TCP port of a network selector.</param>
public sealed partial record DeviceSelector(SelectorKind Kind, string Text, string Value = "", string Host = "", int Port = 0)
{
    /// <summary>The only board of its kind that is connected.</summary>
    public static DeviceSelector Auto { get; } = new(SelectorKind.Auto, "auto");

    private const string Forms = "Write auto, a0 (/dev/ttyACM0), u0 (/dev/ttyUSB0), c3 (COM3), a port path, id:SERIAL, uid:HEX, usb:VID:PID[:SERIAL], tid:SOCKET, tcp://HOST:PORT, rfc2217://HOST:PORT or sim:CHIP.";

    /// <summary>Reads a selector.</summary>
    /// <exception cref="LatencyLabException">The text is none (kind usage).</exception>
    public static DeviceSelector Parse(string text)
    {
        var trimmed = text.Trim();
        if (Shortcut().Match(trimmed) is { Success: true } shortcut)
        {
            var number = shortcut.Groups["n"].Value;
            return new(SelectorKind.Path, text, trimmed[0] switch { 'a' => "/dev/ttyACM" + number, 'u' => "/dev/ttyUSB" + number, _ => "COM" + number });
        }

        if (UsbId().Match(trimmed) is { Success: true } usb)
        {
            return new(SelectorKind.UsbIds, text, $"{usb.Groups["vid"].Value.PadLeft(4, '0')}:{usb.Groups["pid"].Value.PadLeft(4, '0')}".ToLowerInvariant() + usb.Groups["serial"].Value);
        }

        foreach (var (prefix, kind) in (ReadOnlySpan<(string, SelectorKind)>)
            [
                ("id:", SelectorKind.UsbSerial), ("uid:", SelectorKind.UniqueId), ("tid:", SelectorKind.Topology), ("port:", SelectorKind.Path), ("sim:", SelectorKind.Simulated),
            ])
        {
            if (trimmed.StartsWith(prefix, StringComparison.Ordinal) && trimmed.Length > prefix.Length)
            {
                var value = trimmed[prefix.Length..];
                return kind != SelectorKind.UniqueId || value.All(char.IsAsciiHexDigit) ? new(kind, text, kind == SelectorKind.UniqueId ? value.ToLowerInvariant() : value) : throw NoSelector(text);
            }
        }

        foreach (var (scheme, kind) in (ReadOnlySpan<(string, SelectorKind)>)[("tcp", SelectorKind.Tcp), ("rfc2217", SelectorKind.Rfc2217)])
        {
            if (trimmed.StartsWith(scheme + "://", StringComparison.Ordinal))
            {
                return Uri.TryCreate(trimmed, UriKind.Absolute, out var uri) && uri is { Port: > 0, Host.Length: > 0, UserInfo: "", AbsolutePath: "" or "/", Query: "", Fragment: "" }
                    ? new(kind, text, Host: uri.Host.Trim('[', ']'), Port: uri.Port)
                    : throw NoSelector(text);
            }
        }

        // A path from the current folder, as the links of 'sim serve' and of udev rules may be named.
        if (trimmed.Contains('/') && trimmed.IndexOfAny([':', '\0']) < 0 && !trimmed.StartsWith('/'))
        {
            return new(SelectorKind.Path, text, System.IO.Path.GetFullPath(trimmed));
        }

        return trimmed == "auto" ? Auto : trimmed.StartsWith('/') || WindowsPath().IsMatch(trimmed) ? new(SelectorKind.Path, text, trimmed) : throw NoSelector(text);
    }

    /// <summary>Whether a port is the one that is meant, as far as that shows without asking the board; false for network and simulated selectors.</summary>
    public bool Matches(SerialPortInfo port) => Kind switch
    {
        SelectorKind.Path => PortHolder.ResolveLinks(Value) == PortHolder.ResolveLinks(port.Path) || string.Equals(Value, port.Path, StringComparison.OrdinalIgnoreCase),
        SelectorKind.UsbSerial => string.Equals(Value, port.SerialNumber, StringComparison.OrdinalIgnoreCase),
        SelectorKind.UsbIds => port.UsbIds is { } ids && (Value == ids || string.Equals(Value, $"{ids}:{port.SerialNumber}", StringComparison.OrdinalIgnoreCase)),
        SelectorKind.Topology => Value == port.Topology,
        SelectorKind.Auto or SelectorKind.UniqueId => port.Known is { Role: not UsbRole.Tool and not UsbRole.Bootloader },
        _ => false,
    };

    public override string ToString() => Text;

    private static LatencyLabException NoSelector(string text) => new(FaultKind.Usage, $"'{text}' names no device.", null, Forms);

    [GeneratedRegex("^[auc](?<n>[0-9]{1,3})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shortcut();

    [GeneratedRegex("^usb:(?<vid>[0-9A-Fa-f]{1,4}):(?<pid>[0-9A-Fa-f]{1,4})(?<serial>:.+)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UsbId();

    [GeneratedRegex("^COM[0-9]{1,3}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WindowsPath();
}
