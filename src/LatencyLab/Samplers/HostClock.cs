using System.Runtime.InteropServices;

namespace LatencyLab.Samplers;

/// <summary>Whether this computer's clock is held to UTC: what a comparison with it is worth.</summary>
public static partial class HostClock
{
    // adjtimex(2): TIME_ERROR says that the clock isn't synchronised; struct timex has 208 bytes on 64-bit Linux, 128 on 32-bit.
    private const int TimeError = 5;
    private const int TimexBytes = 256;

    /// <summary>True or false as the kernel of Linux says; null elsewhere, and where it doesn't answer.</summary>
    public static bool? IsSynchronised()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            // All zero: modes 0 asks and changes nothing.
            return AdjTimex(new byte[TimexBytes]) switch { < 0 => null, TimeError => false, _ => true };
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AdjTimex(byte[] timex);
}
