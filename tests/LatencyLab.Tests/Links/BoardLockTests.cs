using LatencyLab.Links;

namespace LatencyLab.Tests.Links;

public sealed class BoardLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("latencylab-locks").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_second_holder_is_refused_and_told_who_has_the_board()
    {
        using var first = BoardLock.Take("e6614103e7", "/dev/ttyACM0", _folder);
        var fault = Assert.Throws<DeviceException>(() => BoardLock.Take("e6614103e7", "/dev/ttyACM1", _folder));
        Assert.Contains("this very command", fault.Message, StringComparison.Ordinal);
        Assert.Equal("/dev/ttyACM1", fault.Where);
        using var other = BoardLock.Take("another", "/dev/ttyACM2", _folder);
    }

    [Fact]
    public void The_name_of_another_process_is_in_the_message()
    {
        using var first = BoardLock.Take("uid", "board", _folder);
        File.WriteAllText(Path.Combine(_folder, "latencylab-uid.holder"), "4121 latencylab\n");
        Assert.Contains("latencylab (pid 4121)", Assert.Throws<DeviceException>(() => BoardLock.Take("uid", "board", _folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_freed_lock_and_the_files_of_a_dead_process_stop_nobody()
    {
        BoardLock.Take("uid", "board", _folder).Dispose();
        File.WriteAllText(Path.Combine(_folder, "latencylab-uid.holder"), "999999999 gone\n");
        using var again = BoardLock.Take("uid", "board", _folder);
    }

    [Fact]
    public void A_key_can_not_leave_the_folder()
    {
        using var taken = BoardLock.Take("../../etc/passwd", "board", _folder);
        Assert.All(Directory.GetFiles(_folder), f => Assert.StartsWith("latencylab-______etc_passwd", Path.GetFileName(f), StringComparison.Ordinal));
    }

    [Fact]
    public void A_link_left_in_the_shared_folder_is_not_written_through()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        var precious = Path.Combine(_folder, "precious");
        File.WriteAllText(precious, "keep");
        File.CreateSymbolicLink(Path.Combine(_folder, "latencylab-a.lock"), precious);
        File.CreateSymbolicLink(Path.Combine(_folder, "latencylab-b.holder"), precious);
        Assert.Throws<DeviceException>(() => BoardLock.Take("a", "board", _folder));
        using var b = BoardLock.Take("b", "board", _folder);
        Assert.Equal("keep", File.ReadAllText(precious));
    }
}
