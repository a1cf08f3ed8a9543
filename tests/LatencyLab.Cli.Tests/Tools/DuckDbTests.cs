using DuckDB.NET.Data;
using LatencyLab.Analysis;
using LatencyLab.Captures;
using LatencyLab.Reports;
using LatencyLab.Signals;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Cli.Tests.Tools;

/// <summary>DuckDB reads what LatencyLab writes, and sees the same.</summary>
public sealed class DuckDbTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DuckDBConnection _duck = new("DataSource=:memory:");

    public DuckDbTests() => _duck.Open();

    public void Dispose()
    {
        _duck.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_table_of_edges_reads_row_by_row_the_same()
    {
        var path = _folder.File("edges.parquet");
        var random = new Random(3);
        var expected = new List<(long Tick, int Channel, bool Level)>();
        using (var writer = ParquetCaptureWriter.Create(path, new CaptureOrigin("r1", true)))
        {
            writer.Begin(new CaptureHeader(new TimeBase(62_500_000), [new Channel(0, "stim", false), new Channel(1, "resp", false)], -1000));
            var next = -1000L;
            for (var block = 0; block < 400; block++)
            {
                for (var channel = 0; channel < 2; channel++)
                {
                    var ticks = new long[2 * random.Next(1, 2000)];
                    var tick = next + channel;
                    for (var i = 0; i < ticks.Length; i++)
                    {
                        ticks[i] = tick += random.NextInt64(1, 1L << random.Next(1, 33));
                        expected.Add((tick, channel, (i & 1) == 0));
                    }

                    writer.Edges(channel, true, ticks);
                }

                next = expected[^1].Tick;
                next = Math.Max(next, expected.Max(e => e.Tick));
                writer.Advance(next);
            }

            writer.End(next + 1);
        }

        expected.Sort((a, b) => (a.Tick, a.Channel).CompareTo((b.Tick, b.Channel)));
        var at = 0;
        using var command = _duck.CreateCommand();
        command.CommandText = $"SELECT t_ticks, channel, level FROM read_parquet('{path}')";
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            Assert.Equal(expected[at++], (rows.GetInt64(0), rows.GetByte(1), rows.GetBoolean(2)));
        }

        Assert.Equal(expected.Count, at);
        Assert.Equal("BIGINT UTINYINT BOOLEAN", Text($"SELECT string_agg(column_type, ' ') FROM (DESCRIBE SELECT * FROM read_parquet('{path}'))"));
        Assert.Contains("\"tick_hz\":62500000", Text($"SELECT decode(value) FROM parquet_kv_metadata('{path}') WHERE decode(key) = 'latencylab'"), StringComparison.Ordinal);
        Assert.Equal("ZSTD", Text($"SELECT string_agg(DISTINCT compression, ' ') FROM parquet_metadata('{path}')"));
    }

    [Fact]
    public void A_capture_without_an_edge_is_an_empty_table()
    {
        var path = _folder.File("edges.parquet");
        using (var writer = ParquetCaptureWriter.Create(path, new CaptureOrigin()))
        {
            writer.Begin(new CaptureHeader(new TimeBase(1), [new Channel(0, "A")]));
            writer.End(1);
        }

        Assert.Equal("0", Text($"SELECT count(*)::VARCHAR FROM read_parquet('{path}')"));
    }

    [Fact]
    public void Rows_of_latencies_read_the_same_with_types_found_by_themselves()
    {
        var path = _folder.File("latency.csv");
        using (var csv = LatencyCsv.Create(path, "20260102-030405-k3f9", new TimeBase(333_333_333)))
        {
            csv.Pairs(
            [
                new Pair(-1, 100, 200, PairStatus.Matched, PairFlags.None), new Pair(0, 1000, 2950, PairStatus.Matched, PairFlags.None),
                new Pair(1, 3000, 0, PairStatus.Missed, PairFlags.NoResponse),
            ]);
        }

        Assert.Equal("BIGINT", Text($"SELECT typeof(seq) FROM read_csv('{path}') LIMIT 1"));
        Assert.Equal("DOUBLE", Text($"SELECT typeof(latency_ns) FROM read_csv('{path}') LIMIT 1"));
        Assert.Equal("5850.000", Text($"SELECT printf('%.3f', latency_ns) FROM read_csv('{path}') WHERE seq = 0"));
        Assert.Equal("missed", Text($"SELECT status FROM read_csv('{path}') WHERE response_ticks IS NULL"));
    }

    private string Text(string query)
    {
        using var command = _duck.CreateCommand();
        command.CommandText = query;
        return (string)command.ExecuteScalar()!;
    }
}
