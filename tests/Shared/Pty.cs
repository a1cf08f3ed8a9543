using System.Runtime.InteropServices;
using System.Text;

namespace LatencyLab.TestSupport;

/// <summary>A pseudo terminal: the test holds the master side, the code under test opens <see cref="SlavePath"/> as a serial port.</summary>
public sealed partial class Pty : IAsyncDisposable
{
    // O_RDWR, O_NOCTTY, and O_CLOEXEC: a program that a test starts must not hold this side open.
    private const int OpenFlags = 0x2 | 0x100 | 0x80000;

    private readonly Stream _master;

    private Pty(Stream master, string slavePath)
    {
        _master = master;
        SlavePath = slavePath;
    }

    public string SlavePath { get; }

    public Stream Master => _master;

    /// <summary>Opens a pair in raw mode; skips the test where there are none.</summary>
    public static Pty Open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pseudo terminals are made by Linux calls.");
        var handle = PosixOpenPt(OpenFlags);
        if (handle < 0 || GrantPt(handle) != 0 || UnlockPt(handle) != 0)
        {
            throw new IOException($"posix_openpt failed with error {Marshal.GetLastPInvokeError()}.");
        }

        var name = new byte[128];
        if (PtsName(handle, name, (nuint)name.Length) != 0)
        {
            throw new IOException("ptsname_r failed.");
        }

        var path = Encoding.ASCII.GetString(name, 0, Array.IndexOf(name, (byte)0));
        var stream = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(handle, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
        MakeRaw(handle);
        return new Pty(stream, path);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes) => await _master.WriteAsync(bytes);

    /// <summary>Reads exactly as many bytes as asked for.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await _master.ReadExactlyAsync(bytes);
        return bytes;
    }

    /// <summary>Hangs up, as a board that is unplugged.</summary>
    public ValueTask DisposeAsync() => _master.DisposeAsync();

    // What is written before the other side opens would otherwise be echoed and have its line ends changed.
    private static void MakeRaw(int handle)
    {
        var settings = new byte[256];
        if (TcGetAttr(handle, settings) == 0)
        {
            CfMakeRaw(settings);
            _ = TcSetAttr(handle, 0, settings);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int PosixOpenPt(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int GrantPt(int handle);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int UnlockPt(int handle);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int PtsName(int handle, byte[] name, nuint length);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int TcGetAttr(int handle, byte[] settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int TcSetAttr(int handle, int actions, byte[] settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void CfMakeRaw(byte[] settings);
}
