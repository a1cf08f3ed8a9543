using System.Security.Cryptography;
using System.Text;

namespace LatencyLab.MicroPython;

/// <summary>One part of the scripts that the library carries for boards (firmware/target, firmware/sampler).</summary>
/// <param name="Name">"target/core", "sampler/capture".</param>
/// <param name="Source">What is sent: the part without comment lines and blank lines, which would cost a small board memory. The header line stays.</param>
/// <param name="Sha256">Of the part as it stands in the repository, lower-case hex.</param>
public sealed record BoardScript(string Name, string Source, string Sha256)
{
    /// <summary>Reads an embedded part.</summary>
    /// <exception cref="InvalidOperationException">There is no such part: a bug in LatencyLab.</exception>
    public static BoardScript Load(string name)
    {
        using var stream = typeof(BoardScript).Assembly.GetManifestResourceStream($"firmware/{name}.py")
            ?? throw new InvalidOperationException($"The script part '{name}' is not in the library.");
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        var bytes = buffer.ToArray();
        return new BoardScript(name, Strip(Encoding.UTF8.GetString(bytes)), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static string Strip(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        var kept = lines.Skip(1).Where(line => line.TrimStart() is { Length: > 0 } code && code[0] != '#').Select(line => line.TrimEnd());
        return string.Join('\n', kept.Prepend(lines[0])) + "\n";
    }
}
