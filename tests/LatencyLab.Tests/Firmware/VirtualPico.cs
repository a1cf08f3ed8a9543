using System.Text.Json;
using System.Text.Json.Serialization;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Firmware;

/// <summary>Calls of the sampler's script on the Pico of tests/firmware/stubs/pico.py, which keeps its own time.</summary>
internal static class VirtualPico
{
    /// <summary>One after the other on one board.</summary>
    public static async Task<Outcome[]> RunAsync(params Job[] jobs)
    {
        var output = await NodePackages.RunAsync(["capture.mjs"], JsonSerializer.Serialize(jobs), TestContext.Current.CancellationToken);
        var outcomes = JsonSerializer.Deserialize<Outcome[]>(output)!;
        Assert.All(outcomes, outcome => Assert.Empty(outcome.Faults));
        return outcomes;
    }

    /// <summary>A capture call with the arguments of docs/protocol.md section 2.4.</summary>
    /// <param name="plan">The scenario; without one, GP3 answers each pulse after 5000 cycles.</param>
    /// <param name="change">What differs from 20 pulses on GP2.</param>
    /// <param name="name">The call.</param>
    public static Job Capture(object? plan = null, Func<Arguments, Arguments>? change = null, string name = "capture") =>
        new(plan ?? Answering, $"ll('{name}','{JsonSerializer.Serialize((change ?? (a => a))(new Arguments()))}')");

    public static object Answering { get; } = new { lines = new Dictionary<string, object> { ["3"] = new { answer = 5000 } } };

    internal sealed record Job([property: JsonPropertyName("plan")] object Plan, [property: JsonPropertyName("python")] string Python);

    internal sealed record Arguments
    {
        [JsonPropertyName("nonce")] public uint Nonce { get; init; } = 0xCAFEBABE;
        [JsonPropertyName("channels")] public int[] Channels { get; init; } = [2, 3];
        [JsonPropertyName("stim")] public int? Stim { get; init; } = 2;
        [JsonPropertyName("pulses")] public int Pulses { get; init; } = 20;
        [JsonPropertyName("seed")] public uint Seed { get; init; } = 1;
        [JsonPropertyName("gap")] public uint[] Gap { get; init; } = [1_250_000, 1_250_000];
        [JsonPropertyName("high")] public uint[] High { get; init; } = [6250, 0];
        [JsonPropertyName("seconds")] public double Seconds { get; init; } = 5;
        [JsonPropertyName("tail_ms")] public int TailMs { get; init; } = 100;
        [JsonPropertyName("burst")] public int[]? Burst { get; init; }
        [JsonPropertyName("oneshot")] public int? Oneshot { get; init; }
    }

    internal sealed record Outcome(
        [property: JsonPropertyName("wire")] string Wire,
        [property: JsonPropertyName("text")] string Text,
        [property: JsonPropertyName("error")] string Error,
        [property: JsonPropertyName("log")] string[] Log,
        [property: JsonPropertyName("faults")] string[] Faults,
        [property: JsonPropertyName("starts")] int Starts,
        [property: JsonPropertyName("fired")] int Fired,
        [property: JsonPropertyName("free_dma")] int FreeDmaChannels,
        [property: JsonPropertyName("keyboard")] int KeyboardCharacter,
        [property: JsonPropertyName("started_us")] long StartedUs,
        [property: JsonPropertyName("ended_us")] long EndedUs)
    {
        public (List<WireFrame> Frames, int Strays) Read() => WireFrame.ReadAll(Convert.FromHexString(Wire));

        /// <summary>The frames of a capture in which nothing was lost on the way.</summary>
        public List<WireFrame> Frames()
        {
            var (frames, strays) = Read();
            Assert.Equal(0, strays);
            Assert.Equal(Enumerable.Range(0, frames.Count).Select(i => (uint)i), frames.Select(frame => frame.Sequence));
            return frames;
        }

        /// <summary>END's JSON; it is the last frame, and there is one.</summary>
        public JsonElement End()
        {
            var frames = Read().Frames;
            Assert.Equal(WireFrame.End, frames[^1].Type);
            Assert.Single(frames, frame => frame.Type == WireFrame.End);
            return frames[^1].Json;
        }

        /// <summary>All counts n of a channel, joined by first_index.</summary>
        public List<long> Counts(int channel)
        {
            var counts = new List<long>();
            foreach (var frame in Frames().Where(frame => frame.Type == WireFrame.Edges && frame.Channel == channel))
            {
                Assert.Equal((uint)counts.Count, frame.Word(0));
                counts.AddRange(frame.Words(1).Select(x => (long)(uint.MaxValue - x)));
            }

            return counts;
        }
    }
}
