namespace LatencyLab.MicroPython;

/// <summary>Why a link shows no raw REPL, as far as its bytes tell.</summary>
internal static class SyncFault
{
    private const int QuotedCharacters = 160;

    public static DeviceException Explain(string name, long received, string tail)
    {
        if (received == 0)
        {
            return new DeviceException(
                "The board is silent: there is no MicroPython prompt, whatever is sent.", name,
                "Check that MicroPython is on the board, press its reset button, close other programs that use it; a slow or distant board may need --timeout 10x.");
        }

        if (tail.Contains("waiting for download", StringComparison.Ordinal) || tail.Contains("DOWNLOAD_BOOT", StringComparison.Ordinal))
        {
            return WithLastWords("The board is in its bootloader.", name, tail, "Release its BOOT button and press reset.");
        }

        if (RebootTrace.Find(tail) is not null && !tail.Contains("MicroPython v", StringComparison.Ordinal))
        {
            return WithLastWords("The board starts again and again, or runs no MicroPython.", name, tail, "Check its power supply and its firmware.");
        }

        var unreadable = tail.Count(c => c is '\uFFFD' or (< ' ' and not '\r' and not '\n' and not '\t'));
        return unreadable * 4 > tail.Length
            ? new DeviceException("The board sends bytes that are no text.", name, "It may run other firmware, or speak at another speed than 115200 baud.")
            : WithLastWords("The board talks, but shows no MicroPython prompt.", name, tail, "Put MicroPython on it, or press its reset button; a slow board may need --timeout 10x.");
    }

    public static DeviceException WithLastWords(string what, string name, string tail, string remedy)
    {
        var words = string.Join(' ', tail.Split((char[])['\r', '\n', '\0', '\u0004'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        words = words.Length > QuotedCharacters ? "…" + words[^QuotedCharacters..] : words;
        return new DeviceException(words.Length == 0 ? what : $"{what} Its last words: {words}", name, remedy);
    }
}
