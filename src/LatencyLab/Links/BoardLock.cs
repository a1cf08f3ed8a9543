using System.Globalization;
using System.Text;

namespace LatencyLab.Links;

/// <summary>
/// The right of one process to use one board. A locked file in a folder that all users share: TIOCEXCL of a serial port is passed by
/// root, and TCP has nothing of the kind. The operating system frees the lock of a process that dies, so no stale lock can remain.
/// </summary>
public sealed class BoardLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _holderFile;

    private BoardLock(FileStream file, string holderFile)
    {
        _file = file;
        _holderFile = holderFile;
    }

    /// <summary>Takes the lock or says who has it.</summary>
    /// <param name="key">The board's unique_id, or the port where no board has been asked yet.</param>
    /// <param name="what">What the user calls the board, for the message.</param>
    /// <param name="folder">Where locks live; null is the system's folder for temporary files.</param>
    /// <exception cref="DeviceException">Another process, or another part of this one, uses the board.</exception>
    public static BoardLock Take(string key, string what, string? folder = null)
    {
        var stem = Path.Combine(folder ?? Path.GetTempPath(), "latencylab-" + FileNameOf(key));
        var holderFile = stem + ".holder";
        try
        {
            var file = OpenLocked(stem + ".lock");
            var taken = new BoardLock(file, holderFile);
            taken.SignHolder();
            return taken;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var holder = ReadHolder(holderFile);
            var who = holder is null ? "another process" : holder.ProcessId == Environment.ProcessId ? "this very command" : holder.ToString();
            throw new DeviceException($"The board is in use by {who}.", what, "Wait until that has ended, or choose another board.", e);
        }
    }

    public void Dispose()
    {
        // The lock file stays: removing it would let two processes lock two files of one name.
        try
        {
            File.Delete(_holderFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a name for a message.
        }

        _file.Dispose();
    }

    private static FileStream OpenLocked(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            throw new IOException($"{path} is a link.");
        }

        try
        {
            return new FileStream(path, OptionsFor(FileMode.OpenOrCreate, FileAccess.ReadWrite));
        }
        catch (UnauthorizedAccessException) when (File.Exists(path))
        {
            // Made by another user: reading is enough to lock it.
            return new FileStream(path, OptionsFor(FileMode.Open, FileAccess.Read));
        }
    }

    private static FileStreamOptions OptionsFor(FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode == FileMode.OpenOrCreate)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        }

        return options;
    }

    private static PortHolder? ReadHolder(string holderFile)
    {
        try
        {
            using var reader = new StreamReader(holderFile, Encoding.UTF8);
            var text = new char[256];
            var parts = new string(text, 0, reader.ReadBlock(text)).Split(' ', 2);
            return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? new PortHolder(pid, parts[1].Trim()) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string FileNameOf(string key) => string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private void SignHolder()
    {
        try
        {
            // A new file: the folder is shared, and writing through a link that somebody left there would overwrite its target.
            File.Delete(_holderFile);
            using var file = new StreamWriter(new FileStream(_holderFile, FileMode.CreateNew, FileAccess.Write));
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{process.Id} {process.ProcessName}\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a name for a message; the lock itself holds.
        }
    }
}
