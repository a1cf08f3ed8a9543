using System.Globalization;
using System.Text;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>What the <c>metadata</c> member of a sigrok session says about its logic data.</summary>
/// <param name="CaptureFile">Stem of the members with the samples: "logic-1".</param>
/// <param name="UnitSize">Bytes a sample, 1 to 8.</param>
/// <param name="SampleRateHz">Null where the session has none.</param>
/// <param name="Probes">Each enabled channel, by bit.</param>
internal sealed record SrMetadata(string CaptureFile, int UnitSize, long? SampleRateHz, IReadOnlyList<SrProbe> Probes)
{
    private const int MaxUnitSize = 8;

    /// <summary>Reads the GLib key file; versions 1 and 2 differ only in blanks around the equals sign.</summary>
    public static SrMetadata Parse(byte[] bytes, string path)
    {
        var device = DeviceKeys(Decode(bytes, path), path);
        var captureFile = device.GetValueOrDefault("capturefile") ?? throw Fault("The session has no 'capturefile': it holds no logic data.", path);
        var unitSize = WholeNumber(device, "unitsize", path) ?? throw Fault("The session has no 'unitsize'.", path);
        if (unitSize is < 1 or > MaxUnitSize)
        {
            throw Fault($"unitsize = {unitSize}; a sample has 1 to {MaxUnitSize} bytes.", path);
        }

        // Recorders declare every channel of the device, enabled or not, whatever the size of a sample.
        var total = WholeNumber(device, "total probes", path) ?? throw Fault("The session has no 'total probes'.", path);
        if (total is < 1 or > MaxUnitSize * 8)
        {
            throw Fault($"total probes = {total}; samples of up to {MaxUnitSize} bytes hold 1 to {MaxUnitSize * 8}.", path);
        }

        return new SrMetadata(captureFile, (int)unitSize, SampleRate(device, path), EnabledProbes(device, total, (int)unitSize * 8, path));
    }

    private static long? SampleRate(Dictionary<string, string> device, string path)
    {
        if (!device.TryGetValue("samplerate", out var text))
        {
            return null;
        }

        if (UnitText.ParseHertz(text) is { } hertz)
        {
            return hertz;
        }

        // sigrok writes a rate of zero where it knows none, such as for a device clocked from outside.
        return long.TryParse(text.Replace("Hz", "", StringComparison.OrdinalIgnoreCase).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var whole) && whole == 0
            ? null
            : throw Fault($"samplerate = {text} isn't a whole number of hertz from 1 to 10^15.", path);
    }

    private static List<SrProbe> EnabledProbes(Dictionary<string, string> device, long total, int bits, string path)
    {
        var probes = new List<SrProbe>();
        foreach (var (key, name) in device)
        {
            if (!key.StartsWith("probe", StringComparison.Ordinal))
            {
                continue;
            }

            if (!int.TryParse(key.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1 || number > total)
            {
                throw Fault($"'{key}' isn't one of the {total} probes.", path);
            }

            if (number > bits)
            {
                throw Fault($"'{key}' lies outside a sample of {bits} bits.", path);
            }

            probes.Add(new SrProbe(number - 1, name));
        }

        if (probes.Count == 0)
        {
            throw Fault("The session has no enabled channel.", path);
        }

        probes.Sort((a, b) => a.Bit.CompareTo(b.Bit));
        return probes;
    }

    private static string Decode(byte[] bytes, string path)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (ArgumentException e)
        {
            throw new CaptureFormatException("The session's metadata isn't UTF-8 text.", path, null, null, e);
        }
    }

    // Other sections and keys are allowed: LatencyLab keeps its own there, and so may others.
    private static Dictionary<string, string> DeviceKeys(string text, string path)
    {
        Dictionary<string, string>? device = null;
        var inDevice = false;
        var lineNumber = 0;
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            // GLib knows no other line ends; what Windows puts before them is trimmed with the blanks.
            end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            lineNumber++;
            var line = text.AsSpan(start, end - start).Trim();
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            if (line[0] == '[')
            {
                inDevice = line.StartsWith("[device ", StringComparison.Ordinal);
                if (inDevice && device is not null)
                {
                    throw Fault($"Line {lineNumber}: a second device begins; sessions of several devices aren't read.", path);
                }

                device = inDevice ? new Dictionary<string, string>(StringComparer.Ordinal) : device;
                continue;
            }

            var equals = line.IndexOf('=');
            if (equals <= 0)
            {
                throw Fault($"Line {lineNumber} is neither a section nor a key with a value.", path);
            }

            if (inDevice && !device!.TryAdd(line[..equals].TrimEnd().ToString(), Unescape(line[(equals + 1)..].TrimStart())))
            {
                throw Fault($"Line {lineNumber} gives '{line[..equals].TrimEnd()}' a second time.", path);
            }
        }

        return device ?? throw Fault("The session has no [device …] section.", path);
    }

    // GLib key files write blanks at the ends, line ends and backslashes as escapes.
    private static string Unescape(ReadOnlySpan<char> value)
    {
        if (!value.Contains('\\'))
        {
            return value.ToString();
        }

        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || i + 1 == value.Length)
            {
                text.Append(value[i]);
                continue;
            }

            i++;
            text.Append(value[i] switch { 's' => ' ', 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
        }

        return text.ToString();
    }

    private static long? WholeNumber(Dictionary<string, string> keys, string key, string path)
    {
        if (!keys.TryGetValue(key, out var text))
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Fault($"{key} = {text} isn't a whole number.", path);
    }

    private static CaptureFormatException Fault(string what, string path) => new(what, $"{path}, member 'metadata'");
}

/// <summary>A channel that the session records.</summary>
/// <param name="Bit">Its bit of a sample.</param>
/// <param name="Name">Its name.</param>
internal sealed record SrProbe(int Bit, string Name);
