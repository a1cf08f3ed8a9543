using System.Globalization;
using System.Runtime.InteropServices;
using LatencyLab.Links;

namespace LatencyLab.Cli.Doctor;

/// <summary>What the computer does to serial ports: rights, rules, and programs that meddle. Reads files only; opens no port.</summary>
/// <param name="Root">Where the file system begins; tests bring their own tree.</param>
/// <param name="Ports">The ports of the computer.</param>
internal sealed record SystemCheck(string Root, IReadOnlyList<SerialPortInfo> Ports)
{
    private const string RuleFile = UdevRule.FileName;
    private static readonly string[] RuleFolders = ["etc/udev/rules.d", "usr/lib/udev/rules.d", "lib/udev/rules.d", "run/udev/rules.d"];

    /// <summary>All findings, in the order in which a person would look.</summary>
    public IEnumerable<Finding> Look()
    {
        yield return new Finding("system", Health.Good, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, .NET {Environment.Version}");
        if (Read("proc/version").Contains("microsoft", StringComparison.OrdinalIgnoreCase))
        {
            yield return new Finding("WSL", Health.Note, "This is Windows Subsystem for Linux: USB devices aren't here, and usbipd loses them at each reset of a board.",
                "Run the Windows build, or serve the port there and use rfc2217://.");
        }

        yield return Ports.Count == 0
            ? new Finding("ports", Health.Note, "No serial port exists.", "Plug a board in; check that its cable carries data. --rig sim needs no board.")
            : new Finding("ports", Health.Good, $"{Ports.Count} serial port(s), {Ports.Count(p => p.Known is not null)} of them with a known board or bridge.");
        foreach (var port in Ports)
        {
            foreach (var finding in LookAt(port))
            {
                yield return finding;
            }
        }

        if (!OperatingSystem.IsLinux())
        {
            yield break;
        }

        var hasRule = RuleFolders.Any(f => File.Exists(Path.Combine(Root, f, RuleFile)));
        yield return hasRule
            ? new Finding("udev rule", Health.Good, $"{RuleFile} is installed.")
            : new Finding("udev rule", Health.Note, $"{RuleFile} is not installed.", UdevRule.Installation);
        var running = ProcessNames();
        if (running.Contains("ModemManager"))
        {
            yield return hasRule
                ? new Finding("ModemManager", Health.Good, "ModemManager runs; the rule keeps it away from boards.")
                : new Finding("ModemManager", Health.Note, "ModemManager runs: older versions type AT commands into new ports for ten seconds.", $"Install the udev rule, or 'sudo systemctl disable --now ModemManager'.");
        }

        if (running.Contains("brltty"))
        {
            yield return new Finding("brltty", Health.Bad, "brltty runs: it takes CH340 and CP2102 bridges for Braille displays.", "sudo apt-get remove brltty, unless you need it.");
        }
    }

    private IEnumerable<Finding> LookAt(SerialPortInfo port)
    {
        if (port.Known is { Role: UsbRole.Bootloader } loader)
        {
            yield return new Finding(port.Path, Health.Bad, $"{loader.Name}.", "Put MicroPython on it, or press reset.");
        }

        if (!OperatingSystem.IsWindows() && !SerialRights.MayOpen(port.Path))
        {
            yield return new Finding(port.Path, Health.Bad, "This user has no right to open it.", SerialRights.Remedy(Path.Combine(Root, "etc/group")));
        }

        foreach (var holder in PortHolder.Find(port.Path, Path.Combine(Root, "proc")))
        {
            yield return new Finding(port.Path, Health.Bad, $"In use by {holder}.", "Close that program.");
        }
    }

    private HashSet<string> ProcessNames()
    {
        var proc = Path.Combine(Root, "proc");
        return !Directory.Exists(proc)
            ? []
            : [.. Directory.EnumerateDirectories(proc)
                .Where(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Select(d => Read(Path.Combine(d, "comm")).Trim())];
    }

    private string Read(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Root, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process that has ended, or a system without that file.
            return "";
        }
    }
}
