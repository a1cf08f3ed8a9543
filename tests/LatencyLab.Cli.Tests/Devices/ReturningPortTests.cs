using LatencyLab.Cli.Tests.Runs;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Simulation;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Devices;

/// <summary>Boards whose USB is their own: their port goes with them when they are reset, and comes back.</summary>
public sealed class ReturningPortTests : IDisposable
{
    private static readonly SerialPortInfo Board = new("/dev/ttyACM0", 0x303a, 0x1001, "AA:BB", "USB JTAG/serial debug unit", null, "1-1.2");

    private readonly TempFolder _locks = new();
    private readonly List<string> _said = [];
    private IReadOnlyList<SerialPortInfo> _ports = [Board];
    private int _looks;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _locks.Dispose();

    [Theory]
    [InlineData("/dev/ttyACM0")]
    [InlineData("id:AA:BB")]
    [InlineData("usb:303a:1001")]
    public async Task A_board_that_opening_has_reset_is_opened_under_its_new_name(string selector)
    {
        // Gone for a few looks, and another board of the same kind is quicker.
        var other = Board with { Path = "/dev/ttyACM2", SerialNumber = "CC:DD", Topology = "1-1.3" };
        var access = Access(after: () => _ports = ++_looks < 4 ? [other] : [other, Board with { Path = "/dev/ttyACM1" }]);
        await using var board = await BoardFinder.OpenAsync(DeviceSelector.Parse(selector), BoardRole.Target, access, Stop);
        Assert.Equal(("/dev/ttyACM1", "esp32c3"), (board.Name, board.Identity.Chip));
        Assert.Contains(_said, s => s.Contains("/dev/ttyACM1 now", StringComparison.Ordinal));
        Assert.Equal("2\r\n", (await board.Repl.ExecuteAsync("print(2)", Stop)).Output);
    }

    [Fact]
    public async Task A_board_without_serial_number_is_known_by_its_socket()
    {
        _ports = [Board with { SerialNumber = null }];
        var access = Access(after: () => _ports = [Board with { Path = "/dev/ttyACM3", SerialNumber = null, Topology = "1-1.4" }, Board with { Path = "/dev/ttyACM1", SerialNumber = null }]);
        await using var board = await BoardFinder.OpenAsync(DeviceSelector.Parse("a0"), BoardRole.Target, access, Stop);
        Assert.Equal("/dev/ttyACM1", board.Name);
    }

    [Fact]
    public async Task A_board_that_stays_away_is_gone()
    {
        var access = Access(after: () => _ports = [Board with { Path = "/dev/ttyACM1", SerialNumber = "CC:DD" }]) with { Limits = StepLimits.Default with { Factor = 0.1 } };
        var fault = await Assert.ThrowsAsync<DeviceException>(() => BoardFinder.OpenAsync(DeviceSelector.Parse("a0"), BoardRole.Target, access, Stop));
        Assert.True(fault.LinkIsLost);
        Assert.Equal("/dev/ttyACM0", fault.Where);
    }

    [Fact]
    public async Task A_port_that_is_only_a_path_is_taken_again_when_it_is_back()
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32");
        var pty = Pty.Open();
        var port = Path.Combine(rig.LockFolder, "port");
        File.CreateSymbolicLink(port, pty.SlavePath);
        var asked = rig.LatencyLabAsync("devices", "--probe", port, "--timeout", "10x");
        await HeardAsync(pty, asked);
        File.Delete(port);
        await pty.DisposeAsync();
        File.CreateSymbolicLink(port, rig.Target);
        var outcome = await asked;
        Assert.True(outcome.Code == 0, outcome.Said);
        Assert.Contains("ESP32", outcome.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_soft_reset_that_takes_the_port_with_it_is_not_the_end()
    {
        await using var first = await BoardFinder.OpenAsync(DeviceSelector.Parse("a0"), BoardRole.Target, Access(after: null), Stop);
        var loss = new DeviceException("gone", first.Name) { LinkIsLost = true };
        _ports = [Board with { Path = "/dev/ttyACM1" }];
        await using var again = await first.ReopenAsync(loss, Stop);
        Assert.Equal(("/dev/ttyACM1", first.Identity.UniqueId), (again.Name, again.Identity.UniqueId));
        Assert.Equal("2\r\n", (await again.Repl.ExecuteAsync("print(2)", Stop)).Output);
    }

    /// <summary>Waits for the first byte of a host.</summary>
    private static async Task HeardAsync(Pty pty, Task<CommandOutcome> host)
    {
        while (true)
        {
            try
            {
                await pty.ReadAsync(1);
                return;
            }
            catch (IOException) when (!host.IsCompleted)
            {
                // Nobody has opened the other side yet.
                await Task.Delay(10, Stop);
            }
        }
    }

    /// <param name="after">What the ports are once the board was reset by the first opening, at each look; null where nothing resets it.</param>
    private BoardAccess Access(Action? after)
    {
        var reset = false;
        return new BoardAccess
        {
            Limits = StepLimits.Default with { Factor = 10 },
            LockFolder = _locks.Path,
            Say = _said.Add,
            ListPorts = () =>
            {
                if (reset)
                {
                    after?.Invoke();
                }

                return _ports;
            },
            OpenPort = path =>
            {
                if (after is null || reset)
                {
                    return _ports.Any(p => p.Path == path) ? SimulatedRig.Create("sim:esp32c3", keepTruth: false).Target.Open(path) : throw new DeviceException("There is no such port.", path);
                }

                reset = true;
                return new LostLink(path);
            },
        };
    }

    /// <summary>A port whose board is on its way into a reset.</summary>
    private sealed class LostLink(string name) : ILink
    {
        public string Name => name;

        public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => throw Loss();

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => throw Loss();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private DeviceException Loss() => new("The board is gone.", name) { LinkIsLost = true };
    }
}
