using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace LatencyLab.Simulation;

/// <summary>
/// The master side of a pseudoterminal in raw mode without echo, for serving a board as if it had a serial port. Clients open and close
/// <see cref="SlavePath"/> as often as they like.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class Pseudoterminal : IDisposable
{
    private const int ReadWrite = 2;
    private const short PollIn = 1, PollOut = 4, PollHangUp = 0x10, PollError = 8;
    private const int FlushNow = 0;
    private const int Interrupted = 4;

    // Larger than struct termios of any system; only cfmakeraw looks inside.
    private const int TermiosBytes = 256;

    private readonly int _master;
    private int _disposed;

    private Pseudoterminal(int master, string slavePath) => (_master, SlavePath) = (master, slavePath);

    /// <summary>The device that clients open.</summary>
    public string SlavePath { get; }

    /// <exception cref="DeviceException">The system gives no pseudoterminal.</exception>
    public static Pseudoterminal Open()
    {
        var master = PosixOpenPt(ReadWrite | NoControllingTerminal | CloseOnExec | NonBlocking);
        if (master < 0)
        {
            throw Fault("open a pseudoterminal");
        }

        Span<byte> name = stackalloc byte[128];
        if (GrantPt(master) != 0 || UnlockPt(master) != 0 || PtsName(master, name, name.Length) != 0)
        {
            _ = Close(master);
            throw Fault("set a pseudoterminal up");
        }

        var path = System.Text.Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
        var pty = new Pseudoterminal(master, path);
        try
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            pty.HangUpOnce();
            return pty;
        }
        catch
        {
            pty.Dispose();
            throw;
        }
    }

    /// <summary>True while a client has the slave open.</summary>
    public bool HasClient => (Poll(0, TimeSpan.Zero) & PollHangUp) == 0;

    /// <summary>Waits for bytes from the client.</summary>
    /// <returns>Bytes read; 0 when none came in time; -1 when no client is there.</returns>
    public int Read(Span<byte> into, TimeSpan atMost)
    {
        var events = Poll(PollIn, atMost);
        if ((events & PollIn) == 0)
        {
            return (events & (PollHangUp | PollError)) != 0 ? -1 : 0;
        }

        var count = Read(_master, into, into.Length);
        return count > 0 ? (int)count : count < 0 && IsPassing(Marshal.GetLastPInvokeError()) ? 0 : -1;
    }

    /// <summary>Writes what the client's side has room for.</summary>
    /// <returns>Bytes written; 0 when there was no room in time; -1 when no client is there.</returns>
    public int Write(ReadOnlySpan<byte> bytes, TimeSpan atMost)
    {
        var events = Poll(PollOut, atMost);
        if ((events & (PollHangUp | PollError)) != 0)
        {
            return -1;
        }

        if ((events & PollOut) == 0)
        {
            return 0;
        }

        var count = Write(_master, bytes, bytes.Length);
        return count >= 0 ? (int)count : IsPassing(Marshal.GetLastPInvokeError()) ? 0 : -1;
    }

    /// <summary>
    /// Makes the line fit for the next client: what the last one didn't read is dropped, and its settings are undone. What the next one may have
    /// written already stays.
    /// </summary>
    public void Reset()
    {
        _ = FlushTerminal(_master, FlushOutput);
        MakeRaw(_master);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _ = Close(_master);
        }
    }

    private static int NoControllingTerminal => OperatingSystem.IsLinux() ? 0x100 : 0x20000;

    private static int CloseOnExec => OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;

    // A full line must not hold the server back when it is told to stop. Linux takes the flag here; elsewhere poll alone has to do.
    private static int NonBlocking => OperatingSystem.IsLinux() ? 0x800 : 0;

    private static int FlushOutput => OperatingSystem.IsLinux() ? 1 : 2;

    // The master reports a hang-up only after a client has been there once.
    private void HangUpOnce()
    {
        var slave = OpenFile(SlavePath, ReadWrite | NoControllingTerminal | CloseOnExec);
        if (slave < 0)
        {
            throw Fault($"open {SlavePath}");
        }

        MakeRaw(slave);
        _ = Close(slave);
    }

    private static void MakeRaw(int terminal)
    {
        Span<byte> settings = stackalloc byte[TermiosBytes];
        if (GetAttributes(terminal, settings) == 0)
        {
            ConfigureRaw(settings);
            _ = SetAttributes(terminal, FlushNow, settings);
        }
    }

    private short Poll(short events, TimeSpan atMost)
    {
        var waited = new PollDescriptor { File = _master, Events = events };
        return Poll(ref waited, 1, (int)atMost.TotalMilliseconds) > 0 ? waited.ReturnedEvents : (short)0;
    }

    private static bool IsPassing(int error) => error == Interrupted || error == (OperatingSystem.IsLinux() ? 11 : 35);

    private static DeviceException Fault(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new DeviceException(
            $"Can't {what}: {new Win32Exception(error).Message}.", null, "Check that /dev/pts is mounted.");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int File;
        public short Events;
        public short ReturnedEvents;
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int PosixOpenPt(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int GrantPt(int master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int UnlockPt(int master);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int PtsName(int master, Span<byte> name, nint length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int file, Span<byte> into, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int file, ReadOnlySpan<byte> bytes, nint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor descriptors, uint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetAttributes(int terminal, Span<byte> settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetAttributes(int terminal, int when, ReadOnlySpan<byte> settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void ConfigureRaw(Span<byte> settings);

    [LibraryImport("libc", EntryPoint = "tcflush", SetLastError = true)]
    private static partial int FlushTerminal(int terminal, int queue);
}
