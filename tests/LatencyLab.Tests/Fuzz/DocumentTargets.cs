using System.Text;
using LatencyLab.Comparison;
using LatencyLab.Formats;
using LatencyLab.Links;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Suites;
using LatencyLab.Signals;
using LatencyLab.Simulation;
using LatencyLab.Tests.Runs;
using LatencyLab.Units;

namespace LatencyLab.Tests.Fuzz;

/// <summary>Documents, configuration and the words of the command line.</summary>
internal static class DocumentTargets
{
    private const string Rig = "name = \"bench\"\ntarget = \"usb:303a:1001\"\nsampler = 'a0'\n[wires]\npin = 4\nresponse_pin = 5\n[limits]\nfail_on = \"p99>120us or missed>0\"\n";

    private const string Suite =
        "name = \"nightly\"\nrig = \"sim\"\norder = \"abba\"\nseed = 7\nrepeat = 5\nsamples = 100\ngap = \"10ms+10ms\"\n[matrix]\npin = [4, 5]\nirq = [\"rising\", \"both\"]\nload = [\"none\", \"gc\"]\n" +
        "[[firmware]]\nlabel = \"v1.26\"\n[[firmware]]\nlabel = \"v1.27\"\nrig = \"sim:esp32?fw=1.27.0\"\n[compare]\nfail_on = \"p99>+5%\"\nmargin = \"1us\"\n";

    private const string LatencyCsv =
        "run_id,seq,stimulus_ticks,response_ticks,stimulus_t_ns,response_t_ns,latency_ns,status,flags\nr,-1,5,9,80.000,144.000,64.000,matched,\nr,0,100,2100,1600.000,33600.000,32000.000,matched,\nr,1,5000,,80000.000,,,missed,\nr,2,9000,11000,144000.000,176000.000,32000.000,matched,extra shift\n";

    private static readonly string[] TomlWords =
        ["[wires]", "[[firmware]]", "[matrix]", "pin = ", "= \"\"", "[[]]", "[a.b]", "a.b = 1", "'''", "\"\"\"", "1979-05-27", "0x10", "1_000", "inf", "nan", "{ a = 1 }", "\\u0000", "\\ud800", "#", "fail_on = "];

    private static readonly string[] JsonWords =
        ["\"schema\":", "\"latencylab.run/1\"", "\"latencylab.run/2\"", "null", "1e400", "-0", "{\"a\":", "[[[[[[[[", "\\ud800", "\"status\":\"complete\"", "\"ci95\":{\"p50\":[1,2]}", "2026-01-02T03:04:05Z", "\"baselines\":"];

    private static IReadOnlyList<string> Words { get; } =
    [
        "250us", "2 ms", "-1.5s", "5min", "10ms+10ms", "10x", "30s", "auto", "a0", "u1", "c3", "/dev/ttyACM0", "id:ABC", "uid:e661640843", "usb:2e8a:0005:E66", "tid:1-1.2", "tcp://[::1]:23", "rfc2217://host:4000",
        "sim", "sim:pico?fault=drop:0.01,flip:1e-5,overrun@500,unplug@300,foreign", "sim:esp32?fault=reboot@200,stuck@100,swap&slow=10&seed=3&load=gc&fw=1.27.0&speed=2&offset=1us&pin=4&response=5&pace=real&ppm=-20",
        "D0=STIM,D1=RESP", "rising", "both", "v1.28.0-preview",
    ];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("rig", () => [Bytes(Rig)], bytes => RigFile.Read(InputFolder.Write(bytes, "rig.toml")) is not null) { Words = TomlWords },
        new("suite", () => [Bytes(Suite)], bytes => SuiteFile.Read(InputFolder.Write(bytes, "suite.toml")).Conditions.Count > 0 ? true : throw new FuzzFault("a suite without conditions")) { Words = TomlWords },
        new("gate", () => [Bytes("p99>120us or missed>0"), Bytes("p50 >= +5% and p99_9 < 1.5 ms or over_limit>0.1%"), Bytes("max>1s"), Bytes("sd>+5us")], ParseGate)
        {
            Words = ["p50", "p99.9", "missed", "over_limit", "or", "and", ">", ">=", "<", "<=", "+5%", "120us", "5 µs", "1e3us", "min"],
            Pieces = bytes => ByteStructure.Find(bytes, " "u8),
            LongestInput = 2000,
        },
        new("run-json", () => [RunJson.ToUtf8(RunSamples.Irq)], bytes => RunJson.ReadRun(bytes, "run.json") is { } run && RunJson.ToUtf8(run).Length > 0) { Words = JsonWords, LongestInput = 8192 },
        new("baselines", () => [Bytes("""{"schema":"latencylab.baselines/1","baselines":{"v1":["20260102-030405-k3f9","x"],"v2":[]}}""")], bytes =>
        {
            InputFolder.Write(bytes, "baselines.json");
            return Baselines.Load(InputFolder.Path).All is not null;
        }) { Words = JsonWords, Pieces = bytes => ByteStructure.Find(bytes, ","u8) },
        new("suite-state", () => [Bytes("""{"schema":"latencylab.suite/1","suite":"nightly","done":{"a b":"20260102-030405-k3f9","c":"../x"}}""")], bytes =>
        {
            InputFolder.Write(bytes, "suite.json");
            return SuiteState.Load(InputFolder.Path).Done is not null;
        }) { Words = JsonWords, Pieces = bytes => ByteStructure.Find(bytes, ","u8) },
        new("latency-csv", () => [Bytes(LatencyCsv), Bytes(LatencyCsv.Replace("\n", "\r\n", StringComparison.Ordinal))], bytes => ComparedRunReader.ReadLatencies(InputFolder.Write(bytes, "latency.csv")).Count >= 0)
        {
            Words = ["seq", "stimulus_ticks", "matched", "missed", "9223372036854775807,-9223372036854775808", "shift"],
        },
        new("words", () => [.. Words.Select(Bytes)], ParseWords)
        {
            Words = [.. Words],
            Pieces = bytes => ByteStructure.Find(bytes, "&"u8),
            NamesPlace = false,
            LongestInput = 1000,
        },
    ];

    private static bool ParseGate(byte[] bytes)
    {
        var gate = GateParser.Parse(Encoding.UTF8.GetString(bytes));
        foreach (var limit in gate.Limits)
        {
            if (!double.IsFinite(limit.Value))
            {
                throw new FuzzFault($"the limit '{limit.Text}' is {limit.Value}");
            }
        }

        return gate.Limits.Any() ? true : throw new FuzzFault("a gate without limits");
    }

    /// <summary>Each text goes to every parser of a single word: what one refuses another may read.</summary>
    private static bool ParseWords(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var read = 0;
        if (Duration.TryParse(text, out var duration, out _))
        {
            read++;
            if (!Duration.TryParse(duration.ToString(), out var again, out var error) || again != duration)
            {
                throw new FuzzFault($"'{text}' is {duration}, which is read as {error ?? again.ToString()}");
            }
        }

        read += EdgeWords.TryParse(text, out _) ? 1 : 0;
        read += FirmwareVersion.TryParse(text) is not null ? 1 : 0;
        foreach (var parse in Parsers)
        {
            try
            {
                parse(text);
                read++;
            }
            catch (LatencyLabException e) when (e.Kind == FaultKind.Usage)
            {
                // Refused: another one may want it.
            }
        }

        return read > 0;
    }

    private static IReadOnlyList<Action<string>> Parsers { get; } =
    [
        text => DeviceSelector.Parse(text), text => SimulatedBoardOptions.Parse(text), text => StepLimits.Parse(text), text => RandomTime.Parse(text).ToCycles(125_000_000, 10), text => ReadOptions.ParseRenames(text),
    ];

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
