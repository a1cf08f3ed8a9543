using LatencyLab.Links;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Links;

public sealed class SerialLinkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_byte_value_passes_a_pseudo_terminal_both_ways()
    {
        await using var pty = Pty.Open();
        await using var link = SerialLink.Open(pty.SlavePath);
        Assert.False(link.HasControlLines);
        var everyByte = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        await link.WriteAsync(everyByte, Stop);
        Assert.Equal(everyByte, await pty.ReadAsync(256));
        await pty.WriteAsync(everyByte);
        Assert.Equal(everyByte, await ReadAsync(link, 256));
    }

    [Fact]
    public async Task A_megabyte_arrives_whole_and_in_order()
    {
        await using var pty = Pty.Open();
        await using var link = SerialLink.Open(pty.SlavePath);
        var sent = new byte[1 << 20];
        new Random(1).NextBytes(sent);
        var writing = pty.WriteAsync(sent);
        Assert.Equal(sent, await ReadAsync(link, sent.Length));
        await writing;
    }

    [Fact]
    public async Task An_unplugged_board_ends_a_waiting_read_with_a_typed_error()
    {
        var pty = Pty.Open();
        await using var link = SerialLink.Open(pty.SlavePath);
        var reading = ReadAsync(link, 1);
        await pty.DisposeAsync();
        var gone = await Assert.ThrowsAsync<DeviceException>(() => reading);
        Assert.Equal(pty.SlavePath, gone.Where);
        await Assert.ThrowsAsync<DeviceException>(async () => await ReadAsync(link, 1));
    }

    [Fact]
    public async Task A_closed_port_lets_its_reader_go_although_nobody_reads()
    {
        await using var pty = Pty.Open();
        var link = SerialLink.Open(pty.SlavePath);
        await pty.WriteAsync(new byte[3000]);
        await link.DisposeAsync();
        await Assert.ThrowsAsync<DeviceException>(async () => await link.ReadAsync(new byte[1], Stop));
        await using var again = SerialLink.Open(pty.SlavePath);
        await pty.WriteAsync(new byte[] { 42 });
        // Whatever the closed port had not read comes first.
        byte[] next;
        do
        {
            next = await ReadAsync(again, 1);
        }
        while (next[0] == 0);
        Assert.Equal(42, next[0]);
    }

    [Fact]
    public void A_missing_port_is_called_missing()
    {
        var fault = Assert.Throws<DeviceException>(() => SerialLink.Open("/dev/ttyNOSUCH0"));
        Assert.Contains("no such port", fault.Message, StringComparison.Ordinal);
        Assert.Contains("devices", fault.Try, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plain_file_is_no_serial_port()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The message is that of Linux.");
        var file = Path.GetTempFileName();
        try
        {
            Assert.Contains("not a serial port", Assert.Throws<DeviceException>(() => SerialLink.Open(file)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task The_program_that_holds_a_port_is_named()
    {
        await using var pty = Pty.Open();
        // The table of processes is made up, since a child's open files can't be chosen from here.
        var proc = Directory.CreateTempSubdirectory("latencylab-proc");
        var fd = Directory.CreateDirectory(Path.Combine(proc.FullName, "4121", "fd"));
        await File.WriteAllTextAsync(Path.Combine(proc.FullName, "4121", "comm"), "screen\n", Stop);
        File.CreateSymbolicLink(Path.Combine(fd.FullName, "3"), pty.SlavePath);
        var link = Path.Combine(proc.FullName, "by-id");
        File.CreateSymbolicLink(link, pty.SlavePath);
        Assert.Equal(new PortHolder(4121, "screen"), Assert.Single(PortHolder.Find(pty.SlavePath, proc.FullName)));
        Assert.Equal(new PortHolder(4121, "screen"), Assert.Single(PortHolder.Find(link, proc.FullName)));
        Assert.Empty(PortHolder.Find("/dev/ttyUSB9", proc.FullName));
        proc.Delete(recursive: true);
    }

    private static async Task<byte[]> ReadAsync(SerialLink link, int count)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            got += await link.ReadAsync(bytes.AsMemory(got), Stop);
        }

        return bytes;
    }
}
