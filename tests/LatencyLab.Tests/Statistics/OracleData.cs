using System.Globalization;
using System.Numerics;
using LatencyLab.Statistics;

namespace LatencyLab.Tests.Statistics;

/// <summary>One expected value of Oracle/expected.csv.</summary>
public sealed record OracleRow(int Line, string Dataset, string Stat, string Param, string Value)
{
    public double Number => Value switch
    {
        "+inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(Value, CultureInfo.InvariantCulture),
    };

    /// <summary>The number behind a name in the parameter: "m=10 non-overlapping" holds m, 10.</summary>
    public double Parameter(string name)
    {
        var start = Param.IndexOf(name + "=", StringComparison.Ordinal) + name.Length + 1;
        return Leading(Param[start..]);
    }

    public static double Leading(string text)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '-' or '+' or 'e'))
        {
            end++;
        }

        return double.Parse(text[..end], CultureInfo.InvariantCulture);
    }
}

/// <summary>Reference values and the samples they were computed from; see Oracle/README.md.</summary>
public static class OracleData
{
    private static readonly Dictionary<string, long[]> Samples = [];

    private static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Oracle");

    public static string Hdr(string file) => Path.Combine(Folder, "hdr", file);

    public static IReadOnlyList<OracleRow> Rows { get; } = [.. File.ReadLines(Path.Combine(Folder, "expected.csv")).Skip(1).Select((line, i) =>
    {
        var cells = Split(line);
        return new OracleRow(i + 2, cells[0], cells[1], cells[2], cells[3]);
    })];

    /// <summary>The sample in its order; heavy_1m is generated, all others are files.</summary>
    public static long[] Sample(string name)
    {
        lock (Samples)
        {
            return Samples.TryGetValue(name, out var sample) ? sample : Samples[name] = name == "heavy_1m" ? HeavyMillion() : Column(name);
        }
    }

    /// <summary>The runs of a hierarchical sample.</summary>
    public static long[][] Runs(string name)
    {
        var runs = File.ReadLines(Path.Combine(Folder, "inputs", name + ".csv")).Skip(1).Select(l => l.Split(','));
        return [.. runs.GroupBy(c => c[0], c => long.Parse(c[1], CultureInfo.InvariantCulture)).Select(g => g.ToArray())];
    }

    private static long[] Column(string name) =>
        [.. File.ReadLines(Path.Combine(Folder, "inputs", name + ".csv")).Skip(1).Select(l => long.Parse(l.Split(',')[^1], CultureInfo.InvariantCulture))];

    // The recipe of Oracle/README.md, bit for bit.
    private static long[] HeavyMillion()
    {
        var random = new SplitMix64(0x1A26E);
        var sample = new long[1_000_000];
        for (var i = 0; i < sample.Length; i++)
        {
            sample[i] = 500 + BitOperations.PopCount(random.Next());
            if (random.Below(20) == 0)
            {
                var u = 1 + (random.Next() >> 34);
                sample[i] += (long)(SquareRoot((1UL << 62) / u) >> 6);
            }
        }

        return sample;
    }

    private static ulong SquareRoot(ulong value)
    {
        var root = (ulong)Math.Sqrt(value);
        while (root * root > value)
        {
            root--;
        }

        while ((root + 1) * (root + 1) <= value)
        {
            root++;
        }

        return root;
    }

    private static List<string> Split(string line)
    {
        var cells = new List<string>();
        var quoted = false;
        var start = 0;
        for (var i = 0; i <= line.Length; i++)
        {
            if (i < line.Length && line[i] == '"')
            {
                quoted = !quoted;
            }
            else if (i == line.Length || (line[i] == ',' && !quoted))
            {
                cells.Add(line[start..i].Trim('"'));
                start = i + 1;
            }
        }

        return cells;
    }
}
