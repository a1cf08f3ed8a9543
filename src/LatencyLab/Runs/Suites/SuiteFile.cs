using System.Globalization;
using LatencyLab.Statistics;

namespace LatencyLab.Runs.Suites;

/// <summary>In which order the firmwares of a suite take turns.</summary>
public enum SuiteOrder
{
    /// <summary>Forwards, then backwards: a steady drift cancels.</summary>
    Abba,

    /// <summary>Each round in an order of its own, by seed.</summary>
    Blocks,
}

/// <summary>A firmware of a suite, and on which rig it runs.</summary>
/// <param name="Label">The user's name for it.</param>
/// <param name="Rig">sim, sim:…, or a rig file; null for that of the suite.</param>
public sealed record SuiteFirmware(string Label, string? Rig);

/// <summary>One run of a suite.</summary>
/// <param name="Key">Names the run within its suite; the same after a stop.</param>
/// <param name="Arguments">Of the run command, without the output folder.</param>
/// <param name="Rig">sim, sim:…, or a rig file.</param>
public sealed record SuiteItem(string Key, IReadOnlyList<string> Arguments, string Rig);

/// <summary>A matrix of runs: tests, pins, edges, handlers, loads, firmwares and repeats.</summary>
public sealed record SuiteFile
{
    private static readonly string[] Keys =
    [
        "name", "rig", "order", "seed", "repeat", "samples", "warmup", "gap", "window", "matrix.test", "matrix.pin", "matrix.irq", "matrix.handler", "matrix.load",
        "matrix.idle", "firmware.label", "firmware.rig", "compare.fail_on", "compare.margin",
    ];

    private static readonly (string Key, string Option, string[]? Words)[] Matrix =
    [
        ("matrix.test", "--test", ["irq", "poll", "schedule"]), ("matrix.pin", "--pin", null), ("matrix.irq", "--irq", ["rising", "falling", "both"]), ("matrix.handler", "--handler", ["bytecode", "native", "viper", "hard"]),
        ("matrix.load", "--load", ["none", "gc", "cpu", "uart", "flash", "wifi"]), ("matrix.idle", "--idle", ["sleep", "spin"]),
    ];

    public required string Name { get; init; }

    public required string Rig { get; init; }

    public required SuiteOrder Order { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Runs of each firmware under each condition.</summary>
    public required int Repeat { get; init; }

    /// <summary>Options that all runs share.</summary>
    public required IReadOnlyList<string> Shared { get; init; }

    /// <summary>The options of each condition.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Conditions { get; init; }

    public required IReadOnlyList<SuiteFirmware> Firmwares { get; init; }

    /// <summary>Gate for the comparison of the firmwares; null for none.</summary>
    public string? FailOn { get; init; }

    public string? Margin { get; init; }

    /// <summary>Reads a suite file; rig files in it are relative to it.</summary>
    /// <exception cref="LatencyLabException">It can't be read, or says something that can't be (kind storage or usage).</exception>
    public static SuiteFile Read(string path)
    {
        var file = TomlFile.Read(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var suite = new SuiteFile
        {
            Name = file.Text("name") ?? Path.GetFileNameWithoutExtension(path),
            Rig = Locate(file.Text("rig") ?? "sim", folder),
            Order = file.Text("order") switch { null or "abba" => SuiteOrder.Abba, "blocks" => SuiteOrder.Blocks, _ => throw file.Wrong("order", "it is abba or blocks") },
            Seed = (ulong)(file.Number("seed", 0, int.MaxValue) ?? 1),
            Repeat = file.Number("repeat", 1, 1000) ?? 5,
            Shared = [.. new[] { "samples", "warmup", "gap", "window" }.SelectMany(k => file.Text(k) is { } value ? new[] { "--" + k, value } : [])],
            Conditions = [.. Matrix.Aggregate((IEnumerable<IReadOnlyList<string>>)[[]], (all, axis) => Cross(all, axis.Option, Words(file, axis.Key, axis.Words)))],
            Firmwares = [.. Enumerable.Range(0, Math.Max(1, file.Count("firmware"))).Select(i => Firmware(file, i, folder))],
            FailOn = file.Text("compare.fail_on"),
            Margin = file.Text("compare.margin"),
        };
        file.RefuseUnknown(Keys);
        if (suite.FailOn is not null)
        {
            Comparison.GateParser.Parse(suite.FailOn);
        }

        return suite.Firmwares.Select(f => f.Label).Distinct(StringComparer.Ordinal).Count() == suite.Firmwares.Count
            ? suite
            : throw new LatencyLabException(FaultKind.Usage, "Two firmwares have the same label.", path, "Give each [[firmware]] a label of its own.");
    }

    /// <summary>All runs in the order in which they are to be made: rounds of every condition, the firmwares next to each other in turns.</summary>
    public IReadOnlyList<SuiteItem> Items()
    {
        var random = new SplitMix64(Seed);
        var items = new List<SuiteItem>();
        for (var round = 1; round <= Repeat; round++)
        {
            for (var condition = 0; condition < Conditions.Count; condition++)
            {
                SuiteFirmware[] turn = [.. Firmwares];
                if (Order == SuiteOrder.Blocks)
                {
                    random.Shuffle<SuiteFirmware>(turn);
                }
                else if (round % 2 == 0)
                {
                    Array.Reverse(turn);
                }

                items.AddRange(turn.Select(f => Item(f, condition, round)));
            }
        }

        return items;
    }

    private SuiteItem Item(SuiteFirmware firmware, int condition, int round)
    {
        // The seed of a run follows from its place in the suite, so that a resumed suite makes the runs that were planned.
        var place = ((ulong)(Firmwares.ToList().IndexOf(firmware) + (Firmwares.Count * condition)) * 1000) + (ulong)round;
        var seed = (new SplitMix64(unchecked((Seed * 0x9E3779B9) + place)).Next() % int.MaxValue) + 1;
        var key = string.Create(CultureInfo.InvariantCulture, $"{firmware.Label} {string.Join(' ', Conditions[condition].Where((_, i) => i % 2 == 1))} {round}");
        return new SuiteItem(
            key, [.. Conditions[condition], .. Shared, "--label", firmware.Label, "--seed", seed.ToString(CultureInfo.InvariantCulture)], firmware.Rig ?? Rig);
    }

    private static SuiteFirmware Firmware(TomlFile file, int index, string folder)
    {
        var label = file.Text($"firmware[{index}].label");
        var rig = file.Text($"firmware[{index}].rig");
        return new SuiteFirmware(label ?? (file.Count("firmware") <= 1 ? "unnamed" : throw file.Wrong($"firmware[{index}].label", "each firmware needs a label")), rig is null ? null : Locate(rig, folder));
    }

    private static IReadOnlyList<string>? Words(TomlFile file, string key, string[]? words)
    {
        if (file.Texts(key) is not { } values)
        {
            return null;
        }

        if (values.Count == 0)
        {
            throw file.Wrong(key, "the list is empty: name a value, or leave the key out");
        }

        if (values.Distinct(StringComparer.Ordinal).Count() < values.Count)
        {
            throw file.Wrong(key, "a value stands there twice: 'repeat' makes more runs of each");
        }

        return words is null || values.FirstOrDefault(v => !words.Contains(v)) is not { } wrong ? values : throw file.Wrong(key, $"'{wrong}' is none of {string.Join(", ", words)}");
    }

    private static IEnumerable<IReadOnlyList<string>> Cross(IEnumerable<IReadOnlyList<string>> all, string option, IReadOnlyList<string>? values) =>
        values is null ? all : all.SelectMany(a => values.Select(v => (IReadOnlyList<string>)[.. a, option, v]));

    private static string Locate(string rig, string folder) => rig.EndsWith(".toml", StringComparison.OrdinalIgnoreCase) ? Path.Combine(folder, rig) : rig;
}
