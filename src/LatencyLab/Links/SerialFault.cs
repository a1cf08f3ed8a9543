namespace LatencyLab.Links;

/// <summary>
/// Why a port could not be opened. System.IO.Ports says "access denied" for a missing file, a missing right, a busy port and a plain
/// file alike, so the reasons are told apart here.
/// </summary>
internal static class SerialFault
{
    private const int NotATerminal = 25;
    private const int IsADirectory = 21;

    public static DeviceException OnOpen(string port, Exception fault)
    {
        if (OperatingSystem.IsWindows() ? fault is FileNotFoundException or DirectoryNotFoundException : !Path.Exists(port))
        {
            return new DeviceException("There is no such port.", port, "Plug the board in and run 'latencylab devices' to see the ports that exist.", fault);
        }

        if (!OperatingSystem.IsWindows() && !SerialRights.MayOpen(port))
        {
            return new DeviceException("This user has no right to open the port.", port, SerialRights.Remedy(), fault);
        }

        if (fault is not UnauthorizedAccessException || (fault.InnerException is IOException { HResult: NotATerminal or IsADirectory }))
        {
            return new DeviceException("This is not a serial port.", port, "Run 'latencylab devices' to see the ports that are.", fault);
        }

        var holders = PortHolder.Find(port).Where(h => h.ProcessId != Environment.ProcessId).ToArray();
        var who = holders.Length > 0 ? $"by {string.Join(", ", holders.AsEnumerable())}" : "by another program";
        return new DeviceException($"The port is in use {who}.", port, "Close that program, or choose another board.", fault);
    }
}
