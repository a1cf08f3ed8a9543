using System.Globalization;
using System.Text;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Simulation;

namespace LatencyLab.Tests.Simulation;

/// <summary>Whole runs on a simulated rig at the level of bytes and calls, without the host's own session code.</summary>
internal static class SimulatedSession
{
    public const uint Nonce = 0xC0FFEE01;

    /// <summary>Source of a call as docs/protocol.md section 1 writes it.</summary>
    public static string Call(string name, string json) => $"# latencylab call 1\nll('{name}','{json}')\n";

    /// <summary>Enters the raw REPL after a soft reset and loads parts; their bodies don't matter to a simulated board.</summary>
    public static async Task LoadAsync(BoardTerminal terminal, params string[] parts)
    {
        await terminal.TypeAsync("\r\u0003\r\u0001");
        await terminal.TypeAsync("\u0004");
        foreach (var part in parts)
        {
            Assert.Equal("OK\u0004\u0004>", await terminal.TypeAsync($"# latencylab {part} 1\nany = 'body'\n\u0004"));
        }
    }

    /// <summary>Runs a call by plain raw mode and returns what it printed before the first end mark.</summary>
    public static async Task<string> CallAsync(BoardTerminal terminal, string name, string json)
    {
        var said = await terminal.TypeAsync(Call(name, json) + "\u0004");
        Assert.StartsWith("OK", said, StringComparison.Ordinal);
        return said[2..];
    }

    public static async Task<string> ArmAsync(
        BoardTerminal terminal, string irq, string handler = "bytecode", int pin = 4, int response = 5, int seconds = 600) => await CallAsync(
        terminal, "irq",
        string.Create(CultureInfo.InvariantCulture, $$"""{"nonce":5,"pin":{{pin}},"response_pin":{{response}},"irq":"{{irq}}","handler":"{{handler}}","idle":"sleep","load":"none","seconds":{{seconds}},"set":null}"""));

    /// <summary>Arms the target, captures, and stops it again.</summary>
    public static async Task<SimulatedRun> RunAsync(
        SimulatedRig rig, string irq = "rising", string handler = "bytecode", int pulses = 200, uint seed = 3, (uint Min, uint Width)? gap = null,
        (uint Min, uint Width)? high = null, int tailMs = 100, string parts = "", int bufferBytes = 1 << 16, bool arm = true)
    {
        await using var target = new BoardTerminal(rig.Target);
        await using var sampler = new BoardTerminal(rig.Sampler, bufferBytes);
        await LoadAsync(target, ["target/core", "target/frame", "target/irq", .. parts.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        await LoadAsync(sampler, "sampler/core", "sampler/pio", "sampler/capture");
        var armed = arm ? await ArmAsync(target, irq, handler) : "";
        var (g, h) = (gap ?? (1_250_000, 1_250_000), high ?? (6250, 0));
        await sampler.TypeWithoutReadingAsync(Call("capture", string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"nonce":{{Nonce}},"channels":[2,3],"stim":2,"pulses":{{pulses}},"seed":{{seed}},"gap":[{{g.Min}},{{g.Width}}],"high":[{{h.Min}},{{h.Width}}],"seconds":60,"tail_ms":{{tailMs}},"oneshot":null}""")) + "\u0004");
        byte[] bytes;
        string? cut = null;
        try
        {
            bytes = await sampler.ReadBytesAsync(int.MaxValue);
        }
        catch (DeviceException e)
        {
            bytes = sampler.SoFar;
            cut = e.Message;
        }

        var done = arm ? await target.TypeAsync("stop\n") : "";
        var collector = new CaptureCollector();
        var reader = new PicoFrameReader(Nonce, ["D0", "D1"], collector);
        var decoder = new FrameDecoder(reader);
        var used = decoder.Feed(bytes.AsSpan(2));
        if (cut is not null)
        {
            reader.BreakOff("link lost");
        }

        return new SimulatedRun(bytes, armed, done, reader, collector.ToCapture(), Encoding.Latin1.GetString(bytes.AsSpan(2 + used)), cut, rig.Truth);
    }
}

/// <param name="Bytes">Everything that the sampler sent.</param>
/// <param name="Armed">What the target said before the capture.</param>
/// <param name="Done">What it said after stop.</param>
/// <param name="Reader">The host's decoder at the end.</param>
/// <param name="Capture">What it made of the bytes.</param>
/// <param name="Rest">What the sampler sent after END.</param>
/// <param name="Cut">How the link was lost, if it was.</param>
/// <param name="Truth">What truly happened.</param>
internal sealed record SimulatedRun(
    byte[] Bytes, string Armed, string Done, PicoFrameReader Reader, Capture Capture, string Rest, string? Cut, SimulationTruth Truth)
{
    /// <summary>Ticks at which a channel rose; lines are low at the start.</summary>
    public long[] Rises(int channel) => [.. Capture.Traces[channel].Ticks.Where((_, i) => i % 2 == 0)];

    public long Callbacks => long.Parse(Done.Split("\"callbacks\": ")[1].Split(',')[0], CultureInfo.InvariantCulture);
}
