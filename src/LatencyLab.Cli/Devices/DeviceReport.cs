using System.Text.Json;
using LatencyLab.Cli.Screen;
using LatencyLab.Links;
using LatencyLab.MicroPython;

namespace LatencyLab.Cli.Devices;

/// <summary>One line of <c>latencylab devices</c>.</summary>
/// <param name="Port">The port as the system describes it.</param>
/// <param name="Holders">Programs that have it open, as far as this user may see them.</param>
/// <param name="Board">What the board said of itself; null when it wasn't asked or didn't say.</param>
/// <param name="Stopped">The program on the board that asking had stopped, and that was started again.</param>
/// <param name="Fault">Why the board didn't say what it is; null when it did or wasn't asked.</param>
internal sealed record DeviceReport(SerialPortInfo Port, IReadOnlyList<PortHolder> Holders, BoardIdentity? Board = null, string? Stopped = null, LatencyLabException? Fault = null)
{
    /// <summary>What is on the port: what the board says, else what its USB ids say, else what the device calls itself.</summary>
    public string What => Board?.Machine is { Length: > 0 } machine ? machine : Port.Known?.Name ?? Port.Product ?? "serial port";

    private string State => Fault is not null ? Fault.Message : Holders.Count > 0 ? $"busy: {string.Join(", ", Holders)}" : Board is not null ? "ready" : "-";

    public static void WriteTable(TextWriter text, IReadOnlyList<DeviceReport> devices, bool probed)
    {
        string[] heads = probed ? ["PORT", "USB", "BOARD", "UID", "MICROPYTHON", "SOCKET", "STATE"] : ["PORT", "USB", "PROBABLY", "SERIAL", "SOCKET", "STATE"];
        var rows = devices.Select(d => probed
            ? new[] { d.Port.Path, d.Port.UsbIds ?? "-", d.What, d.Board?.UniqueId ?? "-", d.Board?.Version ?? "-", d.Port.Topology ?? "-", d.State }
            : [d.Port.Path, d.Port.UsbIds ?? "-", d.What, d.Port.SerialNumber ?? "-", d.Port.Topology ?? "-", d.State]).ToArray();
        var widths = heads.Select((head, i) => rows.Select(r => r[i].Length).Append(head.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(heads))
        {
            text.WriteLine(TerminalText.Clean(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()));
        }
    }

    public static void WriteJson(Utf8JsonWriter json, IReadOnlyList<DeviceReport> devices)
    {
        json.WriteStartObject();
        json.WriteString("schema", "latencylab.devices/1");
        json.WriteStartArray("devices");
        foreach (var device in devices)
        {
            device.WriteJson(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("port", Port.Path);
        json.WriteString("usb", Port.UsbIds);
        json.WriteString("probably", Port.Known?.Name);
        json.WriteString("role", Port.Known?.Role.ToString().ToLowerInvariant());
        json.WriteString("serial", Port.SerialNumber);
        json.WriteString("product", Port.Product);
        json.WriteString("manufacturer", Port.Manufacturer);
        json.WriteString("socket", Port.Topology);
        json.WriteStartArray("holders");
        foreach (var holder in Holders)
        {
            json.WriteStartObject();
            json.WriteNumber("pid", holder.ProcessId);
            json.WriteString("name", holder.Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (Board is { } board)
        {
            json.WriteStartObject("board");
            json.WriteString("chip", board.Chip);
            json.WriteString("machine", board.Machine);
            json.WriteString("platform", board.Platform);
            json.WriteString("micropython", board.Version);
            json.WriteString("build", board.Build);
            json.WriteString("uid", board.UniqueId);
            WriteNumber(json, "cpu_hz", board.CpuHz);
            WriteNumber(json, "free_bytes", board.FreeBytes);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("board");
        }

        json.WriteString("stopped", Stopped);
        json.WriteString("error", Fault?.Message);
        json.WriteString("try", Fault?.Try);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
