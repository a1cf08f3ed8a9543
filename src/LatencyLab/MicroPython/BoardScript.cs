using System.Security.Cryptography;
using System.Text;

namespace LatencyLab.MicroPython;

/// <summary>One part of the scripts that the library carries for boards (firmware/target, firmware/sampler).</summary>
/// <param name="Name">"target/core", "sampler/capture".</param>
/// <param name="Source">What is sent: the part without comment lines and blank lines, which would cost a small board memory. The header line stays.</param>
/// <param name="Sha256">Of the part as it stands in the repository, lower-case hex.</param>
public sealed record BoardScript(string Name, string Source, string Sha256)
{
    private const string Core = "/core";

    /// <summary>Reads an embedded part. Both boards have one core, which is told its role.</summary>
    /// <exception cref="InvalidOperationException">There is no such part: a bug in LatencyLab.</exception>
    public static BoardScript Load(string name)
    {
        var role = name.EndsWith(Core, StringComparison.Ordinal) ? name[..^Core.Length] : null;
        using var stream = typeof(BoardScript).Assembly.GetManifestResourceStream($"firmware/{(role is null ? name : "core")}.py")
            ?? throw new InvalidOperationException($"The script part '{name}' is not in the library.");
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        var bytes = buffer.ToArray();
        var source = Strip(Encoding.UTF8.GetString(bytes));
        return new BoardScript(
            name, role is null ? source : $"# latencylab {name} 1\nLL_PART = \"{role}\"\n{source[(source.IndexOf('\n', StringComparison.Ordinal) + 1)..]}", Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static string Strip(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        var kept = lines.Skip(1).Where(line => line.TrimStart() is { Length: > 0 } code && code[0] != '#').Select(line => line.TrimEnd());
        return string.Join('\n', kept.Prepend(lines[0])) + "\n";
    }
}
