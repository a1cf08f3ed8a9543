using System.Runtime.InteropServices;

namespace LatencyLab.Links;

/// <summary>Whether this user may open a port, and how to get the right. Windows gives it to everybody.</summary>
public static partial class SerialRights
{
    private const int ReadAndWrite = 6;

    /// <summary>Whether this process may read and write the file; the port isn't opened for that.</summary>
    public static bool MayOpen(string port) => OperatingSystem.IsWindows() || Access(port, ReadAndWrite) == 0;

    /// <summary>The command that gives the right to use serial ports.</summary>
    public static string Remedy(string groupFile = "/etc/group")
    {
        // Debian, Ubuntu and Fedora call the group dialout, Arch calls it uucp.
        var group = File.Exists(groupFile) && File.ReadLines(groupFile).Any(l => l.StartsWith("uucp:", StringComparison.Ordinal))
            && !File.ReadLines(groupFile).Any(l => l.StartsWith("dialout:", StringComparison.Ordinal)) ? "uucp" : "dialout";
        return $"Run 'sudo usermod -aG {group} $USER' and log in again, or install the udev rule that 'latencylab doctor --udev' prints.";
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Access(string path, int mode);
}
