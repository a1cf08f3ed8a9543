using System.Globalization;
using System.Text.RegularExpressions;

namespace LatencyLab.MicroPython;

/// <summary>What a board says of itself. Text comes from the board and is shown with care.</summary>
/// <param name="Chip">Id of the chip as the pin tables use it: esp32, esp32s3, esp8266, rp2040 …; null when the name is of no known family.</param>
/// <param name="Machine">Board and chip, such as "Raspberry Pi Pico with RP2040"; empty when the firmware doesn't say.</param>
/// <param name="Platform"><c>sys.platform</c>: esp32, esp8266, rp2, linux.</param>
/// <param name="Version">MicroPython's version, such as "1.27.0" or "1.28.0-preview".</param>
/// <param name="Build">The version string with date and git hash, such as "v1.28.0-preview.12.gabc123 on 2026-02-01"; empty when unknown.</param>
/// <param name="UniqueId"><c>machine.unique_id()</c> in lower-case hex: the identity of the board; null where the port has none.</param>
/// <param name="CpuHz">CPU frequency in hertz; null where the port has none.</param>
/// <param name="FreeBytes">Free heap in bytes after a collection; null when unknown.</param>
public sealed partial record BoardIdentity(
    string? Chip, string Machine, string Platform, string Version, string Build, string? UniqueId, long? CpuHz, long? FreeBytes)
{
    private const int LongestValue = 200;

    /// <summary>Asks the board; it is left as it is.</summary>
    /// <exception cref="DeviceException">The board runs something other than MicroPython, or its answer can't be read.</exception>
    public static async Task<BoardIdentity> ReadAsync(RawRepl repl, CancellationToken cancellationToken) =>
        Parse(await repl.ExecuteAsync(IdentificationProbe.Source, cancellationToken), repl.Name);

    /// <summary>Reads the answer to <see cref="IdentificationProbe.Source"/>.</summary>
    /// <param name="answer">What the board printed.</param>
    /// <param name="name">What the user calls the board, for messages.</param>
    /// <exception cref="DeviceException">It isn't the answer of a board that runs MicroPython.</exception>
    public static BoardIdentity Parse(ReplAnswer answer, string name)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in answer.Output.Split('\n'))
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
            {
                var value = line[(at + 1)..].Trim();
                values.TryAdd(line[..at].Trim(), value[..Math.Min(value.Length, LongestValue)]);
            }
        }

        if (answer.Error.Length > 0 || !values.ContainsKey("end"))
        {
            throw SyncFault.WithLastWords("The board doesn't say what it is.", name, answer.Error.Length > 0 ? answer.Error : answer.Output, "Press its reset button and run again; its firmware may lack memory or the module sys.");
        }

        string Get(string key) => values.GetValueOrDefault(key, "");
        if (Get("name") is not "micropython" and var other)
        {
            throw new DeviceException(other.Length == 0 ? "The board doesn't run MicroPython." : $"The board runs {other}, not MicroPython.", name, "Put MicroPython on it: https://micropython.org/download.");
        }

        // Firmware before 1.20 has no sys.implementation._machine.
        var machine = Get("machine") is { Length: > 0 } m ? m : Get("uname");
        var chipName = machine.LastIndexOf(" with ", StringComparison.Ordinal) is >= 0 and var w ? machine[(w + " with ".Length)..].Trim() : "";
        var build = Get("build") is { Length: > 0 } b ? b : AfterProduct(Get("sys"));
        return new BoardIdentity(
            ChipId(chipName), machine, Get("platform"), Get("version"), build,
            Get("uid") is { Length: > 0 } uid && uid.All(char.IsAsciiHexDigitLower) ? uid : null, Number(Get("hz")), Number(Get("free")));
    }

    /// <summary>The id of a chip from its name: "ESP32-S3" is esp32s3, "ESP32-PICO-D4" is esp32, "RP2350" is rp2350; null for other families.</summary>
    public static string? ChipId(string chipName)
    {
        // The firmware writes ESP32-S3 and ESP32S3 alike. A letter and a digit after ESP32 are another chip, whole words are packages.
        var match = Family().Match(chipName.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant());
        return match.Success ? match.Value : null;
    }

    private static string AfterProduct(string sysVersion) =>
        sysVersion.IndexOf("MicroPython ", StringComparison.Ordinal) is >= 0 and var at ? sysVersion[(at + "MicroPython ".Length)..] : "";

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    [GeneratedRegex("^(esp32([schp][0-9]+)?|esp8266|rp2[0-9]{3})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Family();
}
