using LatencyLab.Captures;
using LatencyLab.Signals;
using LatencyLab.Units;
using ParquetSharp;

namespace LatencyLab.Benchmarks;

/// <summary>
/// The same table of edges written by LatencyLab and by ParquetSharp (Apache's C++ library), each in a process of its own: a 1 kHz stimulus, answers
/// with log-normal latencies and one of a thousand ten times as late, in ticks of 8 ns. LatencyLab gets it as its readers and samplers give it: in
/// blocks of one channel, still to be merged.
/// </summary>
internal static class ParquetWriting
{
    private const int RowsPerGroup = 1 << 20;
    private const int PeriodsPerBlock = 2048;
    private const long PeriodTicks = 125_000;

    public static int Run(string[] args)
    {
        var edges = args.Length > 1 ? long.Parse(args[1]) : 50_000_000;
        switch (args.FirstOrDefault())
        {
            case "ours":
                WriteOurs(args[2], edges);
                return 0;
            case "theirs":
                WriteTheirs(args[2], edges);
                return 0;
            case "compare":
                Compare(edges, args.Length > 2 ? int.Parse(args[2]) : 3);
                return 0;
            default:
                Console.Error.WriteLine("usage: parquet compare [EDGES [ROUNDS]] | ours EDGES FILE | theirs EDGES FILE");
                return 2;
        }
    }

    private static void Compare(long edges, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("latencylab-bench").FullName;
        try
        {
            var results = new (string Name, Measured Cost, long Bytes)[2];
            for (var i = 0; i < 2; i++)
            {
                var name = i == 0 ? "ours" : "theirs";
                var file = Path.Combine(folder, name + ".parquet");
                results[i] = (name, Measured.Median(rounds, Environment.ProcessPath!, "parquet", name, $"{edges}", file), new FileInfo(file).Length);
                Console.WriteLine($"{(i == 0 ? "LatencyLab" : "ParquetSharp"),-14} {results[i].Cost.CpuMs,8:0} ms CPU {results[i].Cost.WallMs,8:0} ms {results[i].Cost.PeakMb,6:0} MB {(double)results[i].Bytes / edges,6:0.00} bytes an edge   exit {results[i].Cost.ExitCode}");
            }

            Console.WriteLine($"ratio of CPU time {results[0].Cost.CpuMs / results[1].Cost.CpuMs:0.00}   (at most 1.5, 250 MB, 1.8 bytes an edge)");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteOurs(string path, long edges)
    {
        using var writer = ParquetCaptureWriter.Create(path, new CaptureOrigin());
        writer.Begin(new CaptureHeader(new TimeBase(125_000_000), [new LatencyLab.Signals.Channel(0, "stim", false), new LatencyLab.Signals.Channel(1, "resp", false)]));
        var (stimulus, response) = (new long[2 * PeriodsPerBlock], new long[2 * PeriodsPerBlock]);
        var source = new EdgeSource();
        for (var done = 0L; done < edges;)
        {
            var periods = (int)Math.Min(PeriodsPerBlock, (edges - done) / 4);
            if (periods == 0)
            {
                break;
            }

            for (var i = 0; i < periods; i++)
            {
                (stimulus[2 * i], response[2 * i], response[(2 * i) + 1], stimulus[(2 * i) + 1]) = source.Next();
            }

            writer.Edges(0, true, stimulus.AsSpan(0, 2 * periods));
            writer.Edges(1, true, response.AsSpan(0, 2 * periods));
            writer.Advance(source.Now);
            done += 4 * periods;
        }

        writer.End(source.Now);
    }

    private static void WriteTheirs(string path, long edges)
    {
        using var properties = new WriterPropertiesBuilder()
            .Compression(Compression.Zstd).CompressionLevel(3).DisableDictionary("t_ticks").Encoding("t_ticks", Encoding.DeltaBinaryPacked).Build();
        using var writer = new ParquetFileWriter(path, [new Column<long>("t_ticks"), new Column<byte>("channel"), new Column<bool>("level")], properties);
        var (ticks, channels, levels) = (new long[RowsPerGroup], new byte[RowsPerGroup], new bool[RowsPerGroup]);
        var source = new EdgeSource();
        var row = 0;
        for (var done = 0L; done + 4 <= edges; done += 4)
        {
            var (rise, answer, back, fall) = source.Next();
            Add(rise, 0, true);
            var inOrder = answer < fall;
            if (inOrder)
            {
                Add(answer, 1, true);
            }

            if (inOrder && back < fall)
            {
                Add(back, 1, false);
                Add(fall, 0, false);
            }
            else if (inOrder)
            {
                Add(fall, 0, false);
                Add(back, 1, false);
            }
            else
            {
                Add(fall, 0, false);
                Add(answer, 1, true);
                Add(back, 1, false);
            }
        }

        Flush();
        writer.Close();

        void Add(long tick, byte channel, bool level)
        {
            (ticks[row], channels[row], levels[row]) = (tick, channel, level);
            if (++row == RowsPerGroup)
            {
                Flush();
            }
        }

        void Flush()
        {
            if (row == 0)
            {
                return;
            }

            using var group = writer.AppendRowGroup();
            using (var column = group.NextColumn().LogicalWriter<long>())
            {
                column.WriteBatch(ticks.AsSpan(0, row));
            }

            using (var column = group.NextColumn().LogicalWriter<byte>())
            {
                column.WriteBatch(channels.AsSpan(0, row));
            }

            using (var column = group.NextColumn().LogicalWriter<bool>())
            {
                column.WriteBatch(levels.AsSpan(0, row));
            }

            row = 0;
        }
    }

    /// <summary>Stimulus and answer of one period after the other, seeded.</summary>
    private sealed class EdgeSource
    {
        private readonly Random _random = new(1);

        public long Now { get; private set; }

        /// <summary>Rise of the stimulus, rise and fall of the answer, fall of the stimulus.</summary>
        public (long Rise, long Answer, long Back, long Fall) Next()
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
            var latency = (long)(3900 * Math.Exp(0.15 * normal));
            latency = _random.Next(1000) == 0 ? Math.Min(latency * 10, 100_000) : latency;
            var rise = Now;
            Now += PeriodTicks;
            return (rise, rise + latency, rise + latency + 250, rise + 6250);
        }
    }
}
