namespace LatencyLab.MicroPython;

/// <summary>The words by which a board betrays that it has started anew in the middle of something.</summary>
public static class RebootTrace
{
    // ESP32 ROM: "rst:0x1 (POWERON_RESET),boot:0x13"; ESP8266 ROM: "ets Jan  8 2013,rst cause:2, boot mode:(3,6)" (at 74880 baud, so often
    // unreadable); ESP-IDF: "Guru Meditation Error", "Brownout detector was triggered"; MicroPython: "MPY: soft reboot" and its banner.
    private static readonly string[] Words =
        ["rst:0x", "rst cause:", "ets Jan", "ets Jun", "ets Jul", "Guru Meditation", "Brownout", "MPY: soft reboot", "MicroPython v", "ESP-ROM:"];

    /// <summary>The line that gives the reboot away, or null.</summary>
    public static string? Find(string talk)
    {
        foreach (var line in talk.Split('\n'))
        {
            if (Words.Any(w => line.Contains(w, StringComparison.Ordinal)))
            {
                return line.Trim();
            }
        }

        return null;
    }
}
