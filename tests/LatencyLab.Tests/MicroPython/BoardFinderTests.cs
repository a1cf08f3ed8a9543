using LatencyLab.Links;
using LatencyLab.MicroPython;

namespace LatencyLab.Tests.MicroPython;

public sealed class BoardFinderTests : IDisposable
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly VirtualClock _clock = new();
    private readonly string _locks = Directory.CreateTempSubdirectory("latencylab-locks").FullName;
    private readonly Dictionary<string, SmallBoard> _boards = new(StringComparer.Ordinal);
    private readonly List<SerialPortInfo> _ports = [];
    private readonly List<string> _said = [];

    public void Dispose() => Directory.Delete(_locks, recursive: true);

    private BoardAccess Access => new()
    {
        Limits = new StepLimits(1, _clock),
        ListPorts = () => _ports,
        OpenPort = path => _boards.TryGetValue(path, out var board) ? board.Link : throw new DeviceException("There is no such port.", path),
        LockFolder = _locks,
        Say = _said.Add,
    };

    [Fact]
    public async Task One_pico_and_one_other_board_make_a_rig_by_themselves()
    {
        Connect("/dev/ttyACM0", 0x2e8a, 0x0005, "RP2040", "aa");
        Connect("/dev/ttyUSB0", 0x10c4, 0xea60, "ESP32", "bb");
        var (target, sampler) = await BoardFinder.OpenRigAsync(DeviceSelector.Auto, DeviceSelector.Auto, Access, Stop);
        Assert.Equal(("esp32", "rp2040"), (target.Identity.Chip, sampler.Identity.Chip));
        Assert.False(_boards["/dev/ttyACM0"].Link.IsDisposed);
        await target.DisposeAsync();
        await sampler.DisposeAsync();
        Assert.True(_boards["/dev/ttyACM0"].Link.IsDisposed);
        Assert.Equal(SmallBoard.Mode.Friendly, _boards["/dev/ttyACM0"].State);
    }

    [Fact]
    public async Task Two_boards_of_one_kind_are_never_guessed_and_are_left_as_they_were()
    {
        Connect("/dev/ttyACM0", 0x2e8a, 0x0005, "RP2040", "aa");
        Connect("/dev/ttyACM1", 0x2e8a, 0x0005, "RP2040", "bb");
        var fault = await Assert.ThrowsAsync<AmbiguousBoardException>(() => BoardFinder.OpenRigAsync(DeviceSelector.Auto, DeviceSelector.Auto, Access, Stop));
        Assert.Equal((FaultKind.Usage, BoardRole.Sampler), (fault.Kind, fault.Role));
        Assert.Equal(2, fault.Candidates.Count);
        Assert.Contains("/dev/ttyACM1", fault.Message, StringComparison.Ordinal);
        Assert.All(_boards.Values, b => Assert.True(b.Link.IsDisposed));
        Assert.All(_boards.Values, b => Assert.Equal(SmallBoard.Mode.Friendly, b.State));
    }

    [Fact]
    public async Task Several_ports_of_a_named_sampler_are_no_question_about_the_target()
    {
        Connect("/dev/ttyACM0", 0x2e8a, 0x0005, "RP2040", "aa");
        Connect("/dev/ttyACM1", 0x2e8a, 0x0005, "RP2040", "bb");
        Connect("/dev/ttyUSB0", 0x10c4, 0xea60, "ESP32", "cc");
        var fault = await Assert.ThrowsAsync<AmbiguousBoardException>(() => BoardFinder.OpenRigAsync(DeviceSelector.Auto, DeviceSelector.Parse("usb:2e8a:0005"), Access, Stop));
        Assert.Equal(BoardRole.Sampler, fault.Role);
    }

    [Fact]
    public async Task A_named_sampler_leaves_the_other_pico_to_be_the_target()
    {
        Connect("/dev/ttyACM0", 0x2e8a, 0x0005, "RP2040", "aa");
        Connect("/dev/ttyACM1", 0x2e8a, 0x0005, "RP2040", "bb");
        var (target, sampler) = await BoardFinder.OpenRigAsync(DeviceSelector.Auto, DeviceSelector.Parse("uid:BB"), Access, Stop);
        Assert.Equal(("/dev/ttyACM0", "bb"), (target.Name, sampler.Identity.UniqueId));
        await target.DisposeAsync();
        await sampler.DisposeAsync();
    }

    [Fact]
    public async Task A_board_that_another_command_uses_is_not_even_talked_to()
    {
        Connect("/dev/ttyUSB0", 0x10c4, 0xea60, "ESP32", "bb");
        await using var first = await BoardFinder.OpenAsync(DeviceSelector.Parse("u0"), BoardRole.Target, Access, Stop);
        var sent = _boards["/dev/ttyUSB0"].Link.Sent.Count;
        var fault = await Assert.ThrowsAsync<DeviceException>(() => BoardFinder.OpenAsync(DeviceSelector.Auto, BoardRole.Target, Access, Stop));
        Assert.Contains("in use", fault.Message, StringComparison.Ordinal);
        Assert.Equal(sent, _boards["/dev/ttyUSB0"].Link.Sent.Count);
    }

    [Fact]
    public async Task One_board_reached_by_two_ways_is_locked_by_its_id()
    {
        Connect("/dev/ttyUSB0", 0x10c4, 0xea60, "ESP32", "same");
        Connect("/dev/ttyUSB1", 0x10c4, 0xea60, "ESP32", "same");
        _boards["/dev/ttyUSB0"].Run = _boards["/dev/ttyUSB1"].Run = _ => (Identity("ESP32", "5a5a"), "");
        await using var first = await BoardFinder.OpenAsync(DeviceSelector.Parse("u0"), BoardRole.Target, Access, Stop);
        await Assert.ThrowsAsync<DeviceException>(() => BoardFinder.OpenAsync(DeviceSelector.Parse("u1"), BoardRole.Target, Access, Stop));
    }

    [Fact]
    public async Task A_program_that_had_to_be_stopped_is_mentioned_and_started_again()
    {
        var board = Connect("/dev/ttyUSB0", 0x10c4, 0xea60, "ESP32", "bb");
        board.State = SmallBoard.Mode.Program;
        await (await BoardFinder.OpenAsync(DeviceSelector.Auto, BoardRole.Target, Access, Stop)).DisposeAsync();
        Assert.Contains(_said, s => s.Contains("main.py", StringComparison.Ordinal));
        Assert.Equal(1, board.SoftResets);
    }

    [Fact]
    public async Task No_board_is_a_device_fault_that_names_the_simulator()
    {
        var fault = await Assert.ThrowsAsync<DeviceException>(() => BoardFinder.OpenRigAsync(DeviceSelector.Auto, DeviceSelector.Auto, Access, Stop));
        Assert.Equal("No board is connected.", fault.Message);
        Assert.Contains("--rig sim", fault.Try, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lone_board_says_which_one_is_missing()
    {
        Connect("/dev/ttyUSB0", 0x10c4, 0xea60, "ESP32", "bb");
        var fault = await Assert.ThrowsAsync<DeviceException>(() => BoardFinder.OpenRigAsync(DeviceSelector.Auto, DeviceSelector.Auto, Access, Stop));
        Assert.Contains("sampler", fault.Try, StringComparison.Ordinal);
    }

    private SmallBoard Connect(string path, ushort vendor, ushort product, string chip, string uid)
    {
        var board = new SmallBoard(_clock) { Run = _ => (Identity(chip, uid), "") };
        board.Link.Name = path;
        _boards.Add(path, board);
        _ports.Add(new SerialPortInfo(path, vendor, product));
        return board;
    }

    private static string Identity(string chip, string uid) =>
        $"name=micropython\r\nversion=1.28.0\r\nmachine=Test board with {chip}\r\nplatform=x\r\nuid={uid}\r\nhz=160000000\r\nfree=100000\r\nend=1\r\n";
}
