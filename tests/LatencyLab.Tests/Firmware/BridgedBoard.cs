using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Firmware;

/// <summary>
/// A real MicroPython interpreter behind tests/firmware/repl-bridge.mjs, with the pins of stubs/machine.py: reached through the product's
/// raw REPL client, byte by byte, while the test plays the wires by orders.
/// </summary>
internal sealed class BridgedBoard : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TcpLink _link;
    private readonly TcpClient _orders;
    private readonly StreamReader _answers;

    private BridgedBoard(Process process, TcpLink link, TcpClient orders, RawRepl repl)
    {
        _process = process;
        _link = link;
        _orders = orders;
        _answers = new StreamReader(orders.GetStream(), Encoding.ASCII);
        Repl = repl;
    }

    public RawRepl Repl { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts an interpreter, resets it as the host does, and loads parts such as "target/core".</summary>
    /// <param name="port">Whose pins: esp32, esp8266 or rp2.</param>
    /// <param name="heapBytes">Heap of the interpreter; it grows when that isn't enough, which <see cref="HeapBytesAsync"/> shows.</param>
    /// <param name="parts">Parts to load, in order.</param>
    public static async Task<BridgedBoard> StartAsync(string port, int heapBytes, params string[] parts)
    {
        var process = NodePackages.Start("repl-bridge.mjs", "--heap", heapBytes.ToString(CultureInfo.InvariantCulture), "--port", port);
        var words = (await process.StandardOutput.ReadLineAsync(Stop) ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(Stop))).Split(' ');
        var link = await TcpLink.ConnectAsync("127.0.0.1", int.Parse(words[1], CultureInfo.InvariantCulture), Stop);
        var orders = new TcpClient("127.0.0.1", int.Parse(words[3], CultureInfo.InvariantCulture)) { NoDelay = true };
        // A busy test machine is a slow board.
        var repl = await RawRepl.EnterAsync(link, StepLimits.Default with { Factor = 10 }, Stop);
        await repl.SoftResetAsync(Stop);
        var board = new BridgedBoard(process, link, orders, repl);
        foreach (var part in parts)
        {
            await board.LoadAsync(part);
        }

        return board;
    }

    /// <summary>Sends one part of the scripts, comments and all.</summary>
    public async Task LoadAsync(string part)
    {
        Assert.Equal(new ReplAnswer("", ""), await Repl.ExecuteAsync(FirmwareText.Of(part), Stop));
    }

    /// <summary>A call of docs/protocol.md section 1 that answers one line.</summary>
    public async Task<JsonElement> CallAsync(string name, string json)
    {
        var answer = await Repl.ExecuteAsync(CallSource(name, json), Stop);
        Assert.Equal("", answer.Error);
        return Line(answer.Output.TrimEnd());
    }

    public async Task<RunningProgram> StartCallAsync(string name, string json) => await Repl.StartAsync(CallSource(name, json), Stop);

    /// <summary>The next line of a call that goes on.</summary>
    public static async Task<JsonElement> NextAsync(RunningProgram program) => Line(await program.ReadLineAsync(TimeSpan.FromSeconds(10), Stop));

    /// <summary>The wire to a pin changes its level; the IRQ has been taken in when this returns, its callback may come later.</summary>
    public async Task EdgeAsync(int gpio, int level) => Assert.Equal("ok", await OrderAsync(FormattableString.Invariant($"edge {gpio} {level}")));

    /// <summary>The running timer is due.</summary>
    public async Task TickAsync() => Assert.Equal("ok", await OrderAsync("tick"));

    public async Task<PinStates> PinsAsync() => JsonSerializer.Deserialize<PinStates>(await OrderAsync("pins"), JsonSerializerOptions.Web)!;

    public async Task<int> HeapBytesAsync()
    {
        var answer = await Repl.ExecuteAsync("import micropython\nmicropython.mem_info()", Stop);
        return int.Parse(answer.Output.Split("GC: total: ")[1].Split(',')[0], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _orders.Dispose();
        await _link.DisposeAsync();
        _process.Kill();
        _process.Dispose();
    }

    private static string CallSource(string name, string json) => $"# latencylab call 1\nll('{name}','{json}')";

    // The line format read by the test's own few lines, so that it is not proven by the host's reader.
    private static JsonElement Line(string? line)
    {
        Assert.NotNull(line);
        Assert.StartsWith("@LL1 {", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 1, 1024);
        var star = line.LastIndexOf('*');
        var json = line[5..star];
        Assert.Equal(Crc32.HashToUInt32(Encoding.ASCII.GetBytes(json)).ToString("x8", CultureInfo.InvariantCulture), line[(star + 1)..]);
        return JsonDocument.Parse(json).RootElement;
    }

    private async Task<string> OrderAsync(string order)
    {
        await _orders.GetStream().WriteAsync(Encoding.ASCII.GetBytes(order + "\n"), Stop);
        return await _answers.ReadLineAsync(Stop) ?? throw new InvalidOperationException("The bridge is gone.");
    }
}

/// <summary>What the script has done to the pins.</summary>
/// <param name="Pins">By GPIO number.</param>
/// <param name="Written">Every value that a script wrote to an output, GPIO * 2 + level.</param>
/// <param name="Dropped">IRQs that found the scheduler's queue full.</param>
/// <param name="Gc">Whether the garbage collector is on.</param>
/// <param name="Timer">Number, mode, period and tick_hz of the running timer; null while none runs.</param>
/// <param name="Hz">The clock.</param>
/// <param name="Uart">UARTs that were opened and closed.</param>
/// <param name="UartSent">Bytes that the UART took.</param>
/// <param name="Wlan">What was asked of the radio.</param>
internal sealed record PinStates(Dictionary<string, PinState> Pins, int[] Written, int Dropped, bool Gc, int[]? Timer, int Hz, string[] Uart, int UartSent, string[] Wlan);

internal sealed record PinState(string? Mode, string? Pull, int Level, bool Irq, bool Hard, int Trigger);
