using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using LatencyLab.Links;

namespace LatencyLab.Cli.Doctor;

/// <summary>A ZIP for bug reports. It says what the computer and the boards are, and nothing of whose they are.</summary>
internal static partial class SupportBundle
{
    // A shorter one, such as the 0001 that clones share, tells nobody apart and stands in many other words.
    private const int ShortestSerial = 5;

    /// <summary>Writes findings and ports.</summary>
    /// <exception cref="LatencyLabException">The file can't be written (kind storage).</exception>
    public static void Write(string path, IReadOnlyList<Finding> findings, IReadOnlyList<SerialPortInfo> ports)
    {
        try
        {
            using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
            // Also inside names of ports, where macOS and /dev/serial/by-id put them.
            string[] serials = [.. ports.Select(p => p.SerialNumber).OfType<string>().Where(s => s.Length >= ShortestSerial).OrderByDescending(s => s.Length)];
            Add(zip, serials, "findings.txt", string.Concat(findings.Select(f => $"{f.Health}: {f.Subject}: {f.What}{(f.Try is null ? "" : $" Try: {f.Try}")}\n")));
            Add(zip, serials, "ports.txt", string.Concat(ports.Select(p => $"{p.Path} {p.UsbIds ?? "-"} {p.Known?.Name ?? p.Product ?? "-"} {(p.SerialNumber is null ? "no serial number" : "has a serial number")}\n")));
            Add(zip, serials, "version.txt", $"LatencyLab {typeof(SupportBundle).Assembly.GetName().Version}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The bundle can't be written: {e.Message}", path, "Give a file in a folder that you may write to.", e);
        }
    }

    /// <summary>Takes out what names a person, a computer or one particular board: home folders, user and host name, serial numbers and ids.</summary>
    public static string Anonymous(string text) =>
        Anonymous(text, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), Environment.MachineName, Environment.UserName);

    internal static string Anonymous(string text, string home, string machine, string user)
    {
        foreach (var (word, stands) in (ReadOnlySpan<(string, string)>)[(home, "HOME"), (machine, "HOST"), (user, "USER")])
        {
            // "/" would hit every path.
            if (word.Length > 1)
            {
                text = Regex.Replace(text, $@"(?<![\p{{L}}\d]){Regex.Escape(word)}(?![\p{{L}}\d])", stands, RegexOptions.None, TimeSpan.FromSeconds(1));
            }
        }

        text = Address().Replace(text, "${scheme}HOST");
        return BoardId().Replace(text, m => m.Value[..2] + "…");
    }

    private static void Add(ZipArchive zip, IReadOnlyList<string> serials, string name, string text)
    {
        using var entry = new StreamWriter(zip.CreateEntry(name).Open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        entry.Write(Anonymous(serials.Aggregate(text, (all, serial) => all.Replace(serial, "SERIAL", StringComparison.OrdinalIgnoreCase))));
    }

    // unique_id has 4, 6 or 8 bytes; the first tells the maker, the rest the one board. A build's git hash has a g before it and stays.
    [GeneratedRegex("(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:[0-9a-fA-F]{4}){0,2}(?![0-9A-Za-z])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BoardId();

    [GeneratedRegex(@"(?<scheme>(?:tcp|rfc2217)://)(?:\[[^\]\s]*\]|[^\s:/]+)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
