using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LatencyLab.Targets;

/// <summary>The user's own handler, in the frame that docs/own-handler.md describes.</summary>
/// <param name="Name">Name of the file without its folder: it stands in tracebacks.</param>
/// <param name="Text">What it says.</param>
/// <param name="Sha256">Of the file's bytes, lower-case hex.</param>
public sealed record HandlerScript(string Name, string Text, string Sha256)
{
    /// <summary>An ESP8266 holds this text and what it is compiled to at once.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>Checks a file's content.</summary>
    /// <param name="name">Its name, with or without folders.</param>
    /// <param name="bytes">What it holds.</param>
    /// <exception cref="LatencyLabException">It is empty, too long or no text in UTF-8 (kind usage).</exception>
    public static HandlerScript Of(string name, ReadOnlySpan<byte> bytes)
    {
        var text = bytes.StartsWith("\uFEFF"u8) ? bytes["\uFEFF"u8.Length..] : bytes;
        if (text.Length is 0 or > MaxBytes)
        {
            throw Unusable(name, text.Length == 0 ? "The file is empty." : $"A handler has at most {MaxBytes} bytes, this file {text.Length}.");
        }

        if (!System.Text.Unicode.Utf8.IsValid(text) || text.Contains((byte)0))
        {
            throw Unusable(name, "The file isn't text in UTF-8.");
        }

        var plain = Encoding.UTF8.GetString(text).Replace("\r\n", "\n", StringComparison.Ordinal);
        // What a traceback quotes must be found again, and must not break out of it.
        var shown = new string([.. System.IO.Path.GetFileName(name).Where(c => !char.IsControl(c) && c is not ('"' or '\\' or ',')).Take(64)]);
        return new HandlerScript(shown.Length == 0 ? "handler.py" : shown, plain, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <summary>The piece of source that puts the text into the board's memory, for the part <c>target/script</c> to run.</summary>
    public string ToSource() => $"# latencylab target/source 1\nll_source=('{Literal(Name)}','{Literal(Text)}')\n";

    // A Python string literal in ASCII: what is outside stands as an escape.
    private static string Literal(string text)
    {
        var literal = new StringBuilder(text.Length + 64);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\n' => literal.Append("\\n"),
                '\'' or '\\' => literal.Append('\\').Append((char)rune.Value),
                >= ' ' and <= '~' => literal.Append((char)rune.Value),
                <= 0xFFFF => literal.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => literal.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }

        return literal.ToString();
    }

    private static LatencyLabException Unusable(string name, string what) => new(FaultKind.Usage, what, name, "Name a small Python file that defines make(response); docs/own-handler.md describes it.");
}
