using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using LatencyLab.Runs.Documents;
using LatencyLab.Samplers;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Runs.Documents;

public sealed class RunJsonTests
{
    [Fact]
    public void What_a_samplers_link_lost_is_told()
    {
        var told = SamplerDocument.Of(new SamplerIdentity("pico", "a0", 62_500_000), new StreamHealth { FramesLost = 1, FramesMalformed = 2, StrayBytes = 3 });
        Assert.Equal((1, 2, 3), (told.LostFrames, told.DamagedFrames, told.ForeignBytes));
    }

    [Fact]
    public void The_members_that_are_fixed_from_the_first_day_have_their_names()
    {
        var run = JsonNode.Parse(RunJson.ToUtf8(RunSamples.Irq))!;
        Assert.Equal("latencylab.run/1", (string?)run["schema"]);
        foreach (var (parent, members) in new[]
        {
            ("", "schema run_id folder status simulated plan target sampler counts latency_ns uncertainty_ns"),
            ("plan", "test pin irq response_pin handler idle load samples warmup seed"),
            ("target", "chip port micropython uid cpu_hz build"),
            ("sampler", "kind tick_hz"),
            ("counts", "stimuli matched late missed excluded extra spurious callbacks gaps"),
            ("latency_ns", "n n_matched min p50 p90 p99 p99_9 max mean sd mad ci95 null_reasons"),
            ("uncertainty_ns", "single systematic"),
        })
        {
            var node = parent.Length == 0 ? run : run[parent];
            Assert.All(members.Split(' '), m => Assert.True(node!.AsObject().ContainsKey(m), $"{parent}.{m}"));
        }

        Assert.Equal("partial", (string?)run["status"]);
        Assert.Equal("2026-01-02T03:04:05.678Z", (string?)run["created_utc"]);
        Assert.Null(run["latency_ns"]!["p99_9"]);
        Assert.Equal("[38112,null]", run["latency_ns"]!["ci95"]!["p99"]!.ToJsonString());
        Assert.Equal("10000000", run["plan"]!["gap_min_ns"]!.ToJsonString());
    }

    [Fact]
    public void Analysis_counts_have_no_callbacks()
    {
        var analysis = new AnalysisDocument
        {
            Source = RunSamples.Irq.Source!,
            Counts = new AnalysisCounts { Stimuli = 1, Matched = 1, Late = 0, Missed = 0, Excluded = 0, Extra = 0, Spurious = 0, Gaps = 0 },
            LatencyNs = RunSamples.Irq.LatencyNs!,
            UncertaintyNs = RunSamples.Irq.UncertaintyNs!,
        };
        var node = JsonNode.Parse(RunJson.ToUtf8(analysis))!;
        Assert.Equal("latencylab.analysis/1", (string?)node["schema"]);
        Assert.False(node["counts"]!.AsObject().ContainsKey("callbacks"));
    }

    [Fact]
    public void What_was_written_reads_back_the_same()
    {
        var bytes = RunJson.ToUtf8(RunSamples.Irq);
        Assert.Equal(bytes, RunJson.ToUtf8(RunJson.ReadRun(bytes, "run.json")));
        Assert.DoesNotContain("\r", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.Equal((byte)'\n', bytes[^1]);
    }

    [Fact]
    public void Members_of_a_later_version_are_ignored()
    {
        var node = JsonNode.Parse(RunJson.ToUtf8(RunSamples.Irq))!.AsObject();
        node["schema"] = "latencylab.run/1.7";
        node["invented_later"] = new JsonArray(null, 1);
        node["plan"]!["phase_of_the_moon"] = "full";
        Assert.Equal(RunSamples.Irq.RunId, RunJson.ReadRun(Encoding.UTF8.GetBytes(node.ToJsonString()), "run.json").RunId);
    }

    [Fact]
    public void Missing_lists_are_empty_and_missing_required_members_an_error()
    {
        var node = JsonNode.Parse(RunJson.ToUtf8(RunSamples.Irq))!.AsObject();
        foreach (var optional in (string[])["reasons", "argv", "firmware", "warnings", "gaps", "wiring"])
        {
            node.Remove(optional);
        }

        var run = RunJson.ReadRun(Encoding.UTF8.GetBytes(node.ToJsonString()), "run.json");
        Assert.Empty(run.Reasons);
        Assert.Empty(run.Firmware);
        node.Remove("run_id");
        Assert.Throws<CaptureFormatException>(() => RunJson.ReadRun(Encoding.UTF8.GetBytes(node.ToJsonString()), "run.json"));
    }

    [Theory]
    [InlineData("latencylab.run/2", "newer")]
    [InlineData("latencylab.run/x", null)]
    [InlineData("latencylab.run/0", null)]
    [InlineData("latencylab.analysis/1", null)]
    [InlineData(null, null)]
    public void Another_schema_is_refused(string? schema, string? remedy)
    {
        var node = JsonNode.Parse(RunJson.ToUtf8(RunSamples.Irq))!.AsObject();
        node["schema"] = schema;
        var fault = Assert.Throws<CaptureFormatException>(() => RunJson.ReadRun(Encoding.UTF8.GetBytes(node.ToJsonString()), "run.json"));
        Assert.Equal(FaultKind.Storage, fault.Kind);
        if (remedy is not null)
        {
            Assert.Contains(remedy, fault.Try, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("$.run_id", "null")]
    [InlineData("$.counts.stimuli", "1.5")]
    [InlineData("$.latency_ns.p50", "1e999")]
    [InlineData("$.latency_ns.p50", "\"NaN\"")]
    [InlineData("$.latency_ns.ci95.p50", "[1]")]
    [InlineData("$.latency_ns.ci95.p50", "[1,2,3]")]
    [InlineData("$.latency_ns.ci95.p50", "[[],{}]")]
    [InlineData("$.latency_ns.ci95.p50", "[1,1e999]")]
    [InlineData("$.latency_ns.ci95.p50", "7")]
    [InlineData("$.created_utc", "7")]
    [InlineData("$.created_utc", "\"yesterday\"")]
    [InlineData("$.signals", "[null]")]
    [InlineData("$.sampler.channels", "[null]")]
    [InlineData("$.latency_ns.null_reasons.p99_9", "null")]
    [InlineData("$.warnings", "[null]")]
    [InlineData("$.details_ns", "{\"missed\":{\"count\":0,\"total\":1,\"ci95\":[0,1],\"upper95\":1},\"autocorrelation\":0,\"budget\":{\"quantisation\":1,\"cycle\":1,\"clock\":1,\"skew\":1},\"modes\":[null]}")]
    [InlineData("$.details_ns", "{\"missed\":{\"count\":0,\"total\":1,\"ci95\":[0,1],\"upper95\":1},\"autocorrelation\":0,\"budget\":{\"quantisation\":1,\"cycle\":1,\"clock\":1,\"skew\":1},\"phases\":[null]}")]
    [InlineData("$.details_ns", "{\"missed\":{\"count\":0,\"total\":1,\"ci95\":[0,1],\"upper95\":1},\"autocorrelation\":0,\"budget\":{\"quantisation\":1,\"cycle\":1,\"clock\":1,\"skew\":1},\"outliers\":{\"fence\":1,\"count\":1,\"worst\":[null]}}")]
    [InlineData("$.details_ns", "{\"missed\":{\"count\":0,\"total\":1,\"ci95\":[0,1],\"upper95\":1},\"autocorrelation\":0,\"budget\":{\"quantisation\":1,\"cycle\":1,\"clock\":1,\"skew\":1},\"outliers\":{\"fence\":1,\"count\":1}}")]
    [InlineData("$.details_ns", "{\"missed\":{\"count\":0,\"total\":1,\"ci95\":[0,1],\"upper95\":1},\"autocorrelation\":0,\"budget\":{\"quantisation\":1,\"cycle\":1,\"clock\":1,\"skew\":1},\"limit\":{\"limit\":1}}")]
    [InlineData("$.burst", "{\"train_length\":2,\"trains\":1,\"excluded_trains\":0,\"lossy_trains\":0,\"positions\":[null]}")]
    [InlineData("$.signals", "[{\"name\":\"x\"}]")]
    [InlineData("$.latency_ns.ci95.p50", "[\"1\",2]")]
    [InlineData("$.latency_ns.ci95.p50", "[1,2")]
    [InlineData("$.latency_ns.mean", "true")]
    [InlineData("$.status", "0")]
    [InlineData("$.plan", "[]")]
    [InlineData("$.run_id", "\"\\ud800\"")]
    public void A_member_of_the_wrong_kind_is_refused(string path, string json)
    {
        var text = Encoding.UTF8.GetString(RunJson.ToUtf8(RunSamples.Irq));
        var node = JsonNode.Parse(text)!;
        var parts = path.Split('.')[1..];
        var parent = parts[..^1].Aggregate(node, (n, p) => n[p]!);
        parent[parts[^1]] = "@@";
        var broken = node.ToJsonString().Replace("\"@@\"", json, StringComparison.Ordinal);
        Assert.Throws<CaptureFormatException>(() => RunJson.ReadRun(Encoding.UTF8.GetBytes(broken), "run.json"));
    }

    [Fact]
    public void A_run_that_says_no_more_than_it_must_is_read()
    {
        var node = JsonNode.Parse(RunJson.ToUtf8(RunSamples.Irq))!.AsObject();
        foreach (var optional in (string[])["sampler", "wiring", "source", "target", "burst", "latency_ns", "by_edge", "signals", "counts", "uncertainty_ns", "details_ns"])
        {
            node.Remove(optional);
        }

        var run = RunJson.ReadRun([.. "\uFEFF"u8, .. Encoding.UTF8.GetBytes(node.ToJsonString())], "run.json");
        Assert.Equal((RunSamples.Irq.RunId, null, null), (run.RunId, run.Sampler, run.LatencyNs));
        Assert.Throws<CaptureFormatException>(() => RunJson.ReadRun("null"u8, "run.json"));
        Assert.Contains("at most", Assert.Throws<CaptureFormatException>(() => RunJson.ReadRun(new byte[RunJson.MaxBytes + 1], "run.json")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_is_placed_by_its_byte_in_the_file()
    {
        var text = Encoding.UTF8.GetString(RunJson.ToUtf8(RunSamples.Irq));
        var at = text.IndexOf("\"plan\"", StringComparison.Ordinal);
        var fault = Assert.Throws<CaptureFormatException>(() => RunJson.ReadRun(Encoding.UTF8.GetBytes(text.Insert(at, "!")), "run.json"));
        Assert.Equal(Encoding.UTF8.GetByteCount(text.AsSpan(0, at)), fault.ByteOffset);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var deep = "{\"schema\":\"latencylab.run/1\",\"x\":" + new string('[', 100_000);
        Assert.Throws<CaptureFormatException>(() => RunJson.ReadRun(Encoding.UTF8.GetBytes(deep), "run.json"));
    }

    [Fact]
    public void Damaged_bytes_end_in_a_storage_error_or_in_a_document()
    {
        var valid = RunJson.ToUtf8(RunSamples.Irq);
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Int[0, valid.Length]).Array[1, 4].Sample(damages =>
        {
            var bytes = valid.ToArray();
            foreach (var (at, value, cut) in damages)
            {
                if (at < bytes.Length)
                {
                    bytes[at] = value;
                }

                if (value < 16)
                {
                    bytes = bytes[..Math.Min(cut, bytes.Length)];
                }
            }

            try
            {
                // What was accepted can be written again: no number in it has become infinite, no string is half a character.
                RunJson.ToUtf8(RunJson.ReadRun(bytes, "run.json"));
            }
            catch (CaptureFormatException)
            {
            }
        }, iter: Tool.LongRuns ? 1_000_000 : 5_000);
    }

    [Fact]
    public void An_error_quotes_no_more_than_a_piece_of_the_document()
    {
        var error = Assert.Throws<CaptureFormatException>(() => RunJson.ReadRun(Encoding.UTF8.GetBytes($$"""{"schema":"latencylab.run/1","{{new string('x', 100_000)}}":{"}"""), "run.json"));
        Assert.InRange(error.Message.Length, 10, 1100);
    }
}
