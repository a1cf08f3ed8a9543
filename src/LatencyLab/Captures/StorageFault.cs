namespace LatencyLab.Captures;

/// <summary>What the operating system says about files, as errors that name the remedy.</summary>
public static class StorageFault
{
    // ENOSPC and EDQUOT as .NET hands them out on Unix, ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>True for what reading and writing files throws.</summary>
    public static bool Covers(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>The same fault for the user.</summary>
    /// <param name="e">What was thrown; see <see cref="Covers"/>.</param>
    /// <param name="path">File or folder that it was about.</param>
    /// <param name="doing">"write", "read", "remove".</param>
    public static LatencyLabException From(Exception e, string path, string doing) => e switch
    {
        IOException { HResult: NoSpace or QuotaExceeded or WindowsDiskFull or WindowsHandleDiskFull } => new LatencyLabException(
            FaultKind.Storage, "The disk is full.", path, "Free some space, or name another folder with -o; what was recorded is kept: see 'latencylab runs recover'.", e),
        UnauthorizedAccessException => new LatencyLabException(
            FaultKind.Storage, $"No right to {doing} here.", path, "Name a folder of your own with -o.", e),
        DirectoryNotFoundException => new LatencyLabException(FaultKind.Storage, "The folder isn't there (any more).", path, "Check the path.", e),
        FileNotFoundException when doing == "write" => new LatencyLabException(
            FaultKind.Storage, "Nothing can be made here.", path, "Name a folder of your own with -o.", e),
        FileNotFoundException => new LatencyLabException(FaultKind.Storage, "The file isn't there.", path, "Check the path.", e),
        IOException when e.Message.Contains("Read-only file system", StringComparison.Ordinal) => new LatencyLabException(
            FaultKind.Storage, "The file system is read-only.", path, "Name a folder on another disk with -o.", e),
        _ => new LatencyLabException(FaultKind.Storage, $"Can't {doing}: {e.Message}", path, "Check the path, its rights and the free space.", e),
    };
}
