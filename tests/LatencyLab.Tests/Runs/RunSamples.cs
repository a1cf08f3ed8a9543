using LatencyLab.Runs.Documents;


namespace LatencyLab.Tests.Runs;

/// <summary>A run document with every member filled in.</summary>
internal static class RunSamples
{
    public static RunDocument Irq { get; } = new()
    {
        RunId = "20260102-030405-k3f9",
        Folder = "captures/20260102-030405-k3f9",
        Status = RunStatus.Partial,
        Reasons = ["interrupted"],
        Simulated = true,
        CreatedUtc = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        Argv = ["run", "--pin", "4", "--irq", "rising", "--rig", "sim"],
        Tool = new ToolDocument { Version = "0.1.0", Host = "Linux X64" },
        Firmware = new Dictionary<string, string> { ["target/irq"] = new('a', 64) },
        Plan = new PlanDocument
        {
            Test = "irq", Pin = 4, Irq = "rising", ResponsePin = 5, Handler = "bytecode", Idle = "sleep", Load = "none", Samples = 1000, Warmup = 50,
            Seed = 1, GapMinNs = 10e6, GapWidthNs = 10e6, PulseNs = 50e3, WindowNs = 10e6, WindowTicks = 625_000, MinLatencyNs = 0, MinLatencyTicks = 0,
            StimulusChannel = 0, StimulusEdge = "rising", ResponseChannel = 1, ResponseEdge = "rising", Label = "v1.27", MaxExcludedPercent = 1,
        },
        Target = new TargetDocument { Chip = "esp32", Port = "sim:esp32", Micropython = "1.27.0", Build = "v1.27.0-1-gabc", Uid = "240ac4000001", Machine = "ESP32", CpuHz = 160_000_000 },
        Sampler = new SamplerDocument
        {
            Kind = "pico", TickHz = 62_500_000, Port = "sim:pico", ClockHz = 125_000_000, Pulses = 1050, LostFrames = 0, DamagedFrames = 0,
            ForeignBytes = 0, Channels = [new ChannelDocument { Index = 0, Name = "D0", Edges = 2100 }],
        },
        Wiring = new WiringDocument { Wires = [new WireDocument { Name = "stimulus", From = "sampler GP2", To = "target GPIO4", Proven = true, Proof = "follows both levels" }] },
        Source = new SourceDocument { File = "x.sr", Format = "sr", TickHz = 1, Channels = [] },
        Counts = new RunCounts { Stimuli = 1000, Matched = 999, Late = 0, Missed = 1, Excluded = 0, Extra = 0, Spurious = 0, Callbacks = 999, Gaps = 1 },
        LatencyNs = Numbers,
        ByEdge = new LatenciesByEdge { Rising = new EdgeLatencies { LatencyNs = Numbers }, Falling = new EdgeLatencies { LatencyNs = Numbers } },
        UncertaintyNs = new UncertaintyNumbers { Single = 10.5, Systematic = 4.6 },
        Warnings = ["pairing may be shifted"],
        Gaps = [new GapDocument { FromTick = 10, ToTick = 20, Channel = 1, LostEdges = 3, Reason = "frame lost" }],
    };

    private static LatencyNumbers Numbers => new()
    {
        N = 1000, NMatched = 999, Min = 29824, P50 = 31200, P90 = 32512, P99 = 40112, P999 = null, Max = 51008, Mean = 31555.25, Sd = 1812.5, Mad = 512,
        Ci95 = new Dictionary<string, Interval> { ["p50"] = new(31152, 31248), ["p99"] = new(38112, null) },
        NEff = new Dictionary<string, double> { ["p50"] = 1000 },
        NullReasons = new Dictionary<string, string> { ["p99_9"] = "needs n = 2995" },
    };
}
