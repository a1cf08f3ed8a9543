using System.Text.Json.Nodes;
using LatencyLab.Cli.Devices;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Simulation;

namespace LatencyLab.Cli.Tests.Devices;

public sealed class DeviceListingTests : IDisposable
{
    private static readonly SerialPortInfo Pico = new("/dev/ttyACM0", 0x2e8a, 0x0005, "E6614103E7174022", "Board in FS mode", "MicroPython", "1-1.2");
    private static readonly SerialPortInfo Bridge = new("/dev/ttyUSB0", 0x1a86, 0x7523, null, "USB Serial\u001b[2J", null, "1-1.3");
    private static readonly SerialPortInfo Instrument = new("/dev/ttyUSB1", 0x1234, 0x5678, "7", "Oven controller", null, "1-1.4");

    private readonly string _locks = Directory.CreateTempSubdirectory("latencylab-locks").FullName;
    private readonly List<string> _opened = [];
    private readonly StringWriter _stdout = new();
    private readonly StringWriter _stderr = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_locks, recursive: true);

    [Fact]
    public async Task Lists_ports_without_opening_one()
    {
        Assert.Equal(ExitCode.Done, await Listing([Pico, Bridge, Instrument]).ListAsync(null, probe: false, Stop));
        var lines = _stdout.ToString().Split(Environment.NewLine);
        Assert.StartsWith("PORT", lines[0], StringComparison.Ordinal);
        Assert.Contains("2e8a:0005  Raspberry Pi Pico (MicroPython)", lines[1], StringComparison.Ordinal);
        Assert.Contains("CH340", lines[2], StringComparison.Ordinal);
        Assert.Contains("Oven controller", lines[3], StringComparison.Ordinal);
        Assert.Empty(_opened);
    }

    [Fact]
    public async Task Probing_asks_boards_and_leaves_strange_devices_alone()
    {
        await Listing([Pico, Bridge, Instrument], json: true).ListAsync(null, probe: true, Stop);
        Assert.Equal(["/dev/ttyACM0", "/dev/ttyUSB0"], _opened);
        var devices = JsonNode.Parse(_stdout.ToString())!["devices"]!.AsArray();
        Assert.Equal(("latencylab.devices/1", "rp2040", "esp8266"), (JsonNode.Parse(_stdout.ToString())!["schema"]!.GetValue<string>(), devices[0]!["board"]!["chip"]!.GetValue<string>(), devices[1]!["board"]!["chip"]!.GetValue<string>()));
        Assert.Null(devices[2]!["board"]);
        Assert.Equal("sampler", devices[0]!["role"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_board_that_can_not_be_asked_is_a_line_in_a_list_and_a_fault_when_named()
    {
        var gone = new SerialPortInfo("/dev/ttyUSB7", 0x1a86, 0x7523);
        await Listing([Pico, gone]).ListAsync(null, probe: true, Stop);
        Assert.Contains("There is no such port", _stdout.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<DeviceException>(() => Listing([gone]).ListAsync(DeviceSelector.Parse("u7"), probe: true, Stop));
    }

    [Fact]
    public async Task What_a_device_calls_itself_can_not_repaint_the_terminal()
    {
        await Listing([Bridge with { VendorId = 1, ProductId = 2 }]).ListAsync(null, probe: false, Stop);
        Assert.DoesNotContain('\u001b', _stdout.ToString());
    }

    [Fact]
    public async Task Waiting_ends_when_the_device_appears_and_fails_when_it_does_not()
    {
        var looks = 0;
        var access = Access([]) with { ListPorts = () => ++looks < 3 ? [] : [Pico], Wait = TimeSpan.FromMinutes(5) };
        await new DeviceListing(access, new Output(_stdout, _stderr, json: false, verbose: false)).ListAsync(null, probe: false, Stop);
        Assert.Contains("/dev/ttyACM0", _stdout.ToString(), StringComparison.Ordinal);
        var late = Access([]) with { Wait = TimeSpan.FromMilliseconds(1) };
        await Assert.ThrowsAsync<DeviceException>(() => new DeviceListing(late, new Output(_stdout, _stderr, json: false, verbose: false)).ListAsync(null, probe: false, Stop));
    }

    [Fact]
    public async Task Watching_prints_what_comes_and_goes_until_it_is_stopped()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var looks = 0;
        var access = Access([]) with
        {
            ListPorts = () =>
            {
                looks++;
                if (looks == 3)
                {
                    end.Cancel();
                }

                return looks == 1 ? [Pico] : [Bridge];
            },
        };
        Assert.Equal(ExitCode.Done, await new DeviceListing(access, new Output(_stdout, _stderr, json: false, verbose: false)).WatchAsync(end.Token));
        var lines = _stdout.ToString().Split(Environment.NewLine);
        Assert.StartsWith("+ /dev/ttyACM0", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("- /dev/ttyACM0", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("+ /dev/ttyUSB0", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "devices", "foo")]
    [InlineData(2, "devices", "--watch", "--probe")]
    [InlineData(2, "devices", "--timeout", "soon")]
    [InlineData(3, "devices", "id:nobody")]
    [InlineData(3, "devices", "--probe", "tcp://127.0.0.1:1")]
    [InlineData(0, "devices", "--probe", "sim:esp32")]
    [InlineData(0, "devices", "--probe", "sim:pico", "--json")]
    public async Task The_command_ends_with_the_documented_codes(int code, params string[] args) =>
        Assert.Equal(code, await CommandLine.RunAsync(args, _stdout, _stderr, Stop));

    private DeviceListing Listing(IReadOnlyList<SerialPortInfo> ports, bool json = false) => new(Access(ports), new Output(_stdout, _stderr, json, verbose: false));

    private BoardAccess Access(IReadOnlyList<SerialPortInfo> ports) => new()
    {
        ListPorts = () => ports,
        LockFolder = _locks,
        OpenPort = path =>
        {
            _opened.Add(path);
            var rig = SimulatedRig.Create("sim:esp8266", keepTruth: false);
            return path switch
            {
                "/dev/ttyACM0" => rig.Sampler.Open(path),
                "/dev/ttyUSB0" => rig.Target.Open(path),
                _ => throw new DeviceException("There is no such port.", path),
            };
        },
    };
}
