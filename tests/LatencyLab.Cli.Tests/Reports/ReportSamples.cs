using LatencyLab.Captures;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Cli.Tests.Reports;

/// <summary>Run folders with known edges, and names that try to break out of every format.</summary>
internal static class ReportSamples
{
    public const string Hostile = "<script>alert(1)</script> & \"q\" 'a' `t` | [x](http://evil.example/) @someone #12 \u0007\u202e\ud800 --> ]]> =cmd()";

    private static readonly TimeBase Pico = new(62_500_000);

    /// <summary>Writes run.json and edges.llc of a run whose latencies are known.</summary>
    /// <param name="folder">Made here.</param>
    /// <param name="latencyTicks">One a stimulus; a negative one is a missed stimulus.</param>
    /// <param name="change">Last changes to the document.</param>
    public static RunDocument Write(string folder, IReadOnlyList<long> latencyTicks, Func<RunDocument, RunDocument>? change = null)
    {
        Directory.CreateDirectory(folder);
        var stimuli = new List<long>();
        var answers = new List<long>();
        long tick = 625_000;
        foreach (var latency in latencyTicks)
        {
            stimuli.AddRange([tick, tick + 3125]);
            if (latency >= 0)
            {
                answers.AddRange([tick + latency, tick + latency + 200]);
            }

            tick += 1_250_000;
        }

        var header = new CaptureHeader(Pico, [new Channel(0, "stimulus", false), new Channel(1, "response", false)]);
        var rules = new LatencyLab.Analysis.PairingRules(0, 1, WindowTicks: 625_000);
        var pipeline = new LatencyPipeline(rules);
        using (var log = ChunkLogWriter.Create(Path.Combine(folder, "edges.llc"), new CaptureOrigin("run", true)))
        {
            foreach (var sink in new IEdgeSink[] { log, pipeline })
            {
                sink.Begin(header);
                sink.Edges(0, true, [.. stimuli]);
                sink.Edges(1, true, [.. answers]);
                sink.Advance(tick);
                sink.End(tick);
            }
        }

        var result = pipeline.Result();
        var run = new RunDocument
        {
            RunId = Path.GetFileName(folder),
            Status = RunStatus.Complete,
            Simulated = true,
            CreatedUtc = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Argv = ["run", "--pin", "4", "--irq", "rising", "--rig", "sim"],
            Tool = new ToolDocument { Version = "0.1.0" },
            Plan = new PlanDocument
            {
                Test = "irq", Pin = 4, Irq = "rising", ResponsePin = 5, Handler = "bytecode", Load = "none", Samples = latencyTicks.Count, Warmup = 0, Seed = 7, WindowNs = 10e6, WindowTicks = 625_000,
                StimulusChannel = 0, StimulusEdge = "rising", ResponseChannel = 1, ResponseEdge = "rising",
            },
            Target = new TargetDocument { Chip = "esp32", Port = "sim:esp32", Micropython = "1.27.0" },
            Sampler = new SamplerDocument { Kind = "pico", TickHz = Pico.TickHz },
            Wiring = new WiringDocument { Wires = [new WireDocument { Name = "stimulus", From = "sampler GP2", To = "target GPIO4", Proven = true }, new WireDocument { Name = "response", From = "target GPIO5", To = "sampler GP3", Proven = false, Proof = "stays low" }] },
            Counts = new RunCounts
            {
                Stimuli = result.Counts.Stimuli, Matched = result.Counts.Matched, Late = result.Counts.Late, Missed = result.Counts.Missed, Excluded = result.Counts.Excluded,
                Extra = result.Counts.Extra, Spurious = result.Counts.Spurious, Gaps = result.Gaps,
            },
            LatencyNs = LatencyInTime.Of(result.Summary, Pico),
            UncertaintyNs = LatencyInTime.UncertaintyOf(result.Summary, Pico, 8, 30),
        };
        run = change?.Invoke(run) ?? run;
        File.WriteAllBytes(Path.Combine(folder, "run.json"), RunJson.ToUtf8(run));
        return run;
    }

    /// <summary>Every text member a hostile one.</summary>
    public static RunDocument Spoil(RunDocument run) => run with
    {
        Reasons = [Hostile],
        Status = RunStatus.Partial,
        Argv = ["run", "--label", Hostile],
        Warnings = [Hostile, Hostile + new string('x', 100_000)],
        Plan = run.Plan with { Label = Hostile, Handler = Hostile, Load = Hostile, Irq = Hostile, Idle = Hostile },
        Target = run.Target! with { Chip = Hostile, Machine = Hostile, Build = Hostile, Uid = Hostile, Port = Hostile, Micropython = Hostile },
        Sampler = run.Sampler! with { Kind = Hostile, Port = Hostile, Uid = Hostile, Micropython = Hostile },
        Wiring = new WiringDocument { Wires = [new WireDocument { Name = Hostile, From = Hostile, To = Hostile, Proven = true, Proof = Hostile }] },
        Gaps = [new GapDocument { FromTick = 1, ToTick = 2, Reason = Hostile }],
        Tool = new ToolDocument { Version = Hostile, Host = Hostile },
    };
}
