namespace LatencyLab.Links;

/// <summary>The serial ports of this computer with the USB devices behind them; nothing is opened for that.</summary>
public static class PortCatalog
{
    /// <summary>All ports, sorted by path; empty where the system doesn't tell.</summary>
    public static IReadOnlyList<SerialPortInfo> List()
    {
        if (OperatingSystem.IsWindows())
        {
            return WindowsPorts.List(WindowsPorts.Registry());
        }

        return OperatingSystem.IsMacOS() ? MacPorts.List(MacPorts.ReadRegistry()) : LinuxPorts.List();
    }
}
